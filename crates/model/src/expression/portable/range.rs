//! Bounds of numbers and texts, from the bounds of the fields that they are made of.

use super::Portable;
use crate::catalog::FieldKind;
use crate::expression::datum::Datum;
use crate::expression::kind::Type;
use crate::expression::overload::Overload;
use crate::expression::path::{Path, Read};
use crate::expression::syntax::Operator;
use crate::expression::tree::{Node, NodeId};
use crate::limits::{EMAIL_BYTES_MAX, EXPRESSION_TEXT_MAX, OPTIONS_MAX, URL_BYTES_MAX};

/// The least and the greatest a number can be, decimals as scaled integers.
type Range = (i128, i128);

/// One more than the greatest scaled integer of a decimal.
const DECIMAL_END: i128 = 1_000_000_000_000_000_000;
/// More than the days, and than the microseconds, between any two times.
const DAYS: i128 = 4_000_000;
const MICROS: i128 = 400_000_000_000_000_000;
/// More than any part of a date.
const PART: i128 = 10_000;
/// A telephone number, an actor, a currency, a number or a date as text.
const SHORT_TEXT: u64 = 100;

fn largest((low, high): Range) -> i128 {
    low.abs().max(high.abs())
}

fn around(most: i128) -> Range {
    (-most, most)
}

impl Portable<'_> {
    /// The bounds of a number; `None` if it can be more than its type holds.
    pub(super) fn range(&self, id: NodeId) -> Option<Range> {
        let range = self.unchecked(id)?;
        let end = match self.kind(id) {
            Type::Decimal { .. } => DECIMAL_END,
            _ => i128::from(i64::MAX) + 1,
        };
        // The least of 64 bits has no opposite: it is left out, unless it is only read.
        let is_read = matches!(self.tree.node(id), Node::Read(_) | Node::ReadAny(_) | Node::Literal(_));
        (range.1 < end && (range.0 > -end || is_read)).then_some(range)
    }

    fn unchecked(&self, id: NodeId) -> Option<Range> {
        if let Some(datum) = self.constant(id) {
            return Some(match datum {
                Datum::Integer(number) | Datum::Duration(number) => (number.into(), number.into()),
                Datum::Decimal(decimal) => (decimal.unscaled().into(), decimal.unscaled().into()),
                _ => (0, 0),
            });
        }
        match self.tree.node(id) {
            Node::Read(_) | Node::ReadAny(_) => self.read(id),
            Node::Negative(part) => self.range(*part).map(|(low, high)| (-high, -low)),
            Node::Scaled(part, scale) => self.raised(*part, scale.checked_sub(self.scale(*part))?),
            Node::Choice(_, then, otherwise) => self.union(&[*then, *otherwise]),
            Node::Binary(operator, one, other) => self.computed(*operator, *one, *other),
            Node::Call(overload, arguments) => self.called(*overload, arguments),
            _ => None,
        }
    }

    pub(super) fn scale(&self, id: NodeId) -> u8 {
        match self.kind(id) {
            Type::Decimal { scale } => *scale,
            _ => 0,
        }
    }

    /// The bounds with more digits after the point.
    fn raised(&self, id: NodeId, digits: u8) -> Option<Range> {
        let power = 10_i128.pow(u32::from(digits));
        self.range(id).map(|(low, high)| (low * power, high * power))
    }

    fn read(&self, id: NodeId) -> Option<Range> {
        let ranges = self.reads(id).into_iter().map(|path| self.one_read(path, id));
        widest(ranges)
    }

    fn one_read(&self, path: &Path, id: NodeId) -> Option<Range> {
        let integers = (i128::from(i64::MIN), i128::from(i64::MAX));
        if matches!(path.read, Read::System(_)) {
            return Some(integers);
        }
        Some(match (&self.field(path)?.kind, self.kind(id)) {
            (FieldKind::Integer { min, max }, _) => {
                (min.map_or(integers.0, i128::from), max.map_or(integers.1, i128::from))
            }
            (FieldKind::Decimal { precision, .. }, _) => around(10_i128.pow(u32::from(*precision)) - 1),
            (_, Type::Decimal { .. }) => around(DECIMAL_END - 1),
            _ => integers,
        })
    }

    fn union(&self, parts: &[NodeId]) -> Option<Range> {
        widest(parts.iter().map(|part| self.range(*part)))
    }

    fn computed(&self, operator: Operator, one: NodeId, other: NodeId) -> Option<Range> {
        match (self.kind(one), self.kind(other)) {
            (Type::Date, Type::Date) => return Some(around(DAYS)),
            (Type::Datetime, Type::Datetime) => return Some(around(MICROS)),
            _ => {}
        }
        let digits = |id| scale_gap(self, one, other, id);
        Some(match operator {
            Operator::Add | Operator::Subtract => {
                let (one, other) = (self.raised(one, digits(one))?, self.raised(other, digits(other))?);
                // Both sides are brought to one scale first, where they must fit as well.
                if largest(one).max(largest(other)) > i128::from(i64::MAX) {
                    return None;
                }
                match operator {
                    Operator::Add => (one.0 + other.0, one.1 + other.1),
                    _ => (one.0 - other.1, one.1 - other.0),
                }
            }
            Operator::Multiply => {
                let (one, other) = (self.range(one)?, self.range(other)?);
                around(largest(one).checked_mul(largest(other))?)
            }
            Operator::Divide => around(largest(self.range(one)?)),
            Operator::Remainder => around(largest(self.range(one)?).min(largest(self.range(other)?))),
            _ => return None,
        })
    }

    fn called(&self, overload: Overload, arguments: &[NodeId]) -> Option<Range> {
        let first = *arguments.first()?;
        Some(match overload {
            Overload::Coalesce | Overload::Least | Overload::Greatest => self.union(arguments)?,
            Overload::Size => (0, i128::from(self.longest(first)?)),
            Overload::Count => (0, i128::try_from(OPTIONS_MAX).ok()?),
            Overload::Absolute => (0, largest(self.range(first)?)),
            Overload::Truncate | Overload::Floor | Overload::Ceiling | Overload::ToDecimal => {
                self.range(first)?
            }
            Overload::Amount => around(DECIMAL_END - 1),
            Overload::DayPart(_) | Overload::TimePart(_) => around(PART),
            Overload::DurationPart(_) => around(MICROS),
            _ => return None,
        })
    }

    /// Checks that two numbers, or two amounts, can be compared: brought to one scale they
    /// must keep within 18 digits. A constant comes to the scale of the other side.
    pub(super) fn aligned(&self, one: NodeId, other: NodeId) -> Result<(), super::Reason> {
        let (Some(first), Some(second)) = (self.digits(one), self.digits(other)) else { return Ok(()) };
        let fits = match (self.fixed(one), self.fixed(other)) {
            (Some(_), Some(_)) => true,
            (Some(fixed), None) => is_within(fixed, second.saturating_sub(first)),
            (None, Some(fixed)) => is_within(fixed, first.saturating_sub(second)),
            (None, None) if first == second => true,
            (None, None) => [one, other].into_iter().all(|id| {
                let gap = first.max(second) - if id == one { first } else { second };
                self.raised(id, gap).is_some_and(|range| largest(range) < DECIMAL_END)
            }),
        };
        if fits { Ok(()) } else { Err(super::RANGE) }
    }

    /// Digits after the point of a number or an amount.
    fn digits(&self, id: NodeId) -> Option<u8> {
        match self.kind(id) {
            Type::Integer => Some(0),
            Type::Decimal { scale } | Type::Money { scale } => Some(*scale),
            _ => None,
        }
    }

    /// A constant number or amount as a scaled integer.
    fn fixed(&self, id: NodeId) -> Option<i128> {
        Some(match self.constant(id)? {
            Datum::Integer(number) => number.into(),
            Datum::Decimal(decimal) => decimal.unscaled().into(),
            Datum::Money(money) => money.amount.unscaled().into(),
            _ => 0,
        })
    }

    /// The most characters that a text can have; `None` if they are too many.
    pub(super) fn longest(&self, id: NodeId) -> Option<u64> {
        let length = self.unbounded(id)?;
        (length <= u64::try_from(EXPRESSION_TEXT_MAX).ok()?).then_some(length)
    }

    fn unbounded(&self, id: NodeId) -> Option<u64> {
        if let Some(datum) = self.constant(id) {
            return match datum {
                Datum::Text(text) => u64::try_from(text.len()).ok(),
                _ => Some(0),
            };
        }
        let most = |parts: &[NodeId]| {
            parts.iter().map(|part| self.longest(*part)).try_fold(0, |most, length| Some(most.max(length?)))
        };
        match self.tree.node(id) {
            Node::Read(_) | Node::ReadAny(_) => {
                let lengths =
                    self.reads(id).into_iter().map(|path| match self.field(path).map(|field| &field.kind) {
                        Some(FieldKind::Text { max_length } | FieldKind::LongText { max_length }) => {
                            Some(u64::from(*max_length))
                        }
                        Some(FieldKind::Email) => u64::try_from(EMAIL_BYTES_MAX).ok(),
                        Some(FieldKind::Url) => u64::try_from(URL_BYTES_MAX).ok(),
                        _ => Some(SHORT_TEXT),
                    });
                lengths.into_iter().try_fold(0, |most, length| Some(most.max(length?)))
            }
            Node::Binary(Operator::Add, one, other) => Some(self.longest(*one)? + self.longest(*other)?),
            Node::Choice(_, then, otherwise) => most(&[*then, *otherwise]),
            Node::Call(Overload::Coalesce | Overload::Least | Overload::Greatest, arguments) => {
                most(arguments)
            }
            Node::Call(Overload::Trim | Overload::Substring, arguments) => self.longest(*arguments.first()?),
            Node::Call(Overload::Replace, arguments) => {
                let [text, _, with] = **arguments else { return None };
                self.longest(text)?.checked_mul(self.longest(with)?.max(1))
            }
            Node::Call(Overload::ToText, arguments) => match self.kind(*arguments.first()?) {
                Type::Text => self.longest(*arguments.first()?),
                _ => Some(SHORT_TEXT),
            },
            _ => Some(SHORT_TEXT),
        }
    }
}

/// The least range that has all of them in it; none, if one of them has no bounds.
fn widest(mut ranges: impl Iterator<Item = Option<Range>>) -> Option<Range> {
    let first = ranges.next()??;
    ranges.try_fold(first, |(low, high), range| range.map(|range| (low.min(range.0), high.max(range.1))))
}

fn is_within(fixed: i128, gap: u8) -> bool {
    gap == 0
        || fixed.abs().checked_mul(10_i128.pow(u32::from(gap))).is_some_and(|raised| raised < DECIMAL_END)
}

/// How many digits one of two numbers lacks after the point.
fn scale_gap(portable: &Portable<'_>, one: NodeId, other: NodeId, id: NodeId) -> u8 {
    portable.scale(one).max(portable.scale(other)) - portable.scale(id)
}
