//! Records as Kith holds them in memory, and where each field's value came from.

mod checked;
mod columns;
mod provenance;
mod render;
mod sought;
mod undo;
mod unique;
mod virtuals;

use crate::id::RecordId;
use crate::journal::Actor;
use crate::time::Timestamp;
use crate::value::Value;

pub(crate) use checked::without_value;
pub use checked::{Checked, CheckedTarget, find_id, find_object, find_slot, folded};
pub use provenance::Provenance;
pub use render::render_record;
pub use sought::{OrElse, Sought, SoughtBy};
pub use undo::{Past, Undo};
pub(crate) use virtuals::virtual_values;
pub use virtuals::with_virtuals;

/// One record under one schema version: `values` has one entry per live field of its
/// object, in the object's field order ([`crate::catalog::Object::fields`]).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// Its id.
    pub id: RecordId,
    /// Counts its own changes from 1; derived fields do not count.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it last changed, derived fields aside.
    pub updated_at: Timestamp,
    /// Who created it.
    pub created_by: Actor,
    /// Who last changed it.
    pub updated_by: Actor,
    /// To whom it belongs: its creator, until ownership can be assigned.
    pub owner: Actor,
    /// Which position set each field.
    pub provenance: Provenance,
    /// The fields' values, by slot.
    pub values: Vec<Value>,
}

/// A deleted record as the trash keeps it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Trashed {
    /// The object it was a record of.
    pub object: crate::id::ObjectNo,
    /// Its id.
    pub id: RecordId,
    /// First position of the transaction that deleted it: what one delete
    /// cascaded to is restored together.
    pub group: crate::journal::Position,
    /// The id of the record whose deletion took this one along; itself when it was
    /// deleted by name.
    pub root: RecordId,
    /// The record as a JSON document ([`Row::to_document`]).
    pub document: Box<str>,
}
