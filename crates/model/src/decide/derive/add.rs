//! Counts, sums and averages: what they are with so much more.

use crate::catalog::{FieldKind, RollupFunction};
use crate::decimal::Decimal;
use crate::value::{Average, Money, Value};

/// A roll-up over no records.
pub(in crate::decide) fn zero(kind: &FieldKind) -> Value {
    match kind {
        FieldKind::Rollup { function, .. } => function.nothing(),
        _ => Value::Null,
    }
}

/// A roll-up with so many more records, and so much more in them, scaled; `None` when it
/// has too many digits then.
pub(super) fn added(kind: &FieldKind, value: &Value, count: i64, amount: i128) -> Option<Value> {
    let FieldKind::Rollup { function, .. } = kind else { return None };
    let plus =
        |decimal: Decimal| Decimal::from_wide(i128::from(decimal.unscaled()) + amount, decimal.scale()).ok();
    // Where it was never computed it begins with nothing.
    let nothing = function.nothing();
    let value = if value.is_null() { &nothing } else { value };
    match (function, value) {
        (RollupFunction::Average { of_scale, scale, currency, .. }, present) => {
            let (sum, so_many) = match present {
                Value::Average(average) => (average.sum, average.count),
                _ => (Decimal::zero(*of_scale), 0),
            };
            let (sum, count) = (plus(sum)?, so_many.checked_add(count)?);
            if count == 0 {
                return Some(Value::Null);
            }
            Average::of(sum, count, *scale, *currency).map(Value::Average)
        }
        (_, Value::Integer(number)) => number.checked_add(count).map(Value::Integer),
        (_, Value::Decimal(decimal)) => plus(*decimal).map(Value::Decimal),
        (_, Value::Money(money)) => plus(money.amount).map(|amount| Value::Money(Money { amount, ..*money })),
        _ => None,
    }
}
