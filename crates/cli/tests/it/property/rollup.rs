//! Roll-ups in the plain model: each is computed afresh, from every record there is.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::model::{Change, Field, Id, Model, Record, linked};
use super::universe::{self, Kind};

/// What a roll-up computes.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Function {
    Count,
    Sum,
    Min,
    Max,
    Average,
}

/// Which records count: filters as they are sent, and what they mean.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Only {
    All,
    Cheap,
    Many,
    Titled,
    Foreign,
    Noted,
    Unwon,
}

/// What a roll-up is computed from.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct RollupPlan {
    pub(super) function: Function,
    pub(super) from: &'static str,
    pub(super) via: &'static str,
    /// Empty for a count.
    pub(super) of: &'static str,
    pub(super) only: Only,
}

impl Only {
    /// The condition, and the fields that it names.
    fn text(self) -> Option<(&'static str, &'static [&'static str])> {
        Some(match self {
            Self::All => return None,
            Self::Cheap => ("price < 10.5", &["price"]),
            Self::Many => ("units >= 7 && !(units == 1000)", &["units"]),
            Self::Titled => ("title in ['Ada', 'ada', 'n7'] || title.startsWith('n1')", &["title"]),
            Self::Foreign => ("amount == null || amount.currency != 'EUR'", &["amount"]),
            Self::Noted => ("notes > 0", &["notes"]),
            Self::Unwon => ("stage != 'won' && email != null", &["stage", "email"]),
        })
    }

    fn passes(self, value: impl Fn(&str) -> Json) -> bool {
        match self {
            Self::All => true,
            Self::Cheap => unscaled(&value("price")).is_some_and(|price| price < 1050),
            Self::Many => value("units").as_i64().is_some_and(|units| (7..1000).contains(&units)),
            Self::Titled => value("title")
                .as_str()
                .is_some_and(|title| ["Ada", "ada", "n7"].contains(&title) || title.starts_with("n1")),
            Self::Foreign => value("amount")["currency"] != "EUR",
            Self::Noted => value("notes").as_i64() > Some(0),
            Self::Unwon => value("stage") != "won" && !value("email").is_null(),
        }
    }
}

impl RollupPlan {
    /// The definition's own members.
    pub(super) fn members(self) -> Json {
        let mut members = json!({ "function": self.name(), "from": self.from, "via": self.via });
        if self.function != Function::Count {
            members["of"] = json!(self.of);
            if universe::object(self.from).field(self.of).kind == Kind::Money {
                members["currency"] = json!("EUR");
            }
        }
        if let Some((text, _)) = self.only.text() {
            members["where"] = json!(text);
        }
        members
    }

    fn name(self) -> &'static str {
        match self.function {
            Function::Count => "count",
            Function::Sum => "sum",
            Function::Min => "min",
            Function::Max => "max",
            Function::Average => "avg",
        }
    }

    /// The fields of the feeding object that it needs.
    pub(super) fn needs(self) -> Vec<&'static str> {
        let of = Some(self.of).filter(|of| !of.is_empty());
        let named = self.only.text().map_or(&[][..], |(_, named)| named);
        [self.via].into_iter().chain(of).chain(named.iter().copied()).collect()
    }

    fn of_kind(self) -> Kind {
        universe::object(self.from).field(self.of).kind
    }

    /// The values of the field, as one.
    fn shown(self, values: &[Json]) -> Json {
        let numbers: Vec<i128> = values.iter().filter_map(unscaled).collect();
        let furthest = |sign: i128| {
            let dates = values.iter().filter_map(|value| Some((value.as_str().filter(is_date)?, value)));
            let date =
                if sign > 0 { dates.max_by_key(|(day, _)| *day) } else { dates.min_by_key(|(day, _)| *day) };
            let amounts = values.iter().filter_map(|value| Some((sign * unscaled(value)?, value)));
            let found = date
                .map(|(_, value)| value)
                .or(amounts.max_by_key(|(number, _)| *number).map(|(_, value)| value));
            found.cloned().unwrap_or(Json::Null)
        };
        match self.function {
            Function::Count => json!(values.len()),
            Function::Sum => decimal(numbers.iter().sum(), scale(self.of_kind()), is_money(self.of_kind())),
            Function::Min => furthest(-1),
            Function::Max => furthest(1),
            Function::Average if numbers.is_empty() => Json::Null,
            Function::Average => {
                let (sum, count) = (numbers.iter().sum::<i128>() * 100, numbers.len() as i128);
                let (whole, rest) = (sum.div_euclid(count), sum.rem_euclid(count) * 2);
                let is_up = rest > count || rest == count && whole % 2 != 0;
                decimal(whole + i128::from(is_up), scale(self.of_kind()) + 2, is_money(self.of_kind()))
            }
        }
    }
}

impl Model {
    /// Brings every roll-up up to date, computing all of them afresh until nothing moves
    /// any more; one change a record.
    pub(super) fn derive(&mut self) {
        let before = self.records.clone();
        loop {
            let mut moved = Vec::new();
            for (object, definition) in &self.objects {
                for rollup in definition.fields.iter().filter(|field| field.plan.kind.is_rollup()) {
                    let mut fed = self.compute(rollup);
                    for (id, record) in self.records.iter().filter(|(_, record)| record.object == *object) {
                        let new = self.shown(rollup, &fed.remove(id).unwrap_or_default());
                        if *record.values.get(&rollup.id).unwrap_or(&Json::Null) != new {
                            moved.push((*id, rollup.id, new));
                        }
                    }
                }
            }
            if moved.is_empty() {
                break;
            }
            for (id, field, value) in moved {
                self.records.get_mut(&id).unwrap().values.insert(field, value);
            }
        }
        for (id, old) in before {
            let new = &self.records[&id];
            let shown =
                |record: &Record, field: &Field| record.values.get(&field.id).cloned().unwrap_or(Json::Null);
            let fields: BTreeMap<_, _> = self.objects[new.object]
                .fields
                .iter()
                .map(|field| (field.plan.name, (shown(&old, field), shown(new, field))))
                .filter(|(_, (old, new))| old != new)
                .collect();
            if !fields.is_empty() {
                let (object, version, kind) = (new.object, new.version, "record.derived");
                self.write(Change { kind, object, id: Some(id), version, fields, erased: false });
            }
        }
    }

    /// The values that feed a roll-up, by parent.
    pub(super) fn compute(&self, rollup: &Field) -> BTreeMap<Id, Vec<Json>> {
        let Kind::Rollup(plan) = rollup.plan.kind else { return BTreeMap::new() };
        let mut fed: BTreeMap<Id, Vec<Json>> = BTreeMap::new();
        for record in self.records.values().filter(|record| record.object == plan.from) {
            let Some(parent) = linked(&self.value(record, plan.via)) else { continue };
            if plan.only.passes(|name| self.value(record, name)) {
                let value = if plan.of.is_empty() { Json::Null } else { self.value(record, plan.of) };
                fed.entry(parent).or_default().push(value);
            }
        }
        fed
    }

    /// A roll-up as it is shown.
    pub(super) fn shown(&self, rollup: &Field, fed: &[Json]) -> Json {
        match rollup.plan.kind {
            Kind::Rollup(plan) => plan.shown(fed),
            _ => Json::Null,
        }
    }

    /// A roll-up over nothing.
    pub(super) fn zero(&self, field: &Field) -> Json {
        self.shown(field, &[])
    }
}

/// Digits after the point of a field's values.
fn scale(kind: Kind) -> u32 {
    match kind {
        Kind::Decimal | Kind::Money => 2,
        Kind::Rollup(plan) => match plan.function {
            Function::Count => 0,
            Function::Sum | Function::Min | Function::Max => scale(plan.of_kind()),
            Function::Average => scale(plan.of_kind()) + 2,
        },
        _ => 0,
    }
}

fn is_money(kind: Kind) -> bool {
    match kind {
        Kind::Rollup(plan) => plan.function != Function::Count && is_money(plan.of_kind()),
        kind => kind == Kind::Money,
    }
}

fn is_date(text: &&str) -> bool {
    text.len() == 10 && text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-'
}

/// The digits of a number; of amounts, those in euros.
fn unscaled(value: &Json) -> Option<i128> {
    let digits = |text: &str| text.replace('.', "").parse().ok();
    match value {
        Json::Number(number) => number.as_i64().map(i128::from),
        Json::String(text) if !is_date(&text.as_str()) => digits(text),
        Json::Object(money) if money["currency"] == "EUR" => digits(money["amount"].as_str()?),
        _ => None,
    }
}

/// A decimal as it is shown, or an amount.
fn decimal(unscaled: i128, scale: u32, is_money: bool) -> Json {
    let (sign, magnitude) = (if unscaled < 0 { "-" } else { "" }, unscaled.unsigned_abs());
    let power = 10_u128.pow(scale);
    let text = match scale {
        0 => format!("{sign}{magnitude}"),
        width => format!("{sign}{}.{:0width$}", magnitude / power, magnitude % power, width = width as usize),
    };
    if is_money { json!({ "amount": text, "currency": "EUR" }) } else { json!(text) }
}
