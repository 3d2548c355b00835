//! What a definition can refer to by name: the objects there are, and the object that
//! is being defined with the fields it has so far.

use crate::catalog::{Catalog, Definition, Field};
use crate::fault::{Code, Fault};
use crate::id::{FieldNo, ObjectNo};

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

/// The object that is to be restored: of those that were removed under the name, the one
/// that was removed last, unless the number says which.
pub(super) fn find_removed<'a>(
    catalog: &'a Catalog,
    (name, number): (&str, Option<ObjectNo>),
) -> Result<&'a Definition, Fault> {
    let removed = catalog.objects().map(|object| object.definition()).filter_map(|object| {
        let removal = object.removed.filter(|_| object.name == name)?;
        number.is_none_or(|number| number == object.number).then_some((removal.version, object))
    });
    let last = removed.max_by_key(|(version, object)| (*version, object.number)).map(|(_, object)| object);
    last.ok_or_else(|| {
        let shown: String = name.chars().take(60).collect();
        Fault::new(Code::NotFound, format!("no object named `{shown}` was removed")).hint(LOOK)
    })
}

/// The object that is to be purged, visible or removed.
pub(super) fn find_either<'a>(
    catalog: &'a Catalog,
    (name, number): (&str, Option<ObjectNo>),
) -> Result<&'a Definition, Fault> {
    let visible = catalog.object_named(name).map(|object| object.number);
    let candidates = catalog.objects().map(|object| object.definition()).filter(|object| {
        let is_named = Some(object.number) == visible || (object.removed.is_some() && object.name == name);
        is_named && number.is_none_or(|number| number == object.number)
    });
    let mut found: Vec<&Definition> = candidates.collect();
    match (found.pop(), found.is_empty()) {
        (Some(object), true) => Ok(object),
        (Some(_), false) => Err(several("object", name)),
        (None, _) => Err(unknown_object(catalog, name, Code::NotFound)),
    }
}

/// The field that is to be restored; see [`find_removed`].
pub(super) fn find_removed_field<'a>(
    object: &'a Definition,
    (name, number): (&str, Option<FieldNo>),
) -> Result<&'a Field, Fault> {
    let removed = object.fields.iter().filter_map(|field| {
        let removal = field.removed.filter(|_| field.name == name)?;
        number.is_none_or(|number| number == field.number).then_some((removal.version, field))
    });
    let last = removed.max_by_key(|(version, field)| (*version, field.number)).map(|(_, field)| field);
    last.ok_or_else(|| {
        let shown: String = name.chars().take(60).collect();
        let problem = format!("no field named `{shown}` was removed from `{}`", object.name);
        Fault::new(Code::NotFound, problem).hint(LOOK)
    })
}

/// The field that is to be purged, visible or removed.
pub(super) fn find_either_field<'a>(
    object: &'a Definition,
    (name, number): (&str, Option<FieldNo>),
) -> Result<&'a Field, Fault> {
    let candidates = object.fields.iter().filter(|field| {
        let is_named = if field.is_visible() { field.answers_to(name) } else { field.name == name };
        is_named && number.is_none_or(|number| number == field.number)
    });
    let mut found: Vec<&Field> = candidates.collect();
    match (found.pop(), found.is_empty()) {
        (Some(field), true) => Ok(field),
        (Some(_), false) => Err(several("field", name)),
        (None, _) => find_field(object, name),
    }
}

/// Where to look for what was removed.
const LOOK: &str = "GET /v1/schema/removed lists what can be restored";

fn several(noun: &str, name: &str) -> Fault {
    let problem = format!("more than one {noun} has, or had, the name `{name}`");
    Fault::new(Code::InvalidParameter, problem)
        .at("number")
        .hint("say which by `number`: GET /v1/schema/removed shows those of what was removed")
}

fn unknown_object(catalog: &Catalog, name: &str, code: Code) -> Fault {
    let shown: String = name.chars().take(60).collect();
    let fault = Fault::new(code, format!("no object is named `{shown}`"));
    fault.did_you_mean(name, catalog.visible().map(|object| object.name.as_str()))
}

/// A field by its name, or by an earlier one that still works. (A present name goes
/// before another field's earlier one, though neither can be given while there is the other.)
fn field_named<'a>(fields: &'a [Field], object: &str, name: &str) -> Result<&'a Field, Fault> {
    let visible = || fields.iter().filter(|field| field.is_visible());
    let present = visible().find(|field| field.name == name);
    present.or_else(|| visible().find(|field| field.answers_to(name))).ok_or_else(|| {
        let shown: String = name.chars().take(60).collect();
        let fault = Fault::new(Code::UnknownField, format!("`{object}` has no field `{shown}`"));
        fault.did_you_mean(name, visible().map(|field| field.name.as_str()))
    })
}
