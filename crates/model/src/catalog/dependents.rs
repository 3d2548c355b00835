//! Which stored computed fields follow when a field of another record changes.

use std::collections::HashMap;

use crate::catalog::{Catalog, FieldKind, Object};
use crate::expression::{Path, Read};
use crate::id::{FieldNo, ObjectNo};

/// A stored computed field that reads a field of another record. When that field changes
/// in a record, the records to evaluate afresh are those from which `via` leads to it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Dependent {
    /// The object that has the computed field.
    pub object: ObjectNo,
    /// The computed field.
    pub field: FieldNo,
    /// The references that lead from its record to the one that is read, in that order; at
    /// least one. A field's number is unique within the tenant, so each names its object.
    pub via: Box<[FieldNo]>,
}

/// All of them, by the field that is read, or that is a reference further on the way.
pub(super) fn index(catalog: &Catalog) -> HashMap<(ObjectNo, FieldNo), Vec<Dependent>> {
    let mut index: HashMap<(ObjectNo, FieldNo), Vec<Dependent>> = HashMap::new();
    for object in catalog.objects() {
        for computed in object.expressions().stored().iter().filter(|computed| computed.reads_others()) {
            let field = object.fields()[computed.slot].number;
            for path in computed.expression.reads().iter().filter(|path| !path.via.is_empty()) {
                for (read, steps) in steps(catalog, object, path) {
                    let via = path.via[..steps].into();
                    let dependent = Dependent { object: object.number, field, via };
                    let of = index.entry(read).or_default();
                    if !of.contains(&dependent) {
                        of.push(dependent);
                    }
                }
            }
        }
    }
    index
}

/// The fields of other records on a path, each with how many references lead there.
fn steps(catalog: &Catalog, own: &Object, path: &Path) -> Vec<((ObjectNo, FieldNo), usize)> {
    let mut steps = Vec::with_capacity(path.via.len());
    let mut at = own;
    for (index, pair) in path.via.windows(2).enumerate() {
        let Some(next) = owner(catalog, at, pair[0], pair[1]) else { return steps };
        steps.push(((next.number, pair[1]), index + 1));
        at = next;
    }
    if let Read::Field(field) = path.read {
        steps.push(((path.object, field), path.via.len()));
    }
    steps
}

/// Of the objects that a reference can lead to, the one that has the field.
fn owner<'a>(catalog: &'a Catalog, at: &Object, via: FieldNo, field: FieldNo) -> Option<&'a Object> {
    let FieldKind::Reference { to, .. } = &at.fields().get(at.slot(via)?)?.kind else { return None };
    let mut targets = to.iter().filter_map(|target| catalog.object(*target));
    targets.find(|target| target.slot(field).is_some()).map(AsRef::as_ref)
}
