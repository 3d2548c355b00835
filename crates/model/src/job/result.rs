//! What became of a chunk's rows in the form in which it is kept: seventeen bytes for a row
//! that was written, the whole of what was wrong for one that was refused.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{ChunkResult, RowFault, RowResult};
use crate::id::RecordId;
use crate::operation::Disposition;

/// Bytes of a row that was written: what was done, and the record's id.
const DONE_BYTES: usize = 17;

/// Stands for a row that was refused, or has no result.
const REFUSED: u8 = 0;

/// A refused row as it is kept.
#[derive(Serialize, Deserialize)]
struct Refused<'a> {
    number: i64,
    line: i64,
    faults: Cow<'a, [RowFault]>,
    raw: Cow<'a, str>,
}

impl RowResult {
    /// Which row it is, from 1.
    #[must_use]
    pub fn number(&self) -> i64 {
        match self {
            Self::Done { number, .. } | Self::Failed { number, .. } => *number,
        }
    }
}

impl ChunkResult {
    /// The number of the first row.
    #[must_use]
    pub fn first(&self) -> i64 {
        self.rows.first().map_or(0, RowResult::number)
    }

    /// The rows' dispositions and records, one after another.
    #[must_use]
    pub fn done_bytes(&self) -> Vec<u8> {
        if !self.rows.iter().any(|row| matches!(row, RowResult::Done { .. })) {
            return Vec::new();
        }
        let mut bytes = Vec::with_capacity(self.rows.len() * DONE_BYTES);
        let first = self.first();
        for row in &self.rows {
            // Rows without a result between those that have one.
            let gap = usize::try_from(row.number() - first).unwrap_or(0);
            bytes.resize(bytes.len().max(gap * DONE_BYTES), REFUSED);
            match row {
                RowResult::Done { number: _, disposition, record } => {
                    bytes.push(code(*disposition));
                    bytes.extend_from_slice(record.0.as_bytes());
                }
                RowResult::Failed { .. } => {
                    bytes.push(REFUSED);
                    bytes.extend_from_slice(&[0; DONE_BYTES - 1]);
                }
            }
        }
        bytes
    }

    /// The refused rows, as JSON text; none when all were written.
    ///
    /// # Errors
    /// Never: every part of a fault can be written.
    pub fn failed_text(&self) -> Result<Option<String>, serde_json::Error> {
        let refused = self.rows.iter().filter_map(|row| match row {
            RowResult::Done { .. } => None,
            RowResult::Failed { number, line, faults, raw } => Some(Refused {
                number: *number,
                line: *line,
                faults: Cow::Borrowed(faults),
                raw: Cow::Borrowed(raw),
            }),
        });
        let refused: Vec<Refused<'_>> = refused.collect();
        if refused.is_empty() { Ok(None) } else { serde_json::to_string(&refused).map(Some) }
    }

    /// The rows as they were kept.
    ///
    /// # Errors
    /// What about them cannot be read.
    pub fn read_rows(first: i64, done: &[u8], failed: Option<&str>) -> Result<Vec<RowResult>, String> {
        let refused: Vec<Refused<'_>> = match failed {
            Some(text) => serde_json::from_str(text).map_err(|error| error.to_string())?,
            None => Vec::new(),
        };
        let refused = refused.into_iter().map(|row| {
            let Refused { number, line, faults, raw } = row;
            RowResult::Failed { number, line, faults: faults.into_owned(), raw: raw.into_owned().into() }
        });
        if done.is_empty() {
            return Ok(refused.collect());
        }
        let mut refused = refused.peekable();
        let mut rows = Vec::with_capacity(done.len() / DONE_BYTES);
        for (number, chunk) in (first..).zip(done.chunks(DONE_BYTES)) {
            let (Some((&code, id)), true) = (chunk.split_first(), chunk.len() == DONE_BYTES) else {
                return Err("a row's result is cut short".to_owned());
            };
            if code == REFUSED {
                rows.extend(refused.next_if(|row| row.number() == number));
                continue;
            }
            let disposition = disposition(code).ok_or_else(|| format!("no row's result is `{code}`"))?;
            let record = Uuid::from_slice(id).map_err(|error| error.to_string())?;
            rows.push(RowResult::Done { number, disposition, record: RecordId(record) });
        }
        Ok(rows)
    }
}

/// The dispositions by the byte that stands for each: from 1, and never changed.
const CODES: [Disposition; 7] = [
    Disposition::Created,
    Disposition::Updated,
    Disposition::Unchanged,
    Disposition::Deleted,
    Disposition::Restored,
    Disposition::Purged,
    Disposition::Merged,
];

fn code(disposition: Disposition) -> u8 {
    match disposition {
        Disposition::Created => 1,
        Disposition::Updated => 2,
        Disposition::Unchanged => 3,
        Disposition::Deleted => 4,
        Disposition::Restored => 5,
        Disposition::Purged => 6,
        Disposition::Merged => 7,
    }
}

fn disposition(code: u8) -> Option<Disposition> {
    CODES.get(usize::from(code).checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::{Code, Fault};

    #[test]
    fn reads_the_rows_that_it_wrote() {
        let record = RecordId(Uuid::from_u128(7));
        let done = |number, disposition| RowResult::Done { number, disposition, record };
        let fault = RowFault { fault: Fault::new(Code::Required, "x").at("email"), column: Some("E".into()) };
        let failed = RowResult::Failed { number: 6, line: 9, faults: vec![fault], raw: "a,\"b\"".into() };
        for rows in [
            vec![done(5, Disposition::Created), failed.clone(), done(7, Disposition::Unchanged)],
            vec![failed],
            vec![done(3, Disposition::Created), done(9, Disposition::Deleted)],
            CODES.iter().zip(1..).map(|(each, number)| done(number, *each)).collect(),
        ] {
            let chunk = ChunkResult { step: 1, file: "data".into(), pass: 0, object: None, rows };
            let text = chunk.failed_text().unwrap();
            let read = ChunkResult::read_rows(chunk.first(), &chunk.done_bytes(), text.as_deref());
            assert_eq!(read.unwrap(), chunk.rows);
        }
        assert!(ChunkResult::read_rows(1, &[1, 2], None).is_err());
    }
}
