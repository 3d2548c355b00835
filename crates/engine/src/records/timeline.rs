//! How long a record had each value of a field: read from its changes.

use kith_model::fault::Code;
use kith_model::id::FieldNo;
use kith_model::journal::{Change, ChangeKind, Position, Transaction};
use kith_model::limits::TIMELINE_CHANGES_MAX;
use kith_model::record::find_slot;
use kith_model::time::Timestamp;
use serde_json::{Value as Json, json};

use crate::answer::Answer;
use crate::changes::imported::imported;
use crate::clock;
use crate::error::{Error, Result};
use crate::position::AtLeast;
use crate::records::get::locate;
use crate::session::Session;

/// Changes that are read at a time.
const PAGE: u32 = 500;

/// The values that a field had, oldest first, each with since when, until when and for
/// how many seconds. `complete` is false when the journal no longer has the beginning, or
/// there are more changes than are read.
///
/// # Errors
/// `not_found` for the object, the field or the record.
pub async fn timeline(
    session: &Session,
    at_least: &AtLeast,
    object: &str,
    id: &str,
    field: &str,
) -> Result<Answer<Json>> {
    let (object, record) = locate(session, object, id).await?;
    let slot = find_slot(field, &object).map_err(|mut fault| {
        fault.code = Code::NotFound;
        fault.at("field")
    })?;
    let (number, name) = (object.fields()[slot].number, object.fields()[slot].name.clone());
    let mut timeline = Timeline { field: number, periods: Vec::new(), is_live: false };
    let mut read_changes = 0;
    let mut has_beginning = false;
    let mut after = Position(0);
    let state = loop {
        let tenant = &session.tenant;
        let read = |_| tenant.store.history(tenant.id, record, after, PAGE);
        let (_, seen) = tenant.read(at_least, read).await?;
        if read_changes == 0 {
            // The first change that is kept need not be the first there was.
            has_beginning = seen.value.first().is_some_and(|(_, change)| change.version == 1);
        }
        let found = seen.value.len();
        read_changes += found;
        for (transaction, change) in &seen.value {
            timeline.take(transaction, change)?;
            after = change.position;
        }
        if found < PAGE as usize || read_changes >= TIMELINE_CHANGES_MAX {
            has_beginning &= found < PAGE as usize;
            break seen.state;
        }
    };
    let periods = timeline.finish(clock::now());
    let value = json!({ "field": name, "complete": has_beginning, "periods": periods });
    Ok(Answer::new(&state, value))
}

/// One stretch of time with one value.
struct Period {
    value: Json,
    from: Timestamp,
    until: Option<Timestamp>,
    position: Position,
    actor: String,
    imported: Option<Json>,
}

struct Timeline {
    field: FieldNo,
    periods: Vec<Period>,
    is_live: bool,
}

impl Timeline {
    fn take(&mut self, transaction: &Transaction, change: &Change) -> Result<()> {
        let is_end = matches!(
            change.kind,
            ChangeKind::RecordDeleted | ChangeKind::RecordPurged | ChangeKind::RecordAbsorbed
        );
        if is_end {
            self.close(transaction.at);
            self.is_live = false;
            return Ok(());
        }
        let begins = !self.is_live;
        self.is_live = true;
        let diff: Json = match change.diff.as_deref() {
            Some(diff) => serde_json::from_str(diff).map_err(Error::internal)?,
            None => Json::Null,
        };
        let new = diff.pointer(&format!("/new/{}", self.field)).cloned();
        let is_named = new.is_some() || diff.pointer(&format!("/old/{}", self.field)).is_some();
        if begins || is_named {
            self.close(transaction.at);
            self.periods.push(Period {
                value: new.unwrap_or(Json::Null),
                from: transaction.at,
                until: None,
                position: change.position,
                actor: transaction.actor.to_string(),
                imported: change.diff.as_deref().map(imported).transpose()?.flatten(),
            });
        }
        Ok(())
    }

    fn close(&mut self, at: Timestamp) {
        if let Some(period) = self.periods.last_mut().filter(|period| period.until.is_none()) {
            period.until = Some(at);
        }
    }

    fn finish(self, now: Timestamp) -> Vec<Json> {
        let document = |period: Period| {
            let end = period.until.unwrap_or(now);
            let mut document = json!({
                "value": period.value,
                "from": period.from.to_string(),
                "until": period.until.map(|until| until.to_string()),
                "seconds": (end.0 - period.from.0).max(0) / 1_000_000,
                "position": period.position,
                "actor": period.actor,
            });
            if let Some(imported) = period.imported {
                document["imported"] = imported;
            }
            document
        };
        self.periods.into_iter().map(document).collect()
    }
}
