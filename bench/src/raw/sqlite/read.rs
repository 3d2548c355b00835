//! Reads by id: a point select and the record as JSON, in this process.

use std::fmt::Write;

use anyhow::{Result, bail};
use kith_model::id::{format_typeid, parse_typeid};
use rusqlite::types::ValueRef;
use uuid::Uuid;

use super::Raw;
use crate::random::Random;
use crate::raw::{Clock, Found};

/// Reads between two looks at the clock.
const READS: u64 = 64;

impl Raw {
    /// Reads a second.
    pub(crate) fn reads(self, ids: &[String], mut clock: Clock) -> Result<Found> {
        let ids: Vec<Uuid> = ids.iter().map(|id| Ok(parse_typeid(id)?.1)).collect::<Result<_>>()?;
        let (mut random, mut text) = (Random::new(1), String::new());
        loop {
            for _ in 0..READS {
                text.clear();
                self.read(ids[random.below(ids.len())], &mut text)?;
                std::hint::black_box(&text);
            }
            if !clock.add(READS) {
                return Ok(clock.found());
            }
        }
    }

    fn read(&self, id: Uuid, text: &mut String) -> Result<()> {
        let mut statement = self.prepared(&self.texts.read_contact)?;
        let mut rows = statement.query([id.as_bytes()])?;
        let Some(row) = rows.next()? else { bail!("a contact is not there") };
        for (index, name) in self.layout.contact.columns.iter().enumerate() {
            text.push(if index == 0 { '{' } else { ',' });
            write!(text, "\"{name}\":")?;
            match row.get_ref(index)? {
                ValueRef::Null => text.push_str("null"),
                ValueRef::Integer(integer) => write!(text, "{integer}")?,
                ValueRef::Text(bytes) => text.push_str(&serde_json::to_string(std::str::from_utf8(bytes)?)?),
                ValueRef::Blob(bytes) => {
                    write!(text, "\"{}\"", format_typeid("contact", Uuid::from_slice(bytes)?))?;
                }
                ValueRef::Real(_) => bail!("a contact has a floating-point number"),
            }
        }
        text.push('}');
        Ok(())
    }
}
