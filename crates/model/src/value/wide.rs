//! Values of one type as values of a wider one.

use std::borrow::Cow;

use super::render::write_list;
use super::{Cell, Money, Value};
use crate::catalog::FieldKind;
use crate::decimal::Decimal;

/// A value of a narrower type as one of this type; `None` when it is not one.
#[must_use]
pub fn wide(value: &Value, kind: &FieldKind) -> Option<Value> {
    match (value, kind) {
        (Value::Null, _) => Some(Value::Null),
        (Value::Integer(number), FieldKind::Decimal { scale, .. }) => {
            rescaled(i128::from(*number), 0, *scale).map(Value::Decimal)
        }
        (Value::Decimal(decimal), FieldKind::Decimal { scale, .. }) => {
            rescaled(i128::from(decimal.unscaled()), decimal.scale(), *scale).map(Value::Decimal)
        }
        (Value::Money(money), FieldKind::Currency { scale, .. }) => {
            let Money { amount, currency } = *money;
            let amount = rescaled(i128::from(amount.unscaled()), amount.scale(), *scale)?;
            Some(Value::Money(Money { amount, currency }))
        }
        (Value::Date(day), FieldKind::Datetime) => day.midnight().map(Value::Datetime),
        (Value::Text(text), FieldKind::MultiSelect { .. }) => Some(Value::List(vec![text.clone()])),
        _ => None,
    }
}

/// Appends the cells of a value in the columns of a wider type. What does not fit there is
/// null, and so refuses the end of the widening, if it was not refused before.
pub fn wide_cells(value: &Value, kind: &FieldKind, cells: &mut Vec<Cell<'_>>) {
    let last = match wide(value, kind) {
        Some(Value::Decimal(decimal)) => Cell::Decimal(decimal),
        Some(Value::Datetime(at)) => Cell::Timestamp(at),
        Some(Value::List(items)) => {
            let mut text = String::new();
            write_list(&items, &mut text);
            Cell::Json(Cow::Owned(text))
        }
        Some(Value::Money(money)) => {
            cells.push(Cell::Decimal(money.amount));
            Cell::Text(Cow::Owned(money.currency.as_str().to_owned()))
        }
        _ => {
            if matches!(kind, FieldKind::Currency { .. }) {
                cells.push(Cell::Null);
            }
            Cell::Null
        }
    };
    cells.push(last);
}

fn rescaled(unscaled: i128, from: u8, to: u8) -> Option<Decimal> {
    let factor = 10_i128.checked_pow(u32::from(to.checked_sub(from)?))?;
    Decimal::from_wide(unscaled.checked_mul(factor)?, to).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{Date, Timestamp};

    #[test]
    fn values_keep_what_they_are() {
        let cents = FieldKind::Decimal { precision: 18, scale: 2, min: None, max: None };
        let five = Decimal::new(500, 2).unwrap();
        assert_eq!(wide(&Value::Integer(5), &cents), Some(Value::Decimal(five)));
        assert_eq!(wide(&Value::Decimal(Decimal::new(50, 1).unwrap()), &cents), Some(Value::Decimal(five)));
        assert_eq!(wide(&Value::Integer(i64::MAX), &cents), None);
        assert_eq!(
            wide(&Value::Date(Date(1)), &FieldKind::Datetime),
            Some(Value::Datetime(Timestamp(86_400_000_000)))
        );
        assert_eq!(wide(&Value::Date(Date::MAX), &FieldKind::Datetime), None);
        let options = FieldKind::MultiSelect { options: Vec::new() };
        assert_eq!(wide(&Value::Text("a".into()), &options), Some(Value::List(vec!["a".into()])));
        assert_eq!(wide(&Value::Boolean(true), &cents), None);
        assert_eq!(wide(&Value::Null, &cents), Some(Value::Null));
    }
}
