//! What a roll-up computes, and from what.

use crate::catalog::{FieldKind, RollupFunction};
use crate::fault::{Code, Fault};
use crate::schema::members::Members;
use crate::schema::scope::{Known, Scope};
use crate::value::Currency;

/// Reads `function`, `from`, `via`, and for a sum `of` and `currency`.
pub(super) fn define(members: &mut Members<'_>, scope: Scope<'_>) -> Option<FieldKind> {
    if members.get("function").is_none() {
        members.missing("function");
    }
    let is_sum = members.word("function", &[("count", false), ("sum", true)]);
    let from = members.required_string("from");
    let via = members.required_string("via");
    let from = match scope.object(from?) {
        Ok(from) => from,
        Err(fault) => {
            members.refuse("from", fault);
            return None;
        }
    };
    let via = match from.field(via?) {
        Ok(field) => field,
        Err(fault) => {
            members.refuse("via", fault);
            return None;
        }
    };
    match &via.kind {
        FieldKind::Reference { to, .. } if to.contains(&scope.own.number) => {}
        _ => {
            let problem = format!("`{}.{}` is not a reference to `{}`", from.name, via.name, scope.own.name);
            members.invalid("via", problem);
        }
    }
    let function = if is_sum? { sum(members, from)? } else { count(members) };
    Some(FieldKind::Rollup { function, from: from.number, via: via.number })
}

fn count(members: &mut Members<'_>) -> RollupFunction {
    for member in ["of", "currency"] {
        if members.get(member).is_some() {
            members.invalid(member, format!("a count has no `{member}`"));
        }
    }
    RollupFunction::Count
}

fn sum(members: &mut Members<'_>, from: Known<'_>) -> Option<RollupFunction> {
    let of = match from.field(members.required_string("of")?) {
        Ok(field) => field,
        Err(fault) => {
            members.refuse("of", fault);
            return None;
        }
    };
    let (scale, currency) = match &of.kind {
        FieldKind::Integer { .. } => (0, None),
        FieldKind::Decimal { scale, .. } => (*scale, None),
        FieldKind::Currency { scale, currencies } => (*scale, Some(currency(members, currencies)?)),
        FieldKind::Rollup { .. } => {
            members.invalid("of", "a roll-up of roll-ups is not available yet");
            return None;
        }
        other => {
            let problem =
                format!("`{}.{}` is of type `{}`, which has no sum", from.name, of.name, other.name());
            let fault = Fault::new(Code::InvalidDefinition, problem);
            members.refuse("of", fault.hint("sum an `integer`, `decimal` or `currency` field"));
            return None;
        }
    };
    if currency.is_none() && members.get("currency").is_some() {
        members.invalid("currency", "only the sum of a `currency` field has a `currency`");
    }
    Some(RollupFunction::Sum { of: of.number, scale, currency })
}

/// The currency to sum, one of those that the summed field takes (none for any).
fn currency(members: &mut Members<'_>, allowed: &[Currency]) -> Option<Currency> {
    if members.get("currency").is_none() {
        let fault = Fault::new(Code::Required, "`currency` is missing");
        members.refuse("currency", fault.hint("amounts of one currency are summed: name it, as in `EUR`"));
    }
    let code = members.string("currency")?;
    let currency = Currency::known(code).filter(|code| allowed.is_empty() || allowed.contains(code));
    if currency.is_none() {
        members.invalid("currency", "not a currency that the summed field takes");
    }
    currency
}
