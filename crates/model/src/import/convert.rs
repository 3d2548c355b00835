//! From the text of a cell to a value on the wire, by a rule and for a field.

use serde_json::{Map, Value as Json, json};

use super::mapping::{Form, LookupBy, Rule, Unknown, UnknownTarget};
use super::{number, phone, when};
use crate::catalog::{Field, FieldKind};
use crate::fault::{Code, Fault, near_miss};
use crate::value::shown;

/// Makes the values of one field.
#[derive(Clone, Debug)]
pub(super) struct Maker {
    pub(super) field: Field,
    pub(super) rule: Rule,
    /// The field of the key by which a record is looked up.
    target: Option<Field>,
    system: String,
}

impl Maker {
    pub(super) fn new(field: Field, rule: Rule, target: Option<Field>, system: &str) -> Self {
        Self { field, rule, target, system: system.to_owned() }
    }

    /// The value of a cell.
    ///
    /// # Errors
    /// Why the text stands for none.
    pub(super) fn value(&self, text: &str, currency: Option<&str>) -> Result<Json, Fault> {
        let Some(split) = &self.rule.split else { return self.one(text, currency) };
        match split.part {
            Some(part) => self.one(part_of(text, &split.by, part), currency),
            None => {
                let parts = text.split(&split.by).map(str::trim).filter(|part| !part.is_empty());
                let items: Vec<Json> =
                    parts.map(|part| self.one(part, currency)).collect::<Result<_, _>>()?;
                let items: Vec<Json> = items.into_iter().filter(|item| !item.is_null()).collect();
                Ok(if items.is_empty() { self.empty() } else { Json::Array(items) })
            }
        }
    }

    /// The value of a constant: a text goes the way of a cell, anything else is meant as it is.
    pub(super) fn constant(&self, constant: &Json) -> Result<Json, Fault> {
        match (constant, &self.rule.currency) {
            (Json::String(text), None) => self.value(text, None),
            _ => Ok(constant.clone()),
        }
    }

    fn empty(&self) -> Json {
        self.rule.default.clone().unwrap_or(Json::Null)
    }

    fn one(&self, text: &str, currency: Option<&str>) -> Result<Json, Fault> {
        let is_text = matches!(self.field.kind, FieldKind::Text { .. } | FieldKind::LongText { .. });
        let keeps_blanks = is_text && !self.rule.is_trimmed && self.rule.form == Form::Plain;
        let text = if keeps_blanks { text } else { text.trim() };
        if text.is_empty() {
            return Ok(self.empty());
        }
        let mut text = text.to_owned();
        if let Some(values) = &self.rule.values {
            match (values.map.get(text.trim()), values.unknown, &self.rule.lookup) {
                (Some(Json::String(meant)), _, Some(_)) => text.clone_from(meant),
                (Some(meant), ..) => return Ok(meant.clone()),
                (None, Unknown::Keep, _) => {}
                (None, Unknown::Null, _) => return Ok(Json::Null),
                (None, Unknown::Error, _) => return Err(self.unknown_value(&text)),
            }
        }
        let text = self.formed(text)?;
        match (&self.rule.lookup, &self.target) {
            (Some(lookup), target) => self.reference(&lookup.by, lookup.unknown, target.as_ref(), &text),
            (None, _) => typed(&self.field, &text, currency),
        }
    }

    fn unknown_value(&self, text: &str) -> Fault {
        let known = self.rule.values.iter().flat_map(|values| values.map.keys()).map(String::as_str);
        let problem = format!("{} is not in the map of values", shown(&self.field, text));
        match near_miss(text, known) {
            Some(near) => refusal(&self.field, problem).hint(format!("the map has `{near}`")),
            None => refusal(&self.field, problem).hint("add it to `values`, or say what is `unknown`"),
        }
    }

    /// The text in the form in which Kith writes such a value.
    fn formed(&self, text: String) -> Result<String, Fault> {
        let (formed, wanted) = match &self.rule.form {
            Form::Plain => return Ok(text),
            Form::Phone(country) => return Ok(phone::international(country, &text)),
            Form::Date(format) => (when::date(format, &text).map(|date| date.to_string()), format.as_str()),
            Form::Datetime(rule) => (when::time(rule, &text).map(|at| at.to_string()), rule.format.as_str()),
            Form::Number(form) => (number::plain(form, &text), ""),
        };
        formed.ok_or_else(|| {
            let given = shown(&self.field, &text);
            match wanted {
                "" => refusal(&self.field, format!("{given} is not a number as the mapping says")),
                format => refusal(&self.field, format!("{given} is not written as `{format}`")),
            }
        })
    }

    fn reference(
        &self,
        by: &LookupBy,
        unknown: UnknownTarget,
        target: Option<&Field>,
        text: &str,
    ) -> Result<Json, Fault> {
        let mut members = Map::new();
        match (by, target) {
            (LookupBy::Source(kind), _) => {
                let id = json!({"system": self.system, "object": kind, "id": text});
                members.insert("$source".to_owned(), id);
            }
            (LookupBy::Key { object, field }, Some(target)) => {
                let value = typed(target, text, None)?;
                members.insert("$by".to_owned(), json!({ field.as_str(): value }));
                if let Some(object) = object {
                    members.insert("$object".to_owned(), json!(object));
                }
            }
            (LookupBy::Key { .. }, None) => return Ok(Json::Null),
        }
        match unknown {
            UnknownTarget::Error => None,
            UnknownTarget::Null => members.insert("$else".to_owned(), Json::Null),
            UnknownTarget::Create => members.insert("$else".to_owned(), json!("create")),
        };
        Ok(Json::Object(members))
    }
}

/// A part of a text, from 1, or from the end when negative; empty where there is none.
fn part_of<'a>(text: &'a str, by: &str, part: i64) -> &'a str {
    let index = usize::try_from(part.unsigned_abs()).unwrap_or(usize::MAX).saturating_sub(1);
    let found = if part > 0 { text.split(by).nth(index) } else { text.rsplit(by).nth(index) };
    found.unwrap_or("").trim()
}

/// The value on the wire that a text stands for in a field. Whether it is allowed is looked
/// at with the whole record.
fn typed(field: &Field, text: &str, currency: Option<&str>) -> Result<Json, Fault> {
    match &field.kind {
        FieldKind::Integer { .. } => {
            let is_plain = text.strip_prefix('-').unwrap_or(text).bytes().all(|byte| byte.is_ascii_digit());
            let number = text.parse::<i64>().ok().filter(|_| is_plain);
            number.map(Json::from).ok_or_else(|| {
                let fault = refusal(field, format!("{} is not an integer", shown(field, text)));
                fault.hint("a number that is written otherwise is read by `number`")
            })
        }
        FieldKind::Boolean => match text.to_ascii_lowercase().as_str() {
            "true" => Ok(Json::Bool(true)),
            "false" => Ok(Json::Bool(false)),
            _ => {
                let fault = refusal(field, format!("{} is neither `true` nor `false`", shown(field, text)));
                Err(fault.hint("say what stands for them: `values: {\"1\": true, \"0\": false}`"))
            }
        },
        FieldKind::Currency { .. } => {
            let (amount, own) = match text.rsplit_once(' ') {
                Some((amount, code)) if currency.is_none() => (amount.trim(), Some(code)),
                _ => (text, None),
            };
            match currency.or(own) {
                Some(code) => Ok(json!({"amount": amount, "currency": code})),
                None => Err(refusal(field, "the amount has no currency").hint("name it: `currency: USD`")),
            }
        }
        FieldKind::MultiSelect { .. } => Ok(json!(text)),
        FieldKind::Json => serde_json::from_str(text)
            .map_err(|_| refusal(field, format!("{} is not JSON", shown(field, text)))),
        FieldKind::Text { .. }
        | FieldKind::LongText { .. }
        | FieldKind::Decimal { .. }
        | FieldKind::Date
        | FieldKind::Datetime
        | FieldKind::Email
        | FieldKind::Phone
        | FieldKind::Url
        | FieldKind::Select { .. }
        | FieldKind::Reference { .. }
        | FieldKind::AutoNumber { .. }
        | FieldKind::Rollup { .. } => Ok(json!(text)),
    }
}

fn refusal(field: &Field, problem: impl AsRef<str>) -> Fault {
    Fault::new(Code::InvalidValue, format!("`{}`: {}", field.name, problem.as_ref()))
}
