//! Arithmetic: what can be added, multiplied and negated, and the digits of the result.

use super::{Checker, Checking};
use crate::decimal::DIGITS_MAX;
use crate::expression::kind::{Type, scale_of_product, scale_of_quotient};
use crate::expression::place::{Mistake, Span};
use crate::expression::syntax::{Id, Operator};
use crate::expression::tree::Node;

/// Why two types cannot be computed with.
enum Refusal {
    /// They have nothing to do with each other.
    Types,
    /// The result would have too many digits after the point.
    Scale,
}

impl Checker<'_, '_> {
    pub(super) fn negative(&mut self, operand: Id, span: Span) -> Checking {
        let node = self.check(operand)?;
        let kind = self.tree.kind(node).clone();
        match kind {
            Type::Integer | Type::Decimal { .. } | Type::Money { .. } | Type::Duration | Type::Null => {
                self.add_folded(Node::Negative(node), kind, &[node], span)
            }
            other => self.wrong(Mistake::new(self.span(operand), format!("`-` takes a number, not {other}"))),
        }
    }

    pub(super) fn computed(&mut self, operator: Operator, left: Id, right: Id, span: Span) -> Checking {
        let (one, other) = (self.check(left), self.check(right));
        let (one, other) = (one?, other?);
        let kinds = (self.tree.kind(one), self.tree.kind(other));
        match result(operator, kinds.0, kinds.1) {
            Ok(kind) => self.add(Node::Binary(operator, one, other), kind),
            Err(Refusal::Scale) => {
                let message = format!("the result has more than {DIGITS_MAX} digits after the point");
                self.wrong(Mistake::new(span, message).hint("round one side: `round(…, 2)`"))
            }
            Err(Refusal::Types) => {
                let message =
                    format!("`{}` cannot be applied to {} and {}", operator.symbol(), kinds.0, kinds.1);
                let mistake = Mistake::new(span, message);
                let hint = remedy(operator, kinds.0, kinds.1);
                self.wrong(match hint {
                    Some(hint) => mistake.hint(hint),
                    None => mistake,
                })
            }
        }
    }
}

fn scale_of(kind: &Type) -> Option<u8> {
    match kind {
        Type::Integer => Some(0),
        Type::Decimal { scale } => Some(*scale),
        _ => None,
    }
}

fn result(operator: Operator, one: &Type, other: &Type) -> Result<Type, Refusal> {
    use Type::{Date, Datetime, Decimal, Duration, Integer, Money, Null, Text};
    let (first, second) = (scale_of(one), scale_of(other));
    Ok(match (operator, one, other) {
        (_, Null, _) | (_, _, Null) => Null,
        (
            Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide | Operator::Remainder,
            Integer,
            Integer,
        ) => Integer,
        (Operator::Add, Text, Text) => Text,
        (Operator::Add, Datetime, Duration)
        | (Operator::Add, Duration, Datetime)
        | (Operator::Subtract, Datetime, Duration) => Datetime,
        (Operator::Add | Operator::Subtract, Duration, Duration)
        | (Operator::Subtract, Datetime, Datetime) => Duration,
        (Operator::Subtract, Date, Date) => Integer,
        (Operator::Add | Operator::Subtract, Money { scale: one }, Money { scale: other }) => {
            Money { scale: *one.max(other) }
        }
        (Operator::Divide, Money { scale: one }, Money { scale: other }) => {
            Decimal { scale: scale_of_quotient(*one, *other) }
        }
        _ => match (operator, one, first, other, second) {
            (Operator::Add | Operator::Subtract, _, Some(first), _, Some(second)) => {
                Decimal { scale: first.max(second) }
            }
            (Operator::Multiply, _, Some(first), _, Some(second)) => {
                Decimal { scale: scale_of_product(first, second).ok_or(Refusal::Scale)? }
            }
            (Operator::Multiply, Money { scale }, _, _, Some(by))
            | (Operator::Multiply, _, Some(by), Money { scale }, _) => {
                Money { scale: scale_of_product(*scale, by).ok_or(Refusal::Scale)? }
            }
            (Operator::Divide, _, Some(first), _, Some(second)) => {
                Decimal { scale: scale_of_quotient(first, second) }
            }
            (Operator::Divide, Money { scale }, _, _, Some(by)) => {
                Money { scale: scale_of_quotient(*scale, by) }
            }
            _ => return Err(Refusal::Types),
        },
    })
}

fn remedy(operator: Operator, one: &Type, other: &Type) -> Option<&'static str> {
    Some(match (operator, one, other) {
        (Operator::Add | Operator::Subtract, Type::Date, Type::Integer) => "use `add_days(date, days)`",
        (Operator::Add | Operator::Subtract, Type::Datetime, Type::Integer) => {
            "use `add_days(…, days)` or add a `duration('1h')`"
        }
        (Operator::Add | Operator::Subtract, Type::Date, Type::Duration) => {
            "use `add_days(date, days)`, or `timestamp(date) + duration('36h')`"
        }
        (Operator::Subtract, Type::Date, Type::Datetime)
        | (Operator::Subtract, Type::Datetime, Type::Date) => "make both dates with `date(…)`",
        (Operator::Add, Type::Text, _) | (Operator::Add, _, Type::Text) => "make both texts with `string(…)`",
        (_, Type::Money { .. }, _) | (_, _, Type::Money { .. }) => "use `.amount` for the number in money",
        (Operator::Remainder, _, _) => "`%` takes integers: use `int(…)`",
        _ => return None,
    })
}
