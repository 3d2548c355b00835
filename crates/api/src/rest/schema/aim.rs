//! Where a plan leads, as it stands in a body: one of `document`, `version` and `template`.

use kith_engine::schema::Aim;
use kith_model::fault::{Code, Fault};
use kith_model::journal::SchemaVersion;

use crate::extract::Members;

/// Reads it; `None` when it is not said, or said twice, which is a fault.
pub(super) fn aim(members: &mut Members) -> Option<Aim> {
    let given: Vec<&str> =
        ["document", "version", "template"].into_iter().filter(|name| members.has(name)).collect();
    let aim = match given.as_slice() {
        ["document"] => Some(Aim::Document(members.object("document"))),
        ["version"] => members.number("version", 0).map(|version| Aim::Version(SchemaVersion(version))),
        ["template"] => Some(Aim::Template(members.text("template"))),
        _ => None,
    };
    if given.len() != 1 {
        // They are known, whatever is wrong with how many there are.
        for name in ["document", "version", "template"] {
            members.take(name);
        }
        let fault =
            Fault::new(Code::Required, "one of `document`, `version` and `template` says where to go");
        members.refuse(fault);
    }
    aim
}
