//! What the first bytes of a file say: a byte-order mark to pass over, or that it is no
//! text in UTF-8, with what to do about it.

use kith_model::fault::{Code, Fault};

/// How many bytes are looked at.
pub(super) const SNIFFED_BYTES: usize = 4;

const UTF_8: &[u8] = &[0xef, 0xbb, 0xbf];

/// Beginnings of files that are not text, with what they are and what helps.
const FOREIGN: [(&[u8], &str, &str); 7] = [
    (&[0xff, 0xfe], "is in UTF-16, or UTF-32", TO_UTF_8),
    (&[0xfe, 0xff], "is in UTF-16", TO_UTF_8),
    (&[0, 0, 0xfe, 0xff], "is in UTF-32", TO_UTF_8),
    (b"PK\x03\x04", "is a zip archive, or a spreadsheet", "save the sheet as CSV, or unpack the archive"),
    (&[0x1f, 0x8b], "is compressed with gzip", "send it with `Content-Encoding: gzip`"),
    (&[0x28, 0xb5, 0x2f, 0xfd], "is compressed with zstd", "send it with `Content-Encoding: zstd`"),
    (b"PAR1", "is a Parquet file", "write it as CSV or JSON Lines"),
];

const TO_UTF_8: &str = "save the file as UTF-8";

/// How many bytes to pass over at the beginning of a file, of which these are the first
/// [`SNIFFED_BYTES`], or all.
pub(super) fn mark(first: &[u8]) -> Result<usize, Fault> {
    if first.starts_with(UTF_8) {
        return Ok(UTF_8.len());
    }
    let foreign = FOREIGN.iter().find(|(bytes, ..)| first.starts_with(bytes));
    if let Some((_, what, help)) = foreign {
        return Err(Fault::new(Code::InvalidFile, format!("the file {what}")).hint(*help));
    }
    // Every second byte of Latin text in UTF-16 is zero, mark or no mark.
    if first.iter().take(SNIFFED_BYTES).any(|byte| *byte == 0) {
        return Err(Fault::new(Code::InvalidFile, "the file is not text in UTF-8").hint(TO_UTF_8));
    }
    Ok(0)
}
