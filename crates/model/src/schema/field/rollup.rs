//! What a roll-up computes, and from what.

use super::filter;
use crate::catalog::{Field, FieldKind, Measure, RollupFunction};
use crate::decimal::DIGITS_MAX;
use crate::fault::{Code, Fault};
use crate::id::FieldNo;
use crate::limits::{AVERAGE_DIGITS_MAX, ROLLUP_DEPTH_MAX};
use crate::schema::members::Members;
use crate::schema::scope::{Known, Scope};
use crate::value::Currency;

/// What there is to compute.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Function {
    Count,
    Sum,
    Min,
    Max,
    Average,
}

const FUNCTIONS: &[(&str, Function)] = &[
    ("count", Function::Count),
    ("sum", Function::Sum),
    ("min", Function::Min),
    ("max", Function::Max),
    ("avg", Function::Average),
];

/// What other systems call them.
const ELSEWHERE: &[(&str, &str)] = &[
    ("average", "avg"),
    ("mean", "avg"),
    ("minimum", "min"),
    ("least", "min"),
    ("maximum", "max"),
    ("greatest", "max"),
    ("total", "sum"),
];

/// Reads `function`, `from`, `via`, `where`, and what belongs to the function.
pub(super) fn define(members: &mut Members<'_>, scope: Scope<'_>) -> Option<FieldKind> {
    let function = function(members);
    let from = members.required_string("from");
    let via = members.required_string("via");
    let from = match scope.object(from?) {
        Ok(from) => from,
        Err(fault) => {
            members.refuse("from", fault);
            return None;
        }
    };
    let filter = filter::define(members, scope, from);
    let via = named(members, "via", via?, from)?;
    match &via.kind {
        FieldKind::Reference { to, .. } if to.contains(&scope.own.number) => {}
        _ => {
            let problem = format!("`{}.{}` is not a reference to `{}`", from.name, via.name, scope.own.name);
            members.invalid("via", problem);
        }
    }
    let function = match function? {
        Function::Count => count(members),
        function => over(members, from, function)?,
    };
    let (filter, read) = filter?.unzip();
    let below = function.of().into_iter().chain(read.into_iter().flatten());
    if below.map(|field| rank(scope, from, field)).max() >= Some(ROLLUP_DEPTH_MAX) {
        let problem = format!("at most {ROLLUP_DEPTH_MAX} roll-ups can stand one on another");
        members.refuse("of", Fault::new(Code::LimitReached, problem));
    }
    Some(FieldKind::Rollup { function, from: from.number, via: via.number, filter })
}

/// How many roll-ups stand one on another in a field.
fn rank(scope: Scope<'_>, object: Known<'_>, number: FieldNo) -> u8 {
    if let Some(rank) = scope.catalog.rank(object.number, number) {
        return rank;
    }
    // Of an object that is being made: over itself, from what was defined before.
    let field = object.fields.iter().find(|field| field.number == number);
    match field.map(|field| &field.kind) {
        Some(FieldKind::Rollup { function, .. }) => {
            1 + function.of().map_or(0, |below| rank(scope, object, below))
        }
        _ => 0,
    }
}

fn function(members: &mut Members<'_>) -> Option<Function> {
    if members.get("function").is_none() {
        members.missing("function");
    }
    let given = members.get("function").and_then(|json| json.as_str());
    if let Some((name, here)) = ELSEWHERE.iter().find(|(name, _)| Some(*name) == given) {
        let fault = Fault::new(Code::InvalidDefinition, format!("there is no function `{name}`"));
        members.refuse("function", fault.hint(format!("did you mean `{here}`?")));
        return None;
    }
    members.word("function", FUNCTIONS)
}

fn named<'a>(members: &mut Members<'_>, member: &str, name: &str, from: Known<'a>) -> Option<&'a Field> {
    from.field(name).map_err(|fault| members.refuse(member, fault)).ok()
}

fn count(members: &mut Members<'_>) -> RollupFunction {
    for member in ["of", "currency", "scale"] {
        if members.get(member).is_some() {
            members.invalid(member, format!("a count has no `{member}`"));
        }
    }
    RollupFunction::Count
}

/// A function over the values of a field.
fn over(members: &mut Members<'_>, from: Known<'_>, function: Function) -> Option<RollupFunction> {
    let name = members.required_string("of")?;
    let field = named(members, "of", name, from)?;
    let measure = match operand(field, from) {
        Ok(operand) => measure(members, operand)?,
        Err(fault) => {
            members.refuse("of", fault);
            return None;
        }
    };
    if function != Function::Average && members.get("scale").is_some() {
        members.invalid("scale", "only an average has a `scale`");
    }
    let of = field.number;
    match (function, number(measure)) {
        (Function::Min, _) => Some(RollupFunction::Min { of, measure }),
        (Function::Max, _) => Some(RollupFunction::Max { of, measure }),
        (Function::Average, Some((of_scale, currency))) => {
            let scale = average_scale(members, of_scale)?;
            Some(RollupFunction::Average { of, of_scale, scale, currency })
        }
        (Function::Sum, Some((scale, currency))) => Some(RollupFunction::Sum { of, scale, currency }),
        (Function::Sum | Function::Average, None) => {
            members.refuse("of", unsuitable(field, from, "cannot be added up", NUMBERS));
            None
        }
        (Function::Count, _) => Some(RollupFunction::Count),
    }
}

const NUMBERS: &str = "take an `integer`, `decimal` or `currency` field, or a roll-up of one";
const ORDERED: &str =
    "take an `integer`, `decimal`, `currency`, `date` or `datetime` field, or a roll-up of one";

/// What the values of a field are; amounts with the currencies they can be in, none for
/// any.
enum Operand<'a> {
    Plain(Measure),
    Amounts {
        scale: u8,
        currencies: &'a [Currency],
    },
    /// A roll-up's, of one currency for good.
    Amount {
        scale: u8,
        currency: Currency,
    },
}

fn operand<'a>(field: &'a Field, from: Known<'_>) -> Result<Operand<'a>, Fault> {
    if field.is_virtual() {
        let problem = format!("`{}.{}` is computed when it is read", from.name, field.name);
        let fault = Fault::new(Code::InvalidDefinition, problem);
        return Err(fault.hint("give it `\"stored\": true`: a roll-up computes over what is kept"));
    }
    Ok(match &field.kind {
        FieldKind::Integer { .. } => Operand::Plain(Measure::Integer),
        FieldKind::Decimal { scale, .. } => Operand::Plain(Measure::Decimal { scale: *scale }),
        FieldKind::Currency { scale, currencies } => Operand::Amounts { scale: *scale, currencies },
        FieldKind::Date => Operand::Plain(Measure::Date),
        FieldKind::Datetime => Operand::Plain(Measure::Datetime),
        FieldKind::Rollup { function, .. } => match function.measure() {
            Measure::Currency { scale, currency } => Operand::Amount { scale, currency },
            measure => Operand::Plain(measure),
        },
        _ => return Err(unsuitable(field, from, "has no such roll-up", ORDERED)),
    })
}

fn unsuitable(field: &Field, from: Known<'_>, what: &str, hint: &str) -> Fault {
    let kind = field.kind.name();
    let problem = format!("`{}.{}` is of type `{kind}`, which {what}", from.name, field.name);
    Fault::new(Code::InvalidDefinition, problem).hint(hint)
}

/// What the roll-up's value is; of amounts it names the currency.
fn measure(members: &mut Members<'_>, operand: Operand<'_>) -> Option<Measure> {
    match operand {
        Operand::Plain(measure) => {
            if members.get("currency").is_some() {
                members.invalid("currency", "only a roll-up of amounts has a `currency`");
            }
            Some(measure)
        }
        Operand::Amounts { scale, currencies } => {
            currency(members, currencies).map(|currency| Measure::Currency { scale, currency })
        }
        Operand::Amount { scale, currency: only } => {
            let given = if members.get("currency").is_none() { only } else { currency(members, &[only])? };
            Some(Measure::Currency { scale, currency: given })
        }
    }
}

/// The digits after the point and the currency of what can be added up.
fn number(measure: Measure) -> Option<(u8, Option<Currency>)> {
    match measure {
        Measure::Integer => Some((0, None)),
        Measure::Decimal { scale } => Some((scale, None)),
        Measure::Currency { scale, currency } => Some((scale, Some(currency))),
        Measure::Date | Measure::Datetime => None,
    }
}

/// The digits of an average after the point: those of the values, and a few more.
fn average_scale(members: &mut Members<'_>, of_scale: u8) -> Option<u8> {
    let most = (of_scale + AVERAGE_DIGITS_MAX).min(DIGITS_MAX);
    if members.get("scale").is_none() {
        return Some((of_scale + 2).min(most));
    }
    let range = i64::from(of_scale)..=i64::from(most);
    members.integer("scale", range).and_then(|scale| u8::try_from(scale).ok())
}

/// The currency to compute in, one of those that the field takes (none for any).
fn currency(members: &mut Members<'_>, allowed: &[Currency]) -> Option<Currency> {
    if members.get("currency").is_none() {
        let fault = Fault::new(Code::Required, "`currency` is missing");
        let hint = "a roll-up computes over amounts of one currency: name it, as in `EUR`";
        members.refuse("currency", fault.hint(hint));
    }
    let code = members.string("currency")?;
    let currency = Currency::known(code).filter(|code| allowed.is_empty() || allowed.contains(code));
    if currency.is_none() {
        members.invalid("currency", "not a currency that the field has");
    }
    currency
}
