//! Files of records: CSV, JSON Lines and Parquet, read piece by piece in bounded memory
//! and written with exact types.
//!
//! This crate knows bytes and the model's values. It knows no store, no engine and no
//! HTTP, opens no file and waits for nothing: bytes are fed to it, and taken from it.
