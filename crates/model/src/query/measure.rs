//! What is said of a group of records: how many, and what they come to.

use serde_json::Value as Json;

use super::aggregate::value;
use super::filter::{compile, filter};
use super::group::Group;
use crate::catalog::{Catalog, FieldKind, Object};
use crate::decimal::DIGITS_MAX;
use crate::expression::{Expression, Given, Node, Type};
use crate::fault::{Code, Fault, Faults};
use crate::limits::TEXT_LENGTH_MAX;
use crate::name::{self, Noun};
use crate::value::Currency;

/// Digits after the point that an average has at least, as a quotient has.
const AVERAGE_SCALE_MIN: u8 = 6;

/// One thing that is said of each group.
#[derive(Clone, Debug)]
pub struct Measure {
    /// Its name.
    pub name: String,
    /// What is done with the values.
    pub function: Function,
    /// The values; none where records are counted.
    pub of: Option<Expression>,
    /// Which records of the group, if not all of them.
    pub conditions: Vec<Expression>,
    /// Where the currency of an amount is from.
    pub currency: Option<CurrencyOf>,
    /// Digits after the point that the values have.
    pub of_scale: u8,
    /// What it is: a number that is an amount is one without its currency.
    pub kind: FieldKind,
}

/// What is done with values. Those that are null do not count.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Function {
    /// How many there are.
    Count,
    /// How many different ones.
    CountDistinct,
    /// What they come to.
    Sum,
    /// Their average, rounded half to even.
    Average,
    /// The least.
    Least,
    /// The greatest.
    Greatest,
}

impl Function {
    const WORDS: [(&'static str, Self); 6] = [
        ("count", Self::Count),
        ("count_distinct", Self::CountDistinct),
        ("sum", Self::Sum),
        ("avg", Self::Average),
        ("min", Self::Least),
        ("max", Self::Greatest),
    ];
}

/// Where the currency of an amount is from. Amounts of two currencies are never mixed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CurrencyOf {
    /// Only amounts in this one count.
    Fixed(Currency),
    /// The group at this place is one of amounts in one currency.
    Group(usize),
}

/// Reads one measure: `"sum(amount)"`, or `{"of": "sum(amount)", "where": "stage == 'won'"}`.
pub(super) fn measure(
    name: &str,
    json: &Json,
    groups: &[Group],
    object: &Object,
    catalog: &Catalog,
    given: Given,
) -> Result<Measure, Faults> {
    name::check(Noun::Field, name).map_err(|fault| vec![fault])?;
    let refused = |message: &str| vec![Fault::new(Code::InvalidType, message)];
    let (text, condition) = match json {
        Json::String(text) => (text.as_str(), None),
        Json::Object(members) => {
            if let Some(unknown) = members.keys().find(|key| !["of", "where"].contains(&key.as_str())) {
                let shown: String = unknown.chars().take(60).collect();
                return Err(vec![Fault::new(Code::UnknownMember, format!("a measure has no `{shown}`"))]);
            }
            let Some(text) = members.get("of").and_then(Json::as_str) else {
                return Err(refused("`of` says what is measured, as in `sum(amount)`"));
            };
            let condition = match members.get("where") {
                None | Some(Json::Null) => None,
                Some(Json::String(source)) => Some(source.as_str()),
                Some(_) => return Err(refused("`where` is a condition, as text")),
            };
            (text, condition)
        }
        _ => return Err(refused("a measure is a function, as in `sum(amount)`")),
    };
    let mut conditions = Vec::new();
    if let Some(source) = condition {
        conditions.push(filter(source, object, catalog, given)?);
    }
    let (function, argument) = split(text)?;
    let measured = Measured { groups, object, catalog, given };
    let mut found = match argument {
        None => Measure {
            name: String::new(),
            function,
            of: None,
            conditions: Vec::new(),
            currency: None,
            of_scale: 0,
            kind: integer(),
        },
        Some(argument) => measured.of(function, argument)?,
    };
    name.clone_into(&mut found.name);
    found.conditions.extend(conditions);
    Ok(found)
}

/// The function and what stands between its brackets; nothing, where records are counted.
fn split(text: &str) -> Result<(Function, Option<&str>), Faults> {
    let parts = text.trim().strip_suffix(')').and_then(|text| text.split_once('('));
    let Some((word, argument)) = parts else {
        let fault = Fault::new(Code::InvalidExpression, "a measure is a function over a value");
        return Err(vec![fault.hint("write `count()`, `sum(amount)`, `avg(seats)`, `min(closed_on)`")]);
    };
    let Some((_, function)) = Function::WORDS.iter().find(|(name, _)| *name == word.trim()) else {
        let shown: String = word.chars().take(60).collect();
        let fault = Fault::new(Code::InvalidExpression, format!("there is no measure `{shown}`"));
        return Err(vec![fault.did_you_mean(word.trim(), Function::WORDS.iter().map(|(name, _)| *name))]);
    };
    match (function, argument.trim()) {
        (Function::Count, "") => Ok((Function::Count, None)),
        (_, "") => {
            let message = format!("`{}` wants a value", word.trim());
            Err(vec![Fault::new(Code::InvalidExpression, message)])
        }
        (function, argument) => Ok((*function, Some(argument))),
    }
}

fn integer() -> FieldKind {
    FieldKind::Integer { min: None, max: None }
}

fn decimal(scale: u8) -> FieldKind {
    FieldKind::Decimal { precision: DIGITS_MAX, scale, min: None, max: None }
}

/// What measures are read against.
struct Measured<'a> {
    groups: &'a [Group],
    object: &'a Object,
    catalog: &'a Catalog,
    given: Given,
}

impl Measured<'_> {
    fn of(&self, function: Function, argument: &str) -> Result<Measure, Faults> {
        let (source, code) = fixed_currency(argument);
        let kind = compile(source, self.object, self.catalog)?.kind().clone();
        if let Type::Money { scale } = kind
            && !matches!(function, Function::Count)
        {
            return self.of_money(function, source, code, scale);
        }
        if code.is_some() {
            let fault = Fault::new(Code::InvalidExpression, "only an amount of money has a currency");
            return Err(vec![fault]);
        }
        let of = match kind {
            Type::Record { .. } if matches!(function, Function::Count | Function::CountDistinct) => {
                self.reference(source)?
            }
            Type::Money { .. } => {
                value(&format!("({source}).amount"), self.object, self.catalog, self.given)?
            }
            _ => value(source, self.object, self.catalog, self.given)?,
        };
        let Some((kind, of_scale)) = result(function, &kind) else {
            let word =
                Function::WORDS.iter().find(|(_, other)| *other == function).map_or("", |(word, _)| word);
            let message = format!("`{word}` is not defined for {kind}");
            return Err(vec![Fault::new(Code::InvalidExpression, message)]);
        };
        Ok(Measure {
            name: String::new(),
            function,
            of: Some(of),
            conditions: Vec::new(),
            currency: None,
            of_scale,
            kind,
        })
    }

    fn reference(&self, source: &str) -> Result<Expression, Faults> {
        let of = compile(source, self.object, self.catalog)?;
        match of.tree().node(of.tree().root()) {
            Node::Read(_) => Ok(of),
            _ => {
                let message = "only a reference itself can be counted";
                Err(vec![Fault::new(Code::InvalidExpression, message)])
            }
        }
    }

    /// An amount: of one currency, by the measure or by the group.
    fn of_money(
        &self,
        function: Function,
        source: &str,
        code: Option<Currency>,
        scale: u8,
    ) -> Result<Measure, Faults> {
        let of = value(&format!("({source}).amount"), self.object, self.catalog, self.given)?;
        let own = format!("{source}.currency");
        let (currency, conditions) = match code {
            Some(code) => {
                let only = format!("({source}).currency == '{}'", code.as_str());
                let only = filter(&only, self.object, self.catalog, self.given)?;
                (CurrencyOf::Fixed(code), vec![only])
            }
            None => match self.groups.iter().position(|group| group.name == own) {
                Some(place) => (CurrencyOf::Group(place), Vec::new()),
                None => {
                    let message = format!("amounts of several currencies are not taken together: `{source}`");
                    let hint = format!("group by `{own}`, or name the one that counts: `({source}, 'EUR')`");
                    return Err(vec![Fault::new(Code::InvalidExpression, message).hint(hint)]);
                }
            },
        };
        let Some((kind, of_scale)) = result(function, &Type::Decimal { scale }) else {
            return Err(vec![Fault::new(Code::InvalidExpression, "money is not counted so")]);
        };
        let currency =
            Some(currency).filter(|_| !matches!(function, Function::Count | Function::CountDistinct));
        Ok(Measure { name: String::new(), function, of: Some(of), conditions, currency, of_scale, kind })
    }
}

/// The value, and the currency that a caller wrote behind it.
fn fixed_currency(argument: &str) -> (&str, Option<Currency>) {
    let found = argument.rsplit_once(',').and_then(|(source, code)| {
        let quoted = |quote: char| code.trim().strip_prefix(quote)?.strip_suffix(quote);
        let code = quoted('\'').or_else(|| quoted('"'))?;
        Some((source.trim(), Currency::known(code)?))
    });
    found.map_or((argument, None), |(source, code)| (source, Some(code)))
}

/// What a function makes of values of a type, and their digits after the point.
fn result(function: Function, kind: &Type) -> Option<(FieldKind, u8)> {
    let scale = match kind {
        Type::Decimal { scale } => *scale,
        _ => 0,
    };
    let is_number = matches!(kind, Type::Integer | Type::Decimal { .. });
    Some((
        match function {
            Function::Count | Function::CountDistinct => {
                if matches!(kind, Type::Texts | Type::Json | Type::Duration) {
                    return None;
                }
                integer()
            }
            Function::Sum if is_number => decimal(scale),
            Function::Average if is_number => decimal(scale.max(AVERAGE_SCALE_MIN)),
            Function::Least | Function::Greatest => match kind {
                Type::Integer => integer(),
                Type::Decimal { scale } => decimal(*scale),
                Type::Text => FieldKind::Text { max_length: TEXT_LENGTH_MAX },
                Type::Date => FieldKind::Date,
                Type::Datetime => FieldKind::Datetime,
                _ => return None,
            },
            Function::Sum | Function::Average => return None,
        },
        scale,
    ))
}
