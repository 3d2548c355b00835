//! Values while an expression is evaluated: those of records, borrowed where they can
//! be, and durations.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::number::Number;
use crate::decimal::Decimal;
use crate::time::{Date, Timestamp};
use crate::value::{Link, Money, Value};

/// A value of an expression or of a part of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Datum<'a> {
    /// No value.
    Null,
    /// Of [`super::Type::Boolean`].
    Boolean(bool),
    /// Of [`super::Type::Integer`].
    Integer(i64),
    /// Of [`super::Type::Decimal`], at the scale of the type.
    Decimal(Decimal),
    /// Of [`super::Type::Money`], its amount at the scale of the type.
    Money(Money),
    /// Of [`super::Type::Text`].
    Text(Cow<'a, str>),
    /// Of [`super::Type::Date`].
    Date(Date),
    /// Of [`super::Type::Datetime`].
    Datetime(Timestamp),
    /// Of [`super::Type::Duration`], in microseconds.
    Duration(i64),
    /// Of [`super::Type::Texts`].
    Texts(Cow<'a, [Box<str>]>),
    /// Of [`super::Type::Json`]: canonical text.
    Json(Cow<'a, str>),
    /// Of [`super::Type::Record`].
    Link(Link),
}

impl<'a> Datum<'a> {
    /// A record's value.
    pub(super) fn of(value: Cow<'a, Value>) -> Self {
        match value {
            Cow::Borrowed(value) => Self::borrowed(value),
            Cow::Owned(Value::Text(text)) => Self::Text(Cow::Owned(text.into())),
            Cow::Owned(Value::Json(text)) => Self::Json(Cow::Owned(text.into())),
            Cow::Owned(Value::List(items)) => Self::Texts(Cow::Owned(items)),
            Cow::Owned(value) => Datum::borrowed(&value).into_owned(),
        }
    }

    fn borrowed(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Text(text) => Self::Text(Cow::Borrowed(text)),
            Value::Integer(number) => Self::Integer(*number),
            Value::Decimal(decimal) => Self::Decimal(*decimal),
            Value::Money(money) => Self::Money(*money),
            Value::Boolean(truth) => Self::Boolean(*truth),
            Value::Date(day) => Self::Date(*day),
            Value::Datetime(at) => Self::Datetime(*at),
            Value::List(items) => Self::Texts(Cow::Borrowed(items)),
            Value::Json(text) => Self::Json(Cow::Borrowed(text)),
            Value::Link(link) => Self::Link(*link),
            Value::Average(average) => match average.currency {
                None => Self::Decimal(average.value),
                Some(currency) => Self::Money(Money { amount: average.value, currency }),
            },
        }
    }

    /// The same, borrowing nothing.
    pub(super) fn into_owned(self) -> Datum<'static> {
        match self {
            Self::Null => Datum::Null,
            Self::Boolean(truth) => Datum::Boolean(truth),
            Self::Integer(number) => Datum::Integer(number),
            Self::Decimal(decimal) => Datum::Decimal(decimal),
            Self::Money(money) => Datum::Money(money),
            Self::Text(text) => Datum::Text(Cow::Owned(text.into_owned())),
            Self::Date(day) => Datum::Date(day),
            Self::Datetime(at) => Datum::Datetime(at),
            Self::Duration(micros) => Datum::Duration(micros),
            Self::Texts(items) => Datum::Texts(Cow::Owned(items.into_owned())),
            Self::Json(text) => Datum::Json(Cow::Owned(text.into_owned())),
            Self::Link(link) => Datum::Link(link),
        }
    }

    /// As a value of a record. No whole expression is a duration.
    pub(super) fn into_value(self) -> Value {
        match self {
            Self::Null | Self::Duration(_) => Value::Null,
            Self::Boolean(truth) => Value::Boolean(truth),
            Self::Integer(number) => Value::Integer(number),
            Self::Decimal(decimal) => Value::Decimal(decimal),
            Self::Money(money) => Value::Money(money),
            Self::Text(text) => Value::Text(text.into()),
            Self::Date(day) => Value::Date(day),
            Self::Datetime(at) => Value::Datetime(at),
            Self::Texts(items) => Value::List(items.into_owned()),
            Self::Json(text) => Value::Json(text.into()),
            Self::Link(link) => Value::Link(link),
        }
    }

    /// Whether there is no value.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The number, if it is one.
    pub(super) fn number(&self) -> Option<Number> {
        match self {
            Self::Integer(number) => Some(Number::of(*number)),
            Self::Decimal(decimal) => Some(Number::from(*decimal)),
            _ => None,
        }
    }

    /// What `==` says: numbers by their value, null equal to null.
    pub(super) fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Money(one), Self::Money(other)) => {
                one.currency == other.currency
                    && Number::from(one.amount).compare(Number::from(other.amount)).is_eq()
            }
            _ => match (self.number(), other.number()) {
                (Some(one), Some(other)) => one.compare(other).is_eq(),
                _ => self == other,
            },
        }
    }

    /// What `<` and its like say of two values of one type, neither of them null and, if
    /// they are money, of one currency.
    pub(super) fn compare(&self, other: &Self) -> Option<Ordering> {
        Some(match (self, other) {
            (Self::Text(one), Self::Text(other)) => one.cmp(other),
            (Self::Date(one), Self::Date(other)) => one.cmp(other),
            (Self::Datetime(one), Self::Datetime(other)) => one.cmp(other),
            (Self::Duration(one), Self::Duration(other)) => one.cmp(other),
            (Self::Money(one), Self::Money(other)) => {
                Number::from(one.amount).compare(Number::from(other.amount))
            }
            _ => self.number()?.compare(other.number()?),
        })
    }
}
