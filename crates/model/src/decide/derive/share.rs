//! What one record adds to a roll-up.

use std::cmp::Ordering;

use crate::catalog::{Object, RollupFunction};
use crate::record::Row;
use crate::value::{Currency, Money, Value};

/// What one record adds to a roll-up of the record that it refers to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::decide) enum Share {
    /// To a count, a sum or an average: so many, and so much, scaled.
    Number { count: i64, amount: i128 },
    /// To a least or greatest value: a candidate, never null.
    Value(Value),
}

/// What a record adds; nothing where it has no value.
pub(super) fn share(function: &RollupFunction, object: &Object, row: &Row) -> Option<Share> {
    let value = || {
        let slot = function.of().and_then(|of| object.slot(of))?;
        candidate(&row.values[slot], function.currency())
    };
    match function {
        RollupFunction::Count => Some(Share::Number { count: 1, amount: 0 }),
        RollupFunction::Sum { .. } | RollupFunction::Average { .. } => {
            scaled(&value()?).map(|amount| Share::Number { count: 1, amount: i128::from(amount) })
        }
        RollupFunction::Min { .. } | RollupFunction::Max { .. } => value().map(Share::Value),
    }
}

/// A field's value as roll-ups compute with it: an average is what is shown of it, and
/// an amount in another currency is none.
pub(super) fn candidate(value: &Value, currency: Option<Currency>) -> Option<Value> {
    let value = match value {
        Value::Null => return None,
        Value::Average(average) => match average.currency {
            None => Value::Decimal(average.value),
            Some(currency) => Value::Money(Money { amount: average.value, currency }),
        },
        other => other.clone(),
    };
    match value {
        Value::Money(money) if Some(money.currency) != currency => None,
        value => Some(value),
    }
}

fn scaled(value: &Value) -> Option<i64> {
    match value {
        Value::Integer(number) => Some(*number),
        Value::Decimal(decimal) => Some(decimal.unscaled()),
        Value::Money(money) => Some(money.amount.unscaled()),
        _ => None,
    }
}

/// The order of two candidates of one field.
pub(super) fn order(one: &Value, other: &Value) -> Ordering {
    match (one, other) {
        (Value::Date(one), Value::Date(other)) => one.cmp(other),
        (Value::Datetime(one), Value::Datetime(other)) => one.cmp(other),
        _ => scaled(one).cmp(&scaled(other)),
    }
}
