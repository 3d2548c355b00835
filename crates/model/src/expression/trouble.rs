//! What can go wrong while an expression is evaluated, and how it is said.

use super::path::Failure;
use super::place::shown;
use crate::decimal::DIGITS_MAX;
use crate::fault::{Code, Fault};
use crate::limits::{EXPRESSION_STEPS_MAX, EXPRESSION_TEXT_MAX};
use crate::value::Currency;

/// Why an expression gives no value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Trouble {
    /// A number would have more digits than a decimal holds.
    Digits,
    /// An integer would not fit 64 bits.
    Integer,
    /// A date or a time would be outside the years 1 to 9999.
    Calendar,
    /// Amounts of two currencies.
    Currencies(Currency, Currency),
    /// A text would be too long.
    Text,
    /// The evaluation costs too much.
    Steps,
    /// The record could not be asked.
    Record(Failure),
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self::Record(failure)
    }
}

impl Trouble {
    /// What is wrong, as it follows "the expression".
    pub(super) fn problem(&self) -> String {
        match self {
            Self::Digits => format!("gives a number of more than {DIGITS_MAX} digits"),
            Self::Integer => "gives an integer that does not fit 64 bits".to_owned(),
            Self::Calendar => "gives a time outside the years 1 to 9999".to_owned(),
            Self::Currencies(one, other) => format!("takes {} and {} together", one.as_str(), other.as_str()),
            Self::Text => format!("gives a text of more than {EXPRESSION_TEXT_MAX} characters"),
            Self::Steps => format!("takes more than {EXPRESSION_STEPS_MAX} steps to evaluate"),
            Self::Record(_) => "cannot be evaluated".to_owned(),
        }
    }

    /// The failure of an expression, which the message quotes.
    pub(super) fn failure(self, source: &str) -> Failure {
        let code = match self {
            Self::Record(failure) => return failure,
            Self::Digits | Self::Integer | Self::Calendar => Code::OutOfRange,
            Self::Currencies(..) => Code::InvalidValue,
            Self::Text | Self::Steps => Code::LimitReached,
        };
        Failure::Fault(Fault::new(code, format!("the expression {} {}", shown(source), self.problem())))
    }
}
