//! What stands in the way of an object's removal: the fields of others that need it.

use crate::catalog::{Action, Catalog, Deed, Definition, Field, Object};
use crate::fault::{Code, Fault, Faults};
use crate::id::{FieldNo, ObjectNo};

/// References and roll-ups of other objects that the wire shows, and their actions.
pub(super) fn uses(catalog: &Catalog, object: &Definition) -> Faults {
    let fields = fields(catalog, object).into_iter().filter(|(.., other, field)| is_shown(other, field));
    let mut faults: Faults = fields
        .map(|(what, other, field)| {
            let problem = format!("the {what} `{}.{}` needs `{}`", other.name, field.name, object.name);
            Fault::new(Code::Referenced, problem).hint("remove that field first")
        })
        .collect();
    for other in catalog.visible().filter(|other| other.number != object.number) {
        for action in other.actions.iter().filter(|action| makes(action, object.number)) {
            let problem = format!("the action `{}.{}` needs `{}`", other.name, action.name, object.name);
            faults.push(Fault::new(Code::Referenced, problem).hint("change or drop the action first"));
        }
    }
    faults
}

/// What was removed and still points at the object, or is computed from it.
pub(super) fn hidden_uses(catalog: &Catalog, object: &Definition) -> Faults {
    let fields = fields(catalog, object).into_iter().filter(|(.., other, field)| !is_shown(other, field));
    let fault = |(what, other, field): (&str, &Object, &Field)| {
        let problem =
            format!("the {what} `{}.{}`, which was removed, needs `{}`", other.name, field.name, object.name);
        Fault::new(Code::Referenced, problem).hint("purge it first: DELETE with `hard=true`")
    };
    fields.map(fault).collect()
}

/// Whether a step of an action makes or finds a record of an object.
fn makes(action: &Action, number: ObjectNo) -> bool {
    action.steps.iter().any(|step| match &step.deed {
        Deed::Create { object } | Deed::FindOrCreate { object, .. } => *object == number,
        Deed::Update => false,
    })
}

fn is_shown(object: &Object, field: &Field) -> bool {
    object.removed.is_none() && field.is_visible()
}

/// The references to an object, and the roll-ups over it, that other objects have.
fn fields<'a>(catalog: &'a Catalog, object: &Definition) -> Vec<(&'static str, &'a Object, &'a Field)> {
    let references =
        catalog.incoming(object.number).iter().map(|incoming| (incoming.object, incoming.field, "reference"));
    let rollups =
        catalog.rollups_from(object.number).iter().map(|source| (source.parent, source.rollup, "roll-up"));
    let find = |(number, field, what): (ObjectNo, FieldNo, &'static str)| {
        let other = catalog.object(number).filter(|_| number != object.number)?;
        other.slot(field).map(|slot| (what, other.as_ref(), &other.fields()[slot]))
    };
    references.chain(rollups).filter_map(find).collect()
}
