//! A file cut into parts, each small enough to be held and sent again.

use std::io::Read;

use super::source::{Packed, Source};
use crate::exit::Failure;

/// A part of this size is sent in moments, and sent again as quickly.
const PART_BYTES: u64 = 16 * 1024 * 1024;

/// Parts that a file is cut into at most: somewhat fewer than the server takes.
const PARTS: u64 = 9_000;

/// How hard to press: a level that keeps up with any network.
const LEVEL: i32 = 1;

/// The parts of a file, one after another.
pub(super) struct Parts {
    reader: Box<dyn Read + Send>,
    packed: Packed,
    size: u64,
    next: u32,
}

/// One part, ready to be sent.
pub(super) struct Part {
    /// Which, from 1.
    pub(super) number: u32,
    /// What is sent.
    pub(super) bytes: Vec<u8>,
    /// How it is compressed.
    pub(super) encoding: &'static str,
    /// How many bytes of the file it is.
    pub(super) read: u64,
}

impl Parts {
    /// Opens a file.
    pub(super) fn of(source: &Source) -> Result<Self, Failure> {
        let size = match source.packed() {
            Packed::No => PART_BYTES.max(source.size().unwrap_or(0).div_ceil(PARTS)),
            // What is compressed already cannot be cut.
            Packed::As(_) => kith_model::limits::PART_BYTES_MAX,
        };
        Ok(Self { reader: source.open()?, packed: source.packed(), size, next: 1 })
    }

    /// The next part; an empty file has one, which is empty.
    pub(super) fn next(&mut self) -> Result<Option<Part>, Failure> {
        let mut bytes = Vec::new();
        let read = self.reader.by_ref().take(self.size).read_to_end(&mut bytes);
        read.map_err(|error| Failure::usage(format!("the file cannot be read: {error}")))?;
        if bytes.is_empty() && self.next > 1 {
            return Ok(None);
        }
        let number = self.next;
        self.next += 1;
        let read = bytes.len() as u64;
        let (bytes, encoding) = match self.packed {
            Packed::No => (packed(&bytes).map_err(Failure::local)?, "zstd"),
            Packed::As(encoding) => (bytes, encoding),
        };
        Ok(Some(Part { number, bytes, encoding, read }))
    }
}

/// Compresses a part, with a checksum: what is damaged on its way is refused.
fn packed(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut compressor = zstd::bulk::Compressor::new(LEVEL)?;
    compressor.include_checksum(true)?;
    compressor.compress(bytes)
}
