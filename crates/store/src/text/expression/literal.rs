//! Values that stand in an expression, as parameters.

use kith_model::decimal::Decimal;
use kith_model::expression::{Datum, NodeId, Type};
use kith_model::value::Cell;

use super::{Unsupported, Writer, Written};

impl Writer<'_> {
    /// A value with one column.
    pub(super) fn literal(&mut self, datum: &Datum<'static>) -> Written {
        let cell = match datum {
            Datum::Null => return Ok("null".to_owned()),
            Datum::Boolean(truth) => return Ok(truth.to_string()),
            Datum::Integer(number) | Datum::Duration(number) => Cell::Integer(*number),
            Datum::Decimal(decimal) => Cell::Decimal(*decimal),
            Datum::Text(text) => Cell::Text(text.clone()),
            Datum::Date(day) => Cell::Date(*day),
            Datum::Datetime(at) => Cell::Timestamp(*at),
            Datum::Money(_) | Datum::Texts(_) | Datum::Json(_) | Datum::Link(_) => return Err(Unsupported),
        };
        Ok(self.bind(cell))
    }

    /// A part that is the same number for every record.
    pub(super) fn number(&self, id: NodeId) -> Option<Fixed> {
        Fixed::of(&self.constant(id)?)
    }
}

/// A number that stands in an expression: `unscaled / 10^scale`.
#[derive(Clone, Copy)]
pub(super) struct Fixed {
    unscaled: i128,
    scale: u8,
}

impl Fixed {
    pub(super) fn of(datum: &Datum<'_>) -> Option<Self> {
        match datum {
            Datum::Integer(number) => Some(Self { unscaled: i128::from(*number), scale: 0 }),
            Datum::Decimal(decimal) => Some(Self::from(*decimal)),
            _ => None,
        }
    }

    /// The greatest scaled integer that is not above it at another scale, and whether that
    /// is the number itself.
    pub(super) fn floor(self, scale: u8) -> (i128, bool) {
        let power = |digits: u8| 10_i128.pow(u32::from(digits));
        match self.scale.checked_sub(scale) {
            Some(fewer) => {
                let by = power(fewer);
                (self.unscaled.div_euclid(by), self.unscaled.rem_euclid(by) == 0)
            }
            None => (self.unscaled * power(scale - self.scale), true),
        }
    }
}

impl From<Decimal> for Fixed {
    fn from(decimal: Decimal) -> Self {
        Self { unscaled: i128::from(decimal.unscaled()), scale: decimal.scale() }
    }
}

/// The cell of a scaled integer beside a part of this type.
pub(super) fn cell(kind: &Type, unscaled: i128) -> Result<Cell<'static>, Unsupported> {
    match kind {
        Type::Integer => i64::try_from(unscaled).map(Cell::Integer).map_err(|_| Unsupported),
        Type::Decimal { scale } | Type::Money { scale } => {
            Decimal::from_wide(unscaled, *scale).map(Cell::Decimal).map_err(|_| Unsupported)
        }
        _ => Err(Unsupported),
    }
}
