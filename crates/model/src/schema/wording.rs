//! The texts of stored expressions: where they name a field, and how they read once it
//! has another name. Expressions are kept as text, with present names.

use crate::catalog::{Catalog, Definition, Field, FieldKind};
use crate::expression::{Allowed, Expression, Surroundings};
use crate::id::ObjectNo;
use crate::journal::SchemaVersion;

/// Everything that some place or other allows: what stands there was checked already.
const ALL: Allowed = Allowed { clock: true, paths: 3, old: true };

/// One stored expression.
struct Place<'a> {
    /// What it is, for people.
    what: String,
    /// The object whose records it is about.
    about: ObjectNo,
    /// Its text.
    text: &'a str,
    /// Whether the wire shows what it stands in.
    is_shown: bool,
}

/// Where visible expressions name a field, by any of its names or by the alias that is
/// given: `the rule `deal.closed``.
pub(super) fn naming(catalog: &Catalog, object: ObjectNo, field: &Field, alias: Option<&str>) -> Vec<String> {
    let mut found = Vec::new();
    for definition in catalog.visible() {
        for place in
            places(definition).into_iter().filter(|place| place.is_shown && could_name(place.text, field))
        {
            let Some(expression) = compile(catalog, place.about, place.text) else { continue };
            let names =
                expression.names().iter().filter(|name| (name.object, name.field) == (object, field.number));
            let mut words = names.filter_map(|name| {
                let (start, end) = (usize::try_from(name.start).ok()?, usize::try_from(name.end).ok()?);
                place.text.get(start..end)
            });
            if words.any(|word| alias.is_none_or(|alias| alias == word)) {
                found.push(place.what);
            }
        }
    }
    found
}

/// Rewrites the expressions that name a field to its new name: in the object itself, and
/// in others, which are answered.
pub(super) fn rename(
    catalog: &Catalog,
    own: &mut Definition,
    field: &Field,
    new_name: &str,
    next: SchemaVersion,
) -> Vec<Definition> {
    let object = own.number;
    let rewritten = |definition: &Definition| {
        let texts =
            places(definition).into_iter().map(|place| renamed(catalog, &place, object, field, new_name));
        texts.collect::<Vec<Option<String>>>()
    };
    let texts = rewritten(own);
    write(own, texts);
    let mut others = Vec::new();
    for other in catalog.objects().filter(|other| other.number != object) {
        let texts = rewritten(other);
        if texts.iter().any(Option::is_some) {
            let mut definition = Definition { schema_version: next, ..other.definition().clone() };
            write(&mut definition, texts);
            others.push(definition);
        }
    }
    others
}

fn renamed(
    catalog: &Catalog,
    place: &Place<'_>,
    object: ObjectNo,
    field: &Field,
    new_name: &str,
) -> Option<String> {
    if !could_name(place.text, field) {
        return None;
    }
    compile(catalog, place.about, place.text)?.renamed(object, field.number, new_name)
}

/// Whether a text may name a field: compiling it says, and costs more.
fn could_name(text: &str, field: &Field) -> bool {
    text.contains(&field.name) || field.aliases.iter().any(|alias| text.contains(alias))
}

/// An expression as the catalog in force understands it.
fn compile(catalog: &Catalog, about: ObjectNo, text: &str) -> Option<Expression> {
    let object = catalog.definition(about)?;
    let definitions = |number| catalog.definition(number);
    Expression::compile(text, &Surroundings { object, definitions: &definitions, allowed: ALL }).ok()
}

/// Every expression of an object, in the order in which [`write()`] takes them.
fn places(definition: &Definition) -> Vec<Place<'_>> {
    let own = &definition.name;
    let mut places = Vec::new();
    for field in &definition.fields {
        let (name, is_shown) = (&field.name, field.is_visible());
        if let Some(computed) = &field.computed {
            let what = format!("the computed field `{own}.{name}`");
            places.push(Place { what, about: definition.number, text: &computed.expression, is_shown });
        }
        if let FieldKind::Rollup { filter: Some(filter), from, .. } = &field.kind {
            let what = format!("the roll-up `{own}.{name}`");
            places.push(Place { what, about: *from, text: filter, is_shown });
        }
    }
    for rule in &definition.rules {
        let what = format!("the rule `{own}.{}`", rule.name);
        places.push(Place { what, about: definition.number, text: &rule.check, is_shown: true });
    }
    for action in &definition.actions {
        for text in action.expressions() {
            let what = format!("the action `{own}.{}`", action.name);
            places.push(Place { what, about: definition.number, text, is_shown: true });
        }
    }
    places
}

/// Puts new texts where [`places`] found the old ones.
fn write(definition: &mut Definition, texts: Vec<Option<String>>) {
    let mut texts = texts.into_iter();
    let mut put = |place: &mut String| {
        if let Some(text) = texts.next().flatten() {
            *place = text;
        }
    };
    for field in &mut definition.fields {
        if let Some(computed) = &mut field.computed {
            put(&mut computed.expression);
        }
        if let FieldKind::Rollup { filter: Some(filter), .. } = &mut field.kind {
            put(filter);
        }
    }
    definition.rules.iter_mut().for_each(|rule| put(&mut rule.check));
    definition.actions.iter_mut().flat_map(|action| action.expressions_mut()).for_each(put);
}
