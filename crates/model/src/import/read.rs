//! From the document of a mapping to its types. Only its shape is looked at here; what
//! the catalog has against it is found when it is compiled. Faults point into the
//! document.

mod field;
mod file;
mod members;

use serde_json::Value as Json;

use super::mapping::Mapping;
use crate::fault::{Code, Fault, Faults};
use crate::limits::JOB_FILES_MAX;
use members::Members;

/// The longest name of a system or of a kind in it: they are columns of the id map's key.
pub(super) const NAME_LENGTH_MAX: usize = 100;

impl Mapping {
    /// Reads a mapping from its document.
    ///
    /// # Errors
    /// Everything that is wrong with its shape, with pointers into the document.
    pub fn read(document: &Json) -> Result<Self, Faults> {
        let mut faults = Faults::new();
        let Some(members) = Members::of(document, "", "a mapping", &mut faults) else { return Err(faults) };
        members.only(&["system", "files"], &mut faults);
        let system = members.needed_text("system", &mut faults).unwrap_or_default();
        check_name("system", &system, &members, &mut faults);
        let items = members.needed_list("files", &mut faults);
        if items.len() > JOB_FILES_MAX {
            let message = format!("a mapping has at most {JOB_FILES_MAX} files");
            faults.push(Fault::new(Code::LimitReached, message).at("files"));
        }
        let mut files = Vec::new();
        for (index, item) in items.iter().take(JOB_FILES_MAX).enumerate() {
            files.extend(file::read(item, &format!("/files/{index}"), &mut faults));
        }
        if faults.is_empty() { Ok(Self { system, files }) } else { Err(faults) }
    }
}

fn check_name(member: &str, name: &str, members: &Members<'_>, faults: &mut Faults) {
    if name.chars().count() > NAME_LENGTH_MAX {
        let message = format!("`{member}` has at most {NAME_LENGTH_MAX} characters");
        faults.push(members.fault(Code::InvalidDefinition, member, message));
    }
}
