//! Files of records: CSV, JSON Lines and Parquet, read piece by piece in bounded memory
//! and written with exact types.
//!
//! This crate knows bytes and the model's values. It knows no store, no engine and no
//! HTTP, opens no file and waits for nothing: bytes are fed to it, and taken from it.

mod columns;
mod deflate;
mod format;
mod inflate;
mod reader;
mod wire;
pub mod write;

pub use columns::{Assembled, Columns, assemble};
pub use deflate::deflate;
pub use format::{CsvOptions, Empty, Format};
pub use inflate::{Encoding, INFLATED_BYTES, Inflater, Step};
pub use reader::{Cell, Cells, Place, RawRow, ReadError, Reader};
pub use wire::{is_empty, wire};
