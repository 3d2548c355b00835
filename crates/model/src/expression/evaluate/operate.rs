//! Operators over values of which none is null.

use std::cmp::Ordering;

use crate::decimal::Decimal;
use crate::expression::calendar;
use crate::expression::datum::Datum;
use crate::expression::kind::Type;
use crate::expression::number::Number;
use crate::expression::syntax::Operator;
use crate::expression::trouble::Trouble;
use crate::value::Money;

type Result<'e> = std::result::Result<Datum<'e>, Trouble>;

/// `-a`.
pub(super) fn negative(datum: Datum<'_>) -> Result<'_> {
    let negated = |decimal: Decimal| Number::of(0).minus(Number::from(decimal));
    Ok(match datum {
        Datum::Integer(number) => Datum::Integer(number.checked_neg().ok_or(Trouble::Integer)?),
        Datum::Decimal(decimal) => Datum::Decimal(negated(decimal)?),
        Datum::Money(money) => Datum::Money(Money { amount: negated(money.amount)?, ..money }),
        Datum::Duration(micros) => Datum::Duration(micros.checked_neg().ok_or(Trouble::Calendar)?),
        _ => Datum::Null,
    })
}

/// A number or an amount with other digits after the point.
pub(super) fn at_scale(datum: Datum<'_>, scale: u8) -> Result<'_> {
    Ok(match datum {
        Datum::Money(money) => {
            Datum::Money(Money { amount: Number::from(money.amount).at_scale(scale)?, ..money })
        }
        other => match other.number() {
            Some(number) => Datum::Decimal(number.at_scale(scale)?),
            None => other,
        },
    })
}

/// `<` and its like.
pub(super) fn ordered<'e>(operator: Operator, one: &Datum<'_>, other: &Datum<'_>) -> Result<'e> {
    same_currency(one, other)?;
    let Some(order) = one.compare(other) else { return Ok(Datum::Null) };
    Ok(Datum::Boolean(match operator {
        Operator::Less => order == Ordering::Less,
        Operator::LessOrEqual => order != Ordering::Greater,
        Operator::Greater => order == Ordering::Greater,
        _ => order != Ordering::Less,
    }))
}

/// Amounts of two currencies have nothing to do with each other.
pub(super) fn same_currency(one: &Datum<'_>, other: &Datum<'_>) -> std::result::Result<(), Trouble> {
    match (one, other) {
        (Datum::Money(one), Datum::Money(other)) if one.currency != other.currency => {
            Err(Trouble::Currencies(one.currency, other.currency))
        }
        _ => Ok(()),
    }
}

/// Arithmetic; `kind` is the type of the result.
pub(super) fn compute<'e>(operator: Operator, one: Datum<'e>, other: Datum<'e>, kind: &Type) -> Result<'e> {
    same_currency(&one, &other)?;
    match (one, other) {
        (Datum::Integer(one), Datum::Integer(other)) => integers(operator, one, other),
        (Datum::Money(one), Datum::Money(Money { amount: other, currency })) => {
            let amount = decimals(operator, Number::from(one.amount), Number::from(other), kind)?;
            Ok(match (operator, amount) {
                (_, None) => Datum::Null,
                (Operator::Divide, Some(ratio)) => Datum::Decimal(ratio),
                (_, Some(amount)) => Datum::Money(Money { amount, currency }),
            })
        }
        (Datum::Money(money), number) => match number.number() {
            Some(number) => {
                let amount = decimals(operator, Number::from(money.amount), number, kind)?;
                Ok(amount.map_or(Datum::Null, |amount| Datum::Money(Money { amount, ..money })))
            }
            None => Ok(Datum::Null),
        },
        // A product: its sides can change places.
        (number, Datum::Money(money)) => compute(operator, Datum::Money(money), number, kind),
        (Datum::Date(one), Datum::Date(other)) => Ok(Datum::Integer(i64::from(one.0) - i64::from(other.0))),
        (Datum::Datetime(one), Datum::Datetime(other)) => Ok(Datum::Duration(one.0 - other.0)),
        (Datum::Datetime(at), Datum::Duration(micros)) => {
            let micros = if operator == Operator::Subtract { micros.checked_neg() } else { Some(micros) };
            calendar::add_duration(at, micros.ok_or(Trouble::Calendar)?).map(Datum::Datetime)
        }
        (Datum::Duration(micros), Datum::Datetime(at)) => {
            calendar::add_duration(at, micros).map(Datum::Datetime)
        }
        (Datum::Duration(one), Datum::Duration(other)) => {
            let sum = match operator {
                Operator::Subtract => one.checked_sub(other),
                _ => one.checked_add(other),
            };
            sum.map(Datum::Duration).ok_or(Trouble::Calendar)
        }
        (one, other) => match (one.number(), other.number()) {
            (Some(one), Some(other)) => {
                Ok(decimals(operator, one, other, kind)?.map_or(Datum::Null, Datum::Decimal))
            }
            _ => Ok(Datum::Null),
        },
    }
}

fn integers<'e>(operator: Operator, one: i64, other: i64) -> Result<'e> {
    let result = match operator {
        Operator::Add => one.checked_add(other),
        Operator::Subtract => one.checked_sub(other),
        Operator::Multiply => one.checked_mul(other),
        Operator::Divide | Operator::Remainder if other == 0 => return Ok(Datum::Null),
        Operator::Divide => one.checked_div(other),
        // The remainder of the least integer by -1 is 0, which the processor does not know.
        _ => Some(one.wrapping_rem(other)),
    };
    result.map(Datum::Integer).ok_or(Trouble::Integer)
}

/// `None` for a division by zero.
fn decimals(
    operator: Operator,
    one: Number,
    other: Number,
    kind: &Type,
) -> std::result::Result<Option<Decimal>, Trouble> {
    match operator {
        Operator::Add => one.plus(other).map(Some),
        Operator::Subtract => one.minus(other).map(Some),
        Operator::Multiply => one.times(other).map(Some),
        _ => match kind {
            Type::Decimal { scale } | Type::Money { scale } => one.over(other, *scale),
            _ => Ok(None),
        },
    }
}
