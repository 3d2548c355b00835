//! What a roll-up computes, and what its value is.

use serde::{Deserialize, Serialize};

use crate::id::FieldNo;
use crate::value::Currency;

/// What a roll-up computes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "function", rename_all = "snake_case")]
pub enum RollupFunction {
    /// How many records.
    Count,
    /// The sum of a field over them; nulls count nothing.
    Sum {
        /// An integer, decimal or currency field of the feeding object.
        of: FieldNo,
        /// Digits after the point (0 for integers).
        scale: u8,
        /// For a currency field: the currency that is summed; others count nothing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        currency: Option<Currency>,
    },
    /// The least value of a field over them; none over no values.
    Min {
        /// The field of the feeding object.
        of: FieldNo,
        /// What it is a value of.
        measure: Measure,
    },
    /// The greatest value of a field over them; none over no values.
    Max {
        /// The field of the feeding object.
        of: FieldNo,
        /// What it is a value of.
        measure: Measure,
    },
    /// The average of a field over them; none over no values. Beside it stand the sum
    /// and the count from which it is rounded, half to even.
    #[serde(rename = "avg")]
    Average {
        /// An integer, decimal or currency field of the feeding object.
        of: FieldNo,
        /// Digits after the point of that field (0 for integers), and so of the sum.
        of_scale: u8,
        /// Digits after the point of the average.
        scale: u8,
        /// For a currency field: the currency that counts.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        currency: Option<Currency>,
    },
}

/// What a roll-up's value is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "of_type", rename_all = "snake_case")]
pub enum Measure {
    /// A whole number.
    Integer,
    /// A decimal.
    Decimal {
        /// Digits after the point.
        scale: u8,
    },
    /// An amount in one currency.
    Currency {
        /// Digits after the point.
        scale: u8,
        /// The currency.
        currency: Currency,
    },
    /// A calendar day.
    Date,
    /// A point in time.
    Datetime,
}

impl RollupFunction {
    /// Its name on the wire.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Sum { .. } => "sum",
            Self::Min { .. } => "min",
            Self::Max { .. } => "max",
            Self::Average { .. } => "avg",
        }
    }

    /// The field of the feeding object that is computed over; none for a count.
    #[must_use]
    pub fn of(&self) -> Option<FieldNo> {
        match self {
            Self::Count => None,
            Self::Sum { of, .. } | Self::Min { of, .. } | Self::Max { of, .. } | Self::Average { of, .. } => {
                Some(*of)
            }
        }
    }

    /// What its value is.
    #[must_use]
    pub fn measure(&self) -> Measure {
        match self {
            Self::Count => Measure::Integer,
            Self::Min { measure, .. } | Self::Max { measure, .. } => *measure,
            Self::Sum { scale, currency, .. } | Self::Average { scale, currency, .. } => match currency {
                None => Measure::Decimal { scale: *scale },
                Some(currency) => Measure::Currency { scale: *scale, currency: *currency },
            },
        }
    }

    /// The one currency that it computes over.
    #[must_use]
    pub fn currency(&self) -> Option<Currency> {
        match self.measure() {
            Measure::Currency { currency, .. } => Some(currency),
            _ => None,
        }
    }
}
