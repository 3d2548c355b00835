//! Creating a record.

use std::sync::Arc;

use crate::catalog::{Field, FieldKind};
use crate::decide::batch::{AndAlso as _, Batch, Halt, RecordReply};
use crate::decide::derive::zero;
use crate::decide::diff;
use crate::decide::records::Doing;
use crate::fault::{Code, Fault};
use crate::journal::ChangeKind;
use crate::operation::Disposition;
use crate::record::{Provenance, Row};
use crate::value::{self, Value};

impl Batch<'_> {
    pub(super) fn create(&mut self, doing: &Doing<'_>) -> Result<RecordReply, Halt> {
        let object = &doing.object;
        let mut given = doing.initial_values()?;
        self.follow(&mut given)?;
        let mut values = Vec::with_capacity(object.fields().len());
        let mut given = given.into_iter().peekable();
        for (slot, field) in object.fields().iter().enumerate() {
            let value = match given.next_if(|(of, _)| *of == slot) {
                Some((_, value)) => value,
                None => self.initial(field)?,
            };
            values.push(value);
        }
        let stamped = self.stamps_of_new(doing)?;
        let (at, position) = (self.at(), self.next_position());
        let created_by = stamped.created_by.unwrap_or(doing.actor);
        let id = match stamped.created_at {
            Some(past) => self.mint.past(past, position),
            None => self.mint.next(),
        };
        let mut row = Row {
            id,
            version: 1,
            created_at: stamped.created_at.unwrap_or(at),
            updated_at: stamped.updated_at.unwrap_or(at),
            created_by,
            updated_by: stamped.updated_by.unwrap_or(doing.actor),
            owner: created_by,
            provenance: Provenance::created_at(position),
            values,
        };
        let numbered = self.number(doing, &mut row);
        let completed = self.complete(object, None, &mut row, &mut Vec::new());
        let checked = self.check_row(object, None, &row);
        numbered.and_also(completed).and_also(checked)?;
        let row = Arc::new(row);
        self.put(object, None, Some(&row));
        let diff = diff::created(object, &row, &self.catalog);
        let diff = diff::with_descent(diff, doing.descent, &stamped);
        self.record_change(ChangeKind::RecordCreated, Some((object.number, Some(row.id))), 1, diff);
        Ok(doing.reply(Disposition::Created, row.id, 1, Some(row)))
    }

    /// The value of a field that the input does not name.
    fn initial(&self, field: &Field) -> Result<Value, Halt> {
        if field.kind.is_rollup() {
            return Ok(zero(&field.kind));
        }
        match &field.default {
            None => Ok(Value::Null),
            // Checked when it was defined; what it means may have changed since (an
            // option that is gone).
            Some(default) if !field.is_visible() => {
                Ok(value::parse(field, default, &self.catalog).unwrap_or(Value::Null))
            }
            Some(default) => value::parse(field, default, &self.catalog).map_err(|fault| {
                let message =
                    format!("the default of `{}` is not valid any more: {}", field.name, fault.message);
                Fault::new(Code::InvalidValue, message).at(&field.name).under("/record").into()
            }),
        }
    }

    /// Gives the record its automatic numbers.
    fn number(&mut self, doing: &Doing<'_>, row: &mut Row) -> Result<(), Halt> {
        let mut missing = false;
        for (slot, field) in doing.object.fields().iter().enumerate() {
            if matches!(field.kind, FieldKind::AutoNumber { .. }) {
                match self.take_number(field.number) {
                    Ok(number) => row.values[slot] = Value::Integer(number),
                    Err(_) => missing = true,
                }
            }
        }
        if missing { Err(Halt::Missing) } else { Ok(()) }
    }
}
