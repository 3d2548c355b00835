//! What a definition can refer to by name: the objects there are, and the object that
//! is being defined with the fields it has so far.

use crate::catalog::{Catalog, Definition, Field};
use crate::fault::{Code, Fault, near_miss};
use crate::id::ObjectNo;

/// The surroundings in which a field or key is defined.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    /// The catalog in force.
    pub(super) catalog: &'a Catalog,
    /// The object that has the field, new or not.
    pub(super) own: Known<'a>,
}

/// An object by number, name and fields.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    /// Its number.
    pub(super) number: ObjectNo,
    /// Its name.
    pub(super) name: &'a str,
    /// Its fields.
    pub(super) fields: &'a [Field],
}

impl<'a> Known<'a> {
    /// An object of the catalog.
    pub(super) fn of(definition: &'a Definition) -> Self {
        Self { number: definition.number, name: &definition.name, fields: &definition.fields }
    }

    /// A field by name.
    pub(super) fn field(&self, name: &str) -> Result<&'a Field, Fault> {
        field_named(self.fields, self.name, name)
    }
}

impl<'a> Scope<'a> {
    /// The object of a name.
    pub(super) fn object(&self, name: &str) -> Result<Known<'a>, Fault> {
        if name == self.own.name {
            return Ok(self.own);
        }
        match self.catalog.object_named(name) {
            Some(object) => Ok(Known::of(object.definition())),
            None => Err(unknown_object(self.catalog, name, Code::InvalidDefinition)),
        }
    }
}

/// The object that a change is about.
pub(super) fn find<'a>(catalog: &'a Catalog, name: &str) -> Result<&'a Definition, Fault> {
    match catalog.object_named(name) {
        Some(object) => Ok(object.definition()),
        None => Err(unknown_object(catalog, name, Code::NotFound)),
    }
}

/// The field that a change is about.
pub(super) fn find_field<'a>(object: &'a Definition, name: &str) -> Result<&'a Field, Fault> {
    field_named(&object.fields, &object.name, name).map_err(|fault| Fault { code: Code::NotFound, ..fault })
}

fn unknown_object(catalog: &Catalog, name: &str, code: Code) -> Fault {
    let shown: String = name.chars().take(60).collect();
    let fault = Fault::new(code, format!("no object is named `{shown}`"));
    match near_miss(name, catalog.objects().map(|object| object.name.as_str())) {
        Some(meant) => fault.hint(format!("did you mean `{meant}`?")),
        None => fault,
    }
}

fn field_named<'a>(fields: &'a [Field], object: &str, name: &str) -> Result<&'a Field, Fault> {
    fields.iter().find(|field| field.name == name).ok_or_else(|| {
        let shown: String = name.chars().take(60).collect();
        let fault = Fault::new(Code::UnknownField, format!("`{object}` has no field `{shown}`"));
        match near_miss(name, fields.iter().map(|field| field.name.as_str())) {
            Some(meant) => fault.hint(format!("did you mean `{meant}`?")),
            None => fault,
        }
    })
}
