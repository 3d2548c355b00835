//! Creating a record, or changing the one that has this value of a unique key.

use crate::decide::batch::{Batch, Halt, RecordReply};
use crate::decide::records::Doing;
use crate::fault::{Code, Fault};
use crate::operation::Expect;

impl Batch<'_> {
    pub(super) fn upsert(&mut self, doing: &Doing<'_>, expect: Expect) -> Result<RecordReply, Halt> {
        let by = doing.checked.by.as_ref();
        let found = by.and_then(|(number, value)| {
            let key = doing.object.unique_keys().find(|key| key.number == *number)?;
            Some((key, value.clone()))
        });
        let Some((key, value)) = found else {
            return Err(Fault::new(Code::Internal, "an upsert without a key").into());
        };
        match (self.find(doing.object.number, key, value)?, expect) {
            (Some(id), Expect::Version(version)) => self.update_record(doing, id, Some(version)),
            (Some(id), Expect::Anything | Expect::Record) => self.update_record(doing, id, None),
            (None, Expect::Anything) => self.create(doing),
            (None, Expect::Record | Expect::Version(_)) => {
                let message = "there is no such record yet, so it is not at any version";
                Err(Fault::new(Code::VersionMismatch, message).at("if_match").into())
            }
        }
    }
}
