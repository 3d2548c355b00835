//! A new object with its fields and keys.

use serde_json::{Map, Value as Json};

use super::{check_bounds, prefix};
use crate::catalog::{Catalog, Definition, Field, Key};
use crate::fault::{Code, Fault, Faults};
use crate::id::{FieldNo, KeyNo};
use crate::journal::SchemaVersion;
use crate::limits::{FIELDS_MAX, KEYS_MAX, OBJECTS_MAX};
use crate::name::Noun;
use crate::schema::alias;
use crate::schema::decide::{Decision, summary};
use crate::schema::document::document;
use crate::schema::expressions::Prospect;
use crate::schema::members::Members;
use crate::schema::scope::{Known, Scope};
use crate::schema::step::Step;
use crate::schema::{action, field, key, matching, rule};

/// What an object's definition says.
const MEMBERS: &[&str] =
    &["name", "aliases", "label", "description", "prefix", "fields", "keys", "rules", "matching", "actions"];

/// Decides the creation of an object.
pub(in crate::schema) fn create(
    catalog: &Catalog,
    input: &Map<String, Json>,
    next: SchemaVersion,
) -> Result<Decision, Faults> {
    let mut members = Members::new(input, "");
    members.allow("an object", MEMBERS);
    let name = members.name(Noun::Object).unwrap_or_default();
    let aliases = alias::define_object(&mut members, catalog, name);
    if catalog.objects().count() >= OBJECTS_MAX {
        members.extend(vec![Fault::new(
            Code::LimitReached,
            format!("a tenant has at most {OBJECTS_MAX} objects"),
        )]);
    }
    let label = members.label(name);
    let description = members.description();
    let prefix = match members.string("prefix") {
        Some(given) => {
            prefix::check(catalog, given).unwrap_or_else(|fault| members.refuse("prefix", fault));
            given.to_owned()
        }
        None => prefix::derive(catalog, name),
    };
    let number = catalog.next_object();
    let drafts = drafts(&mut members);
    let own = Known { number, name, fields: &[] };
    let (fields, shorthands) = fields(&mut members, &drafts, Scope { catalog, own });
    let mut keys = shorthands;
    named_keys(&mut members, catalog, Known { fields: &fields, ..own }, &mut keys);
    let matching = matching::define_all(&mut members, Known { fields: &fields, ..own });
    let last_key = keys.last().map_or(KeyNo(catalog.next_key().0 - 1), |key| key.number);
    let mut after = Definition {
        aliases,
        label,
        description,
        schema_version: next,
        fields,
        keys,
        matching,
        last_key,
        ..Definition::new(number, name, prefix)
    };
    computed(&mut members, catalog, &drafts, &after);
    after.rules = rule::define_all(&mut members, catalog, &after);
    after.actions = action::define_all(&mut members, catalog, &after);
    let faults = members.finish();
    if !faults.is_empty() {
        return Err(faults);
    }
    check_bounds(&after)?;
    let result = document(&after, catalog);
    let account = summary("object.created", name, None, Json::Null, result.clone());
    let steps = vec![Step::CreateTable(Box::new(after.clone()))];
    Ok(Decision::of(after, steps, account, result))
}

/// A field that is to be defined: where it stands, and its members.
type Draft<'a> = (usize, &'a Map<String, Json>);

fn drafts<'a>(members: &mut Members<'a>) -> Vec<Draft<'a>> {
    let mut drafts = Vec::new();
    for (index, item) in members.bounded_array("fields", FIELDS_MAX).unwrap_or_default().iter().enumerate() {
        match item {
            Json::Object(map) => drafts.push((index, map)),
            _ => {
                members.invalid(&format!("fields/{index}"), "a field is an object of `name`, `type` and more")
            }
        }
    }
    drafts
}

/// The fields in the order given, with the keys that their shorthands ask for. Roll-ups
/// are read last: one over the object itself refers to its other fields.
fn fields(members: &mut Members<'_>, drafts: &[Draft<'_>], scope: Scope<'_>) -> (Vec<Field>, Vec<Key>) {
    let (first_field, first_key) = (scope.catalog.next_field().0, scope.catalog.next_key().0);
    let is_rollup = |map: &Map<String, Json>| {
        map.get("type").is_some_and(|kind| kind == "rollup")
            || map.get("stamp").is_some_and(|of| !of.is_null())
    };
    let mut defined: Vec<Field> = Vec::with_capacity(drafts.len());
    let mut keys: Vec<Key> = Vec::new();
    for rollups in [false, true] {
        for (index, map) in drafts.iter().filter(|(_, map)| is_rollup(map) == rollups) {
            let mut part = Members::new(map, format!("/fields/{index}"));
            let number = FieldNo(first_field + u32::try_from(*index).unwrap_or(u32::MAX));
            let scope = Scope { own: Known { fields: &defined, ..scope.own }, ..scope };
            let field = field::define(&mut part, number, scope);
            if let Some(mut field) = field {
                field.aliases = alias::define(&mut part, Noun::Field, &field.name);
                alias::check_field(&mut part, scope.own.name, &field, &defined);
                let key = KeyNo(first_key + u32::try_from(keys.len()).unwrap_or(u32::MAX));
                keys.extend(field::shorthand_key(&mut part, &field, key));
                defined.push(field);
            }
            members.extend(part.finish());
        }
    }
    defined.sort_by_key(|field| field.number);
    (defined, keys)
}

/// Checks the computed fields, once all fields that they may read are there.
fn computed(members: &mut Members<'_>, catalog: &Catalog, drafts: &[Draft<'_>], after: &Definition) {
    let first = catalog.next_field().0;
    for (index, map) in drafts {
        let number = FieldNo(first + u32::try_from(*index).unwrap_or(u32::MAX));
        let Some(field) = after.fields.iter().find(|field| field.number == number) else { continue };
        let mut part = Members::new(map, format!("/fields/{index}"));
        field::check_computed(&mut part, &Prospect::new(catalog, std::slice::from_ref(after)), after, field);
        members.extend(part.finish());
    }
}

/// Adds the keys of the member `keys`.
fn named_keys(members: &mut Members<'_>, catalog: &Catalog, object: Known<'_>, keys: &mut Vec<Key>) {
    for (index, item) in members.bounded_array("keys", KEYS_MAX).unwrap_or_default().iter().enumerate() {
        let at = format!("keys/{index}");
        let Json::Object(map) = item else {
            members.invalid(&at, "a key is an object of `name`, `fields` and more");
            continue;
        };
        let mut part = Members::new(map, members.pointer_to(&at));
        let number = KeyNo(catalog.next_key().0 + u32::try_from(keys.len()).unwrap_or(u32::MAX));
        if let Some(key) = key::define(&mut part, number, object) {
            if let Err(fault) = key::check_new(&key, keys) {
                part.refuse("name", fault);
            }
            keys.push(key);
        }
        members.extend(part.finish());
    }
}
