//! What a roll-up comes to over no records.

use crate::catalog::rollup::{Measure, RollupFunction};
use crate::decimal::Decimal;
use crate::value::{Money, Value};

impl RollupFunction {
    /// Its value over no records: zero for what is counted or added up, none for a least,
    /// greatest or average one.
    #[must_use]
    pub fn nothing(&self) -> Value {
        match (self, self.measure()) {
            (Self::Count, _) => Value::Integer(0),
            (Self::Sum { .. }, Measure::Decimal { scale }) => Value::Decimal(Decimal::zero(scale)),
            (Self::Sum { .. }, Measure::Currency { scale, currency }) => {
                Value::Money(Money { amount: Decimal::zero(scale), currency })
            }
            (Self::Sum { .. } | Self::Min { .. } | Self::Max { .. } | Self::Average { .. }, _) => Value::Null,
        }
    }
}
