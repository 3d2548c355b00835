//! What must be true of a record about to be written, whatever the operation: required
//! fields, references, unique values, and the object's own rules.

use crate::catalog::Object;
use crate::decide::batch::{AndAlso as _, Batch, Halt};
use crate::decide::view::key_value;
use crate::fault::{Code, Fault, Faults};
use crate::id::RecordId;
use crate::limits::RECORD_BYTES_MAX;
use crate::record::{Row, without_value};
use crate::value::{Link, Value};

impl Batch<'_> {
    /// Checks a record about to be written: required fields, the references and unique
    /// values that are new against `old`, and the rules. Gathers every fault, and everything
    /// missing.
    pub(super) fn check_row(&mut self, object: &Object, old: Option<&Row>, new: &Row) -> Result<(), Halt> {
        let mut faults = Faults::new();
        let mut missing = false;
        faults.extend(too_large(&new.values));
        for (slot, field) in object.fields().iter().enumerate() {
            let value = &new.values[slot];
            if field.required && field.is_visible() && value.is_null() && !field.is_read_only() {
                faults.push(without_value(field).under("/record"));
            }
            if old.is_some_and(|old| old.values[slot] == *value) {
                continue;
            }
            if let Some(link) = value.link() {
                match self.row(link.object, link.id) {
                    Ok(Some(_)) => {}
                    Ok(None) => faults.push(self.dangling(&field.name, link)),
                    Err(_) => missing = true,
                }
            }
        }
        let checked = all_of(missing, faults);
        checked.and_also(self.check_unique(object, old, new)).and_also(self.check_rules(object, old, new))
    }

    /// Checks the unique values of a record that are new against `old`.
    pub(super) fn check_unique(&mut self, object: &Object, old: Option<&Row>, new: &Row) -> Result<(), Halt> {
        let mut faults = Faults::new();
        let mut missing = false;
        for key in object.unique_keys() {
            let after = key_value(object, key, &new.values);
            if old.is_some_and(|old| key_value(object, key, &old.values) == after) {
                continue;
            }
            let Some(value) = after else { continue };
            match self.find(object.number, key, value) {
                Ok(Some(other)) if other != new.id => faults.push(taken(object, key, other)),
                Ok(_) => {}
                Err(_) => missing = true,
            }
        }
        all_of(missing, faults)
    }

    fn dangling(&self, field: &str, link: Link) -> Fault {
        let target = self.catalog.object(link.object);
        let id =
            target.map_or_else(String::new, |object| crate::id::format_typeid(&object.prefix, link.id.0));
        Fault::new(Code::ReferenceNotFound, format!("`{field}` refers to `{id}`, which does not exist"))
            .at(field)
            .under("/record")
    }
}

/// What a check comes to that has gathered everything.
pub(super) fn all_of(missing: bool, faults: Faults) -> Result<(), Halt> {
    match (missing, faults.is_empty()) {
        (true, _) => Err(Halt::Missing),
        (false, false) => Err(Halt::Faults(faults)),
        (false, true) => Ok(()),
    }
}

/// Refuses a record that would have too many bytes of text, whatever was sent of it.
fn too_large(values: &[Value]) -> Option<Fault> {
    let bytes_of = |value: &Value| match value {
        Value::Text(text) | Value::Json(text) => text.len(),
        _ => 0,
    };
    let bytes: usize = values.iter().map(bytes_of).sum();
    (bytes > RECORD_BYTES_MAX).then(|| {
        let message = format!("the record would have {bytes} bytes of text; the limit is {RECORD_BYTES_MAX}");
        Fault::new(Code::LimitReached, message).at("record")
    })
}

fn taken(object: &Object, key: &crate::catalog::Key, other: RecordId) -> Fault {
    let names: Vec<&str> = object
        .fields()
        .iter()
        .filter(|field| key.fields.contains(&field.number))
        .map(|field| field.name.as_str())
        .collect();
    let other = crate::id::format_typeid(&object.prefix, other.0);
    let message = format!("another {} has this value of `{}`", object.name, names.join("`, `"));
    Fault::new(Code::NotUnique, message)
        .at(names.first().copied().unwrap_or_default())
        .under("/record")
        .records(vec![other])
}
