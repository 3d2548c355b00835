//! The document that asks for a load, checked: every fault of it at once.

use std::sync::Arc;

use kith_format::{CsvOptions, Empty, Format};
use kith_model::catalog::{Catalog, Object};
use kith_model::fault::{Code, Fault, Faults};
use serde_json::{Map, Value as Json};

use super::load::{Definition, Effect, Operation};

/// The members of a load's document, `kind` aside.
const MEMBERS: [&str; 8] = ["object", "operation", "by", "format", "effect", "plan", "keep", "csv"];

/// Reads the document.
///
/// # Errors
/// Everything that is wrong with it.
pub(super) fn read(catalog: &Catalog, body: Map<String, Json>) -> Result<(Definition, Arc<Object>), Faults> {
    let mut document = Document { body, faults: Vec::new() };
    document.refuse_unknown();
    let object = document.object(catalog);
    let operation = document.word(
        "operation",
        &[
            ("create", Operation::Create),
            ("update", Operation::Update),
            ("upsert", Operation::Upsert),
            ("delete", Operation::Delete),
        ],
        Operation::Create,
    );
    let by = document.by(operation, object.as_deref());
    let effects = [("independent", Effect::Independent), ("atomic", Effect::Atomic)];
    let effect = document.word("effect", &effects, Effect::Independent);
    let plan = document.boolean("plan");
    let keep = document.boolean("keep");
    let is_csv = document.word("format", &[("csv", true), ("jsonl", false)], true);
    let format = document.format(is_csv);
    match object {
        Some(object) if document.faults.is_empty() => {
            let definition = Definition { object: object.number, operation, by, format, effect, plan, keep };
            Ok((definition, object))
        }
        _ => Err(document.faults),
    }
}

struct Document {
    body: Map<String, Json>,
    faults: Faults,
}

impl Document {
    fn refuse(&mut self, code: Code, member: &str, message: impl Into<String>) {
        self.faults.push(Fault::new(code, message).at(member));
    }

    fn refuse_unknown(&mut self) {
        for name in self.body.keys().filter(|name| !MEMBERS.contains(&name.as_str())) {
            let shown: String = name.chars().take(100).collect();
            let fault = Fault::new(Code::UnknownMember, format!("a load has no member `{shown}`")).at(name);
            self.faults.push(fault.did_you_mean(name, MEMBERS));
        }
    }

    fn object(&mut self, catalog: &Catalog) -> Option<Arc<Object>> {
        let Some(name) = self.body.get("object").and_then(Json::as_str).map(str::to_owned) else {
            self.refuse(Code::Required, "object", "`object` names the object of the records");
            return None;
        };
        let object = catalog.object_named(&name).cloned();
        if object.is_none() {
            let shown: String = name.chars().take(100).collect();
            let names: Vec<String> = catalog.objects().map(|object| object.name.clone()).collect();
            let fault = Fault::new(Code::NotFound, format!("no object `{shown}`")).at("object");
            self.faults.push(fault.did_you_mean(&name, names.iter().map(String::as_str)));
        }
        object
    }

    fn word<T: Copy>(&mut self, member: &str, words: &[(&str, T)], default: T) -> T {
        let given = match self.body.get(member) {
            None => return default,
            Some(given) => given.as_str(),
        };
        match words.iter().find(|(word, _)| Some(*word) == given) {
            Some((_, meaning)) => *meaning,
            None => {
                let known: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
                let message = format!("`{member}` is one of {}", known.join(", "));
                self.refuse(Code::InvalidValue, member, message);
                default
            }
        }
    }

    fn boolean(&mut self, member: &str) -> bool {
        match self.body.get(member) {
            None => false,
            Some(Json::Bool(value)) => *value,
            Some(_) => {
                self.refuse(Code::InvalidType, member, format!("`{member}` is true or false"));
                false
            }
        }
    }

    fn by(&mut self, operation: Operation, object: Option<&Object>) -> Vec<String> {
        let given = match self.body.get("by") {
            None => Vec::new(),
            Some(Json::Array(names)) => {
                let names: Option<Vec<String>> =
                    names.iter().map(|name| name.as_str().map(str::to_owned)).collect();
                names.unwrap_or_default()
            }
            Some(_) => {
                self.refuse(Code::InvalidType, "by", "`by` is a list of fields");
                return Vec::new();
            }
        };
        match (operation, object) {
            (Operation::Upsert, Some(object)) => self.check_key(&given, object),
            (Operation::Upsert, None) => {}
            _ if !given.is_empty() => {
                self.refuse(Code::InvalidValue, "by", "only an upsert looks `by` a unique key");
            }
            _ => {}
        }
        given
    }

    fn check_key(&mut self, given: &[String], object: &Object) {
        let mut numbers = Vec::with_capacity(given.len());
        for name in given {
            match object.field_named(name) {
                Some(field) => numbers.push(field.number),
                None => {
                    let fault =
                        Fault::new(Code::UnknownField, format!("`{}` has no field `{name}`", object.name));
                    let names = object.visible().map(|(_, field)| field.name.as_str());
                    self.faults.push(fault.at("by").did_you_mean(name, names));
                    return;
                }
            }
        }
        let is_key = |fields: &[kith_model::id::FieldNo]| {
            fields.len() == numbers.len() && numbers.iter().all(|number| fields.contains(number))
        };
        if !object.unique_keys().any(|key| is_key(&key.fields)) {
            let message = "`by` must name the fields of a unique key";
            let keys: Vec<String> = object.unique_keys().map(|key| format!("`{}`", key.name)).collect();
            let hint = if keys.is_empty() {
                format!("`{}` has none: add one first", object.name)
            } else {
                format!("the unique keys of `{}` are {}", object.name, keys.join(", "))
            };
            self.faults.push(Fault::new(Code::InvalidValue, message).at("by").hint(hint));
        }
    }

    fn format(&mut self, is_csv: bool) -> Format {
        let mut options = CsvOptions::default();
        let Some(given) = self.body.get("csv").cloned() else {
            return if is_csv { Format::Csv(options) } else { Format::JsonLines };
        };
        let Json::Object(given) = given else {
            self.refuse(Code::InvalidType, "csv", "`csv` is an object");
            return Format::JsonLines;
        };
        if !is_csv {
            self.refuse(Code::InvalidValue, "csv", "`csv` says how a file of CSV is written");
            return Format::JsonLines;
        }
        for (name, value) in given {
            if let Err(fault) = set(&mut options, &name, &value) {
                self.faults.push(fault.under("/csv"));
            }
        }
        if let Err(faults) = options.check() {
            self.faults.extend(faults.into_iter().map(|fault| fault.under("/csv")));
        }
        Format::Csv(options)
    }
}

fn set(options: &mut CsvOptions, name: &str, value: &Json) -> Result<(), Fault> {
    const MEMBERS: [&str; 4] = ["delimiter", "quote", "header", "empty"];
    let wrong = |message: &str| Fault::new(Code::InvalidValue, message).at(name);
    let byte = || match value.as_str().map(str::as_bytes) {
        Some([byte]) => Ok(*byte),
        _ => Err(wrong("it is one character of ASCII")),
    };
    match name {
        "delimiter" => options.delimiter = byte()?,
        "quote" => options.quote = byte()?,
        "header" => {
            let names =
                value.as_array().map(|names| names.iter().map(|name| name.as_str().map(str::to_owned)));
            let names: Option<Option<Vec<String>>> = names.map(Iterator::collect);
            options.header = Some(names.flatten().ok_or_else(|| wrong("it is a list of columns"))?);
        }
        "empty" => {
            options.empty = match value.as_str() {
                Some("null") => Empty::Null,
                Some("absent") => Empty::Absent,
                _ => return Err(wrong("it is `null` or `absent`")),
            };
        }
        _ => {
            let shown: String = name.chars().take(100).collect();
            let fault = Fault::new(Code::UnknownMember, format!("`csv` has no member `{shown}`")).at(name);
            return Err(fault.did_you_mean(name, MEMBERS));
        }
    }
    Ok(())
}
