//! A mapping held against the catalog: every object, field and key that it names is
//! there, and every value that it has itself fits its field.

use serde_json::{Map, Value as Json};

use super::convert::Maker;
use super::map::{Cells, MappedField, Mapper};
use super::mapping::{FileMapping, Form, Lookup, LookupBy, Mapping, Origin, Rows, Rule};
use crate::catalog::{Catalog, Field, FieldKind, Object};
use crate::fault::{Code, Fault, Faults, near_miss};
use crate::name::corrected;
use crate::record::{find_object, find_slot};
use crate::value;

/// Compiles a mapping: a mapper for each of its files, in order.
///
/// # Errors
/// Everything that it asks for and the catalog does not have, with pointers into the
/// mapping's document.
pub fn compile(mapping: &Mapping, catalog: &Catalog) -> Result<Vec<Mapper>, Faults> {
    let mut faults = Faults::new();
    let mut mappers = Vec::with_capacity(mapping.files.len());
    for index in 0..mapping.files.len() {
        mappers.extend(Compiler { mapping, index, catalog, faults: &mut faults }.file());
    }
    if faults.is_empty() { Ok(mappers) } else { Err(faults) }
}

struct Compiler<'a> {
    mapping: &'a Mapping,
    index: usize,
    catalog: &'a Catalog,
    faults: &'a mut Faults,
}

impl<'a> Compiler<'a> {
    fn file(&mut self) -> Option<Mapper> {
        let file: &'a FileMapping = self.mapping.files.get(self.index)?;
        let at = format!("/files/{}", self.index);
        let object: &'a Object = match find_object(&file.object, self.catalog) {
            Ok(object) => object,
            Err(fault) => {
                self.faults.push(fault.at("object").under(&at));
                return None;
            }
        };
        let mut cells = Cells::default();
        let id = file.id.iter().map(|column| cells.read(column, &format!("{at}/id"))).collect();
        let tests = cells.tests(&file.conditions, &at);
        let mut fields: Vec<MappedField> = Vec::with_capacity(file.fields.len());
        for (name, rule) in &file.fields {
            let here = Fault::new(Code::Malformed, "").at(name).under(&format!("{at}/fields")).pointer;
            let Some(field) = self.field(object, name, rule, &here, &mut cells) else { continue };
            if fields.iter().any(|other| other.maker.field.name == field.maker.field.name) {
                let message = format!("`{}` is set twice, by different names of it", field.maker.field.name);
                self.faults.push(Fault::new(Code::AlreadyExists, message).under(&here));
            }
            fields.push(field);
        }
        let matched = self.matched(file, object, &at);
        let stamps = cells.stamps(&file.stamps, &format!("{at}/stamps"));
        if let Rows::Inline(rows) = &file.rows {
            cells.check_inline(rows, self.faults);
        }
        let columns = fields
            .iter()
            .filter_map(|field| Some((field.maker.field.name.clone(), field.column.clone()?)))
            .collect();
        Some(Mapper {
            object: object.name.clone(),
            system: self.mapping.system.clone(),
            source_object: file.source_object.clone(),
            columns: std::sync::Arc::new(columns),
            cells,
            id,
            tests,
            fields,
            matched,
            stamps,
        })
    }

    fn field(
        &mut self,
        object: &Object,
        name: &str,
        rule: &Rule,
        at: &str,
        cells: &mut Cells,
    ) -> Option<MappedField> {
        let mut refuse = |fault: Fault| self.faults.push(fault);
        let slot = match find_slot(name, object) {
            Ok(slot) => slot,
            Err(fault) => {
                let fault = Fault { pointer: at.to_owned(), ..fault };
                refuse(match beginning(name, object) {
                    Some(meant) if near_miss(name, names(object)).is_none() => {
                        fault.hint(format!("did you mean `{meant}`?"))
                    }
                    _ => fault,
                });
                return None;
            }
        };
        let field = &object.fields()[slot];
        if field.is_read_only() {
            let message = format!("`{name}` is set by Kith and cannot be written");
            refuse(Fault::new(Code::ReadOnly, message).under(at));
            return None;
        }
        self.fits(field, rule, at)?;
        let (target, is_deferred) = match &rule.lookup {
            None => (None, false),
            Some(lookup) => self.lookup(field, lookup, &format!("{at}/lookup"))?,
        };
        let maker = Maker::new(field.clone(), rule.clone(), target, &self.mapping.system);
        self.own_values(&maker, at);
        let column = match &rule.origin {
            Origin::Column(name) => Some(name.clone()),
            Origin::Columns { names, .. } => names.first().cloned(),
            Origin::Constant(_) => None,
        };
        let origin = cells.origin(&rule.origin, at);
        let tests = cells.tests(&rule.conditions, at);
        let currency = rule.currency.as_ref().map(|origin| cells.origin(origin, &format!("{at}/currency")));
        Some(MappedField { maker, origin, tests, currency, column, is_deferred })
    }

    /// Whether what the rule does to a text can make a value of the field's type.
    fn fits(&mut self, field: &Field, rule: &Rule, at: &str) -> Option<()> {
        let is_text = matches!(field.kind, FieldKind::Text { .. } | FieldKind::LongText { .. });
        let is_number = matches!(
            field.kind,
            FieldKind::Integer { .. } | FieldKind::Decimal { .. } | FieldKind::Currency { .. }
        );
        let (member, fits) = match &rule.form {
            Form::Plain => ("", true),
            Form::Date(_) => ("date", is_text || matches!(field.kind, FieldKind::Date)),
            Form::Datetime(_) => ("datetime", is_text || matches!(field.kind, FieldKind::Datetime)),
            Form::Number(_) => ("number", is_text || is_number),
            Form::Phone(_) => ("phone", is_text || matches!(field.kind, FieldKind::Phone)),
        };
        let is_list = rule.split.as_ref().is_some_and(|split| split.part.is_none());
        let problems = [
            (!fits).then_some(member),
            (rule.currency.is_some() && !matches!(field.kind, FieldKind::Currency { .. }))
                .then_some("currency"),
            (rule.lookup.is_some() && !matches!(field.kind, FieldKind::Reference { .. })).then_some("lookup"),
            (is_list && !matches!(field.kind, FieldKind::MultiSelect { .. })).then_some("split"),
        ];
        let mut is_fine = true;
        for member in problems.into_iter().flatten() {
            let message = match member {
                "split" => {
                    format!("`split` without `part` gives a list, and `{}` takes one value", field.name)
                }
                _ => format!(
                    "`{member}` does not make a `{}`, the type of `{}`",
                    field.kind.name(),
                    field.name
                ),
            };
            self.faults.push(Fault::new(Code::InvalidDefinition, message).at(member).under(at));
            is_fine = false;
        }
        is_fine.then_some(())
    }

    /// The key's field by which a record is looked up (none by its id in the source), and
    /// whether that has to wait for rows that come later.
    fn lookup(&mut self, field: &Field, lookup: &Lookup, at: &str) -> Option<(Option<Field>, bool)> {
        let FieldKind::Reference { to, .. } = &field.kind else { return None };
        let (object, key) = match &lookup.by {
            LookupBy::Source(kind) => return Some((None, self.mapping.brings_later(self.index, kind))),
            LookupBy::Key { object, field } => (object.as_deref(), field.as_str()),
        };
        let targets: Vec<&Object> =
            to.iter().filter_map(|number| self.catalog.object(*number)).map(AsRef::as_ref).collect();
        let names = || targets.iter().map(|target| target.name.as_str());
        let target = match (object, &targets[..]) {
            (None, [only]) => Some(*only),
            (None, _) => {
                let message =
                    format!("`{}` refers to several objects, and it is not said to which", field.name);
                let hint = format!("add `object:` with one of {}", names().collect::<Vec<_>>().join(", "));
                self.faults.push(Fault::new(Code::Required, message).at("object").under(at).hint(hint));
                None
            }
            (Some(name), _) => {
                let found = self.catalog.object_named(name);
                let target = targets.iter().find(|target| found.is_some_and(|f| f.number == target.number));
                if target.is_none() {
                    let message = format!("`{}` does not refer to `{name}`", field.name);
                    let fault = Fault::new(Code::InvalidDefinition, message).at("object").under(at);
                    self.faults.push(fault.did_you_mean(name, names()));
                }
                target.copied()
            }
        }?;
        let slot = match find_slot(key, target) {
            Ok(slot) => slot,
            Err(fault) => {
                self.faults.push(Fault { pointer: format!("{at}/by"), ..fault });
                return None;
            }
        };
        let by = &target.fields()[slot];
        if target.unique_key_of(by.number).is_none() {
            let message = format!("`{}.{key}` is not unique, so nothing can be looked up by it", target.name);
            let unique = target.unique_keys().filter_map(|found| match found.fields[..] {
                [only] => target.slot(only).map(|slot| target.fields()[slot].name.as_str()),
                _ => None,
            });
            let names: Vec<&str> = unique.collect();
            let fault = Fault::new(Code::InvalidDefinition, message).at("by").under(at);
            self.faults.push(match &names[..] {
                [] => fault.hint("look it up by its id in the source: `lookup: {source: …}`"),
                names => fault.hint(format!("unique are: {}", names.join(", "))),
            });
            return None;
        }
        Some((Some(by.clone()), false))
    }

    /// The values that stand in the mapping itself are tried now, not row by row.
    fn own_values(&mut self, maker: &Maker, at: &str) {
        let mut tried: Vec<(String, Json)> = Vec::new();
        let rule = &maker.rule;
        if let Some(default) = &rule.default {
            tried.push((format!("{at}/default"), default.clone()));
        }
        if rule.lookup.is_none() {
            for (text, json) in rule.values.iter().flat_map(|values| &values.map) {
                let is_item = matches!(maker.field.kind, FieldKind::MultiSelect { .. }) && json.is_string();
                let json = if is_item { Json::Array(vec![json.clone()]) } else { json.clone() };
                tried.push((
                    Fault::new(Code::Malformed, "").at(text).under(&format!("{at}/values")).pointer,
                    json,
                ));
            }
            if let Origin::Constant(constant) = &rule.origin
                && rule.currency.is_none()
            {
                match maker.constant(constant) {
                    Ok(json) => tried.push((format!("{at}/constant"), json)),
                    Err(fault) => self.faults.push(Fault { pointer: format!("{at}/constant"), ..fault }),
                }
            }
        }
        if let Some(Origin::Constant(Json::String(code))) = &rule.currency {
            tried.push((format!("{at}/currency"), serde_json::json!({"amount": "0", "currency": code})));
        }
        for (pointer, json) in tried {
            // References that are written out are looked at where they are resolved.
            if !json.is_object() || matches!(maker.field.kind, FieldKind::Currency { .. } | FieldKind::Json) {
                let refused = value::parse(&maker.field, &json, self.catalog).err();
                self.faults.extend(refused.map(|fault| Fault { pointer, ..fault }));
            }
        }
    }

    /// The unique key of `match`: its fields as they are called now.
    fn matched(&mut self, file: &FileMapping, object: &Object, at: &str) -> Vec<String> {
        let mut names = Vec::new();
        let mut numbers = Vec::new();
        for name in &file.matched {
            let pointer = format!("{at}/match");
            match find_slot(name, object) {
                Ok(slot) => {
                    let field = &object.fields()[slot];
                    numbers.push(field.number);
                    names.push(field.name.clone());
                    let is_set = |(set, _): &(String, Rule)| object.slot_named(set) == Some(slot);
                    if !file.fields.iter().any(is_set) {
                        let message = format!("`{name}` is matched and not mapped");
                        self.faults.push(Fault { pointer, ..Fault::new(Code::Required, message) });
                    }
                }
                Err(fault) => self.faults.push(Fault { pointer, ..fault }),
            }
        }
        let is_key = |key: &crate::catalog::Key| {
            key.fields.len() == numbers.len() && key.fields.iter().all(|number| numbers.contains(number))
        };
        if !names.is_empty() && names.len() == file.matched.len() && !object.unique_keys().any(is_key) {
            let message = format!("`{}` has no unique key of {}", object.name, names.join(", "));
            self.faults.push(Fault::new(Code::InvalidDefinition, message).at("match").under(at));
        }
        names
    }
}

fn names(object: &Object) -> impl Iterator<Item = &str> {
    object.visible().map(|(_, field)| field.name.as_str())
}

/// The field that a column's name begins with, or the other way round: `StageName` may be
/// meant for `stage`.
fn beginning<'a>(name: &str, object: &'a Object) -> Option<&'a str> {
    let name = corrected(name)?;
    let is_near = |field: &&str| field.len() > 2 && (name.starts_with(*field) || field.starts_with(&name));
    names(object).filter(is_near).max_by_key(|field| field.len())
}

impl Cells {
    /// Inline rows have no header: what they are asked for must be in one of them.
    fn check_inline(&self, rows: &[Map<String, Json>], faults: &mut Faults) {
        for (column, pointer) in self.names() {
            if !rows.iter().any(|row| row.contains_key(column)) {
                let fault = Fault::new(Code::UnknownField, format!("no row has a `{column}`")).under(pointer);
                let known = rows.iter().flat_map(Map::keys).map(String::as_str);
                faults.push(fault.did_you_mean(column, known));
            }
        }
    }
}
