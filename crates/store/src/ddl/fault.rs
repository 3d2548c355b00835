//! How a schema change is refused because of the data: the same words on both engines.

use kith_model::catalog::{Definition, Key};
use kith_model::fault::{Code, Fault};
use kith_model::id::{FieldNo, format_typeid};
use uuid::Uuid;

/// Records meet the condition of a check, whose message is given.
pub(crate) fn refused(definition: &Definition, message: &str, ids: &[Uuid]) -> Fault {
    Fault::new(Code::DataConflict, message).records(names(definition, ids))
}

/// Records share the values of a key that is to be unique.
pub(crate) fn not_unique(definition: &Definition, key: &Key, ids: &[Uuid]) -> Fault {
    let message = format!("records of `{}` share values of the unique key `{}`", definition.name, key.name);
    Fault::new(Code::DataConflict, message).records(names(definition, ids))
}

/// A new roll-up comes to a sum of too many digits.
pub(crate) fn sum_out_of_range(definition: &Definition, number: FieldNo, ids: &[Uuid]) -> Fault {
    let field = definition.fields.iter().find(|field| field.number == number);
    let name = field.map_or("", |field| field.name.as_str());
    let message = format!("the sum of the roll-up `{name}` has more than 18 digits");
    Fault::new(Code::OutOfRange, message).records(names(definition, ids))
}

fn names(definition: &Definition, ids: &[Uuid]) -> Vec<String> {
    ids.iter().map(|id| format_typeid(&definition.prefix, *id)).collect()
}
