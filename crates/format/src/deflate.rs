//! Compressing what is handed out. Each piece is a whole of its own, and pieces stand one
//! after another as one content: so gzip and zstd have it.

use std::io::{self, Write as _};

use flate2::Compression;
use flate2::write::GzEncoder;
use zstd::bulk::Compressor;

use crate::inflate::Encoding;

/// The library's own default.
const ZSTD_LEVEL: i32 = 3;

/// Compresses a piece of a content.
///
/// # Errors
/// When there is no memory for it.
pub fn deflate(encoding: Encoding, bytes: &[u8]) -> io::Result<Vec<u8>> {
    match encoding {
        Encoding::Identity => Ok(bytes.to_vec()),
        Encoding::Gzip => {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(bytes)?;
            encoder.finish()
        }
        Encoding::Zstd => {
            let mut compressor = Compressor::new(ZSTD_LEVEL)?;
            // Gzip always has one.
            compressor.include_checksum(true)?;
            compressor.compress(bytes)
        }
    }
}
