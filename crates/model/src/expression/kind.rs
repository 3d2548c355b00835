//! The types of expressions, and which of them a field can take.

use std::fmt;

use crate::catalog::{Field, FieldKind, Measure};
use crate::decimal::DIGITS_MAX;
use crate::fault::{Code, Fault};
use crate::id::ObjectNo;

/// The type of an expression, known before it is evaluated. A value of any type may be
/// null.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Type {
    /// True or false.
    Boolean,
    /// A 64-bit integer.
    Integer,
    /// An exact decimal.
    Decimal {
        /// Digits after the point.
        scale: u8,
    },
    /// An exact amount with its currency.
    Money {
        /// Digits after the point.
        scale: u8,
    },
    /// Text.
    Text,
    /// A calendar day.
    Date,
    /// A point in time.
    Datetime,
    /// A length of time.
    Duration,
    /// Texts in order: a `multi_select`, or a list that stands in the expression.
    Texts,
    /// Any JSON.
    Json,
    /// A link to a record.
    Record {
        /// Of which objects it can be.
        objects: Vec<ObjectNo>,
    },
    /// Nothing but null.
    Null,
}

impl Type {
    /// The type of a field's values.
    #[must_use]
    pub fn of(field: &Field) -> Self {
        match &field.kind {
            FieldKind::Text { .. }
            | FieldKind::LongText { .. }
            | FieldKind::Email
            | FieldKind::Phone
            | FieldKind::Url
            | FieldKind::Select { .. } => Self::Text,
            FieldKind::Integer { .. } | FieldKind::AutoNumber { .. } => Self::Integer,
            FieldKind::Decimal { scale, .. } => Self::Decimal { scale: *scale },
            FieldKind::Currency { scale, .. } => Self::Money { scale: *scale },
            FieldKind::Boolean => Self::Boolean,
            FieldKind::Date => Self::Date,
            FieldKind::Datetime => Self::Datetime,
            FieldKind::MultiSelect { .. } => Self::Texts,
            FieldKind::Json => Self::Json,
            FieldKind::Reference { to, .. } => Self::Record { objects: to.clone() },
            FieldKind::Rollup { function, .. } => match function.measure() {
                Measure::Integer => Self::Integer,
                Measure::Decimal { scale } => Self::Decimal { scale },
                Measure::Currency { scale, .. } => Self::Money { scale },
                Measure::Date => Self::Date,
                Measure::Datetime => Self::Datetime,
            },
        }
    }

    /// The type that values of both have: integers are decimals as well, and null is of
    /// every type.
    pub(super) fn with(&self, other: &Self) -> Option<Self> {
        Some(match (self, other) {
            (Self::Null, kind) | (kind, Self::Null) => kind.clone(),
            (Self::Integer, Self::Decimal { scale }) | (Self::Decimal { scale }, Self::Integer) => {
                Self::Decimal { scale: *scale }
            }
            (Self::Decimal { scale: one }, Self::Decimal { scale: other }) => {
                Self::Decimal { scale: *one.max(other) }
            }
            (Self::Money { scale: one }, Self::Money { scale: other }) => {
                Self::Money { scale: *one.max(other) }
            }
            (Self::Record { objects: one }, Self::Record { objects: other }) => {
                let new = other.iter().filter(|object| !one.contains(object));
                Self::Record { objects: one.iter().chain(new).copied().collect() }
            }
            (one, other) if one == other => one.clone(),
            _ => return None,
        })
    }

    /// Whether one value can be less than another.
    pub(super) fn is_ordered(&self) -> bool {
        match self {
            Self::Integer
            | Self::Decimal { .. }
            | Self::Money { .. }
            | Self::Text
            | Self::Date
            | Self::Datetime
            | Self::Duration
            | Self::Null => true,
            Self::Boolean | Self::Texts | Self::Json | Self::Record { .. } => false,
        }
    }

    /// Checks that a field of this kind can take every value of an expression of this
    /// type. What depends on the value (its length, its bounds) is checked with the value,
    /// by [`super::fit()`].
    ///
    /// # Errors
    /// [`Code::InvalidExpression`], with what to do about it.
    pub fn fits(&self, kind: &FieldKind) -> Result<(), Fault> {
        let fits = match kind {
            FieldKind::Text { .. }
            | FieldKind::LongText { .. }
            | FieldKind::Email
            | FieldKind::Phone
            | FieldKind::Url => *self == Self::Text,
            FieldKind::Integer { .. } => *self == Self::Integer,
            FieldKind::Decimal { scale: most, .. } => match self {
                Self::Integer => true,
                Self::Decimal { scale } => return fits_scale(*scale, *most),
                _ => false,
            },
            FieldKind::Currency { scale: most, .. } => match self {
                Self::Money { scale } => return fits_scale(*scale, *most),
                _ => false,
            },
            FieldKind::Boolean => *self == Self::Boolean,
            FieldKind::Date => *self == Self::Date,
            FieldKind::Datetime => *self == Self::Datetime,
            FieldKind::Select { .. }
            | FieldKind::MultiSelect { .. }
            | FieldKind::Json
            | FieldKind::Reference { .. }
            | FieldKind::AutoNumber { .. }
            | FieldKind::Rollup { .. } => false,
        };
        if fits {
            return Ok(());
        }
        let fault = mismatch(&format!("a field of type `{}`", kind.name()), self);
        Err(match self.remedy(kind) {
            Some(remedy) => fault.hint(remedy),
            None => fault,
        })
    }

    /// Checks that the expression is a condition, as a rule or a filter must be.
    ///
    /// # Errors
    /// [`Code::InvalidExpression`].
    pub fn is_condition(&self) -> Result<(), Fault> {
        match self {
            Self::Boolean => Ok(()),
            _ => Err(mismatch("a condition", self).hint("compare it with something: `… == …`, `… > 0`")),
        }
    }

    fn remedy(&self, kind: &FieldKind) -> Option<String> {
        Some(match (kind, self) {
            (FieldKind::Integer { .. }, Self::Decimal { .. }) => "use `int(…)` or `round(…)`".to_owned(),
            (FieldKind::Decimal { .. }, Self::Money { .. }) => "use `(…).amount`".to_owned(),
            (FieldKind::Currency { .. }, Self::Integer | Self::Decimal { .. }) => {
                "use `money(…, 'EUR')`".to_owned()
            }
            (FieldKind::Date, Self::Datetime) => "use `date(…)`".to_owned(),
            (FieldKind::Datetime, Self::Date) => "use `timestamp(…)`".to_owned(),
            (_, Self::Duration) => "compare it with another, or use `getHours(…)`".to_owned(),
            (
                FieldKind::Text { .. } | FieldKind::LongText { .. },
                Self::Integer | Self::Decimal { .. } | Self::Boolean | Self::Date | Self::Datetime,
            ) => "use `string(…)`".to_owned(),
            _ => return None,
        })
    }
}

fn fits_scale(scale: u8, most: u8) -> Result<(), Fault> {
    if scale <= most {
        return Ok(());
    }
    let message = format!("the expression has {scale} digits after the point and the field keeps {most}");
    Err(Fault::new(Code::InvalidExpression, message).hint(format!("use `round(…, {most})`")))
}

fn mismatch(wanted: &str, given: &Type) -> Fault {
    Fault::new(Code::InvalidExpression, format!("the expression gives {given}, which is not {wanted}"))
}

/// The scale of a product, or `None` when no decimal has so many digits.
pub(super) fn scale_of_product(one: u8, other: u8) -> Option<u8> {
    Some(one + other).filter(|scale| *scale <= DIGITS_MAX)
}

/// Digits that a quotient has after the point, unless its sides have more.
const QUOTIENT_SCALE: u8 = 6;

/// The scale of a quotient.
pub(super) fn scale_of_quotient(one: u8, other: u8) -> u8 {
    QUOTIENT_SCALE.max(one).max(other)
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Boolean => "true or false",
            Self::Integer => "an integer",
            Self::Decimal { .. } => "a decimal",
            Self::Money { .. } => "an amount of money",
            Self::Text => "text",
            Self::Date => "a date",
            Self::Datetime => "a datetime",
            Self::Duration => "a duration",
            Self::Texts => "a list of texts",
            Self::Json => "JSON",
            Self::Record { .. } => "a record",
            Self::Null => "null",
        })
    }
}
