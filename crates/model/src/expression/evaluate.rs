//! Evaluating a compiled expression: exact, bounded, with nulls as SQL has them, except
//! that `==`, `!=` and `in` know null.

mod call;
mod operate;

use std::borrow::Cow;

use super::Given;
use super::datum::Datum;
use super::path::{Failure, Path, Record};
use super::syntax::Operator;
use super::tree::{Node, NodeId, Tree};
use super::trouble::Trouble;
use crate::limits::{EXPRESSION_STEPS_MAX, EXPRESSION_TEXT_MAX};
use crate::time::Timestamp;
use crate::value::Value;

/// So many bytes of text that are read, made or searched cost one step.
const BYTES_PER_STEP: usize = 100;

/// Evaluates the whole of a tree.
pub(super) fn evaluate<'e>(
    tree: &'e Tree,
    reads: &'e [Path],
    record: &'e dyn Record,
    given: &Given,
) -> Result<Datum<'e>, Trouble> {
    Evaluation { tree, reads, record, now: given.now, steps: 0, elements: Vec::new() }.value(tree.root())
}

/// Evaluates a part that reads nothing, while an expression is compiled.
pub(super) fn fold(tree: &Tree, id: NodeId) -> Result<Datum<'static>, String> {
    let now = Timestamp(0);
    let mut evaluation =
        Evaluation { tree, reads: &[], record: &Nothing, now, steps: 0, elements: Vec::new() };
    match evaluation.value(id) {
        Ok(datum) => Ok(datum.into_owned()),
        Err(Trouble::Record(_)) => Ok(Datum::Null),
        Err(trouble) => Err(trouble.problem()),
    }
}

/// Evaluates a part that is the same for every record; `None` when it is not, or fails.
pub(super) fn constant(tree: &Tree, id: NodeId, given: &Given) -> Option<Datum<'static>> {
    if !is_constant(tree, id) {
        return None;
    }
    let mut evaluation =
        Evaluation { tree, reads: &[], record: &Nothing, now: given.now, steps: 0, elements: Vec::new() };
    evaluation.value(id).ok().map(Datum::into_owned)
}

/// Elements count as varying: they are outside of their `exists` here.
fn is_constant(tree: &Tree, id: NodeId) -> bool {
    match tree.node(id) {
        Node::Read(_) | Node::ReadAny(_) | Node::Element(_) => false,
        node => node.parts().all(|part| is_constant(tree, part)),
    }
}

struct Nothing;

impl Record for Nothing {
    fn get(&self, _: &Path) -> Result<Cow<'_, Value>, Failure> {
        Ok(Cow::Owned(Value::Null))
    }
}

struct Evaluation<'e> {
    tree: &'e Tree,
    reads: &'e [Path],
    record: &'e dyn Record,
    now: Timestamp,
    steps: u32,
    /// The elements at hand, outermost first.
    elements: Vec<Datum<'e>>,
}

type Evaluated<'e> = Result<Datum<'e>, Trouble>;

impl<'e> Evaluation<'e> {
    fn value(&mut self, id: NodeId) -> Evaluated<'e> {
        self.charge(1)?;
        let tree = self.tree;
        match tree.node(id) {
            Node::Literal(datum) => Ok(borrow(datum)),
            Node::Read(place) => self.read(*place),
            Node::ReadAny(places) => self.read_any(places),
            Node::Element(depth) => {
                Ok(self.elements.get(usize::from(*depth)).cloned().unwrap_or(Datum::Null))
            }
            Node::List(items) => self.list(items),
            Node::Not(operand) => Ok(match self.value(*operand)? {
                Datum::Boolean(truth) => Datum::Boolean(!truth),
                _ => Datum::Null,
            }),
            Node::Negative(operand) => operate::negative(self.value(*operand)?),
            Node::All(operands) => self.decided(operands.iter().copied(), false, Self::value),
            Node::Any(operands) => self.decided(operands.iter().copied(), true, Self::value),
            Node::Binary(Operator::In, one, list) => self.is_in(*one, *list),
            Node::Binary(operator, one, other) => self.binary(id, *operator, *one, *other),
            Node::OneOf(one, items) => self.is_one_of(*one, items),
            Node::Choice(condition, then, otherwise) => {
                let holds = self.value(*condition)? == Datum::Boolean(true);
                self.value(if holds { *then } else { *otherwise })
            }
            Node::Scaled(part, scale) => operate::at_scale(self.value(*part)?, *scale),
            Node::Call(overload, arguments) => self.call(*overload, arguments),
            Node::Matches(text, pattern) => match self.value(*text)? {
                Datum::Text(text) => {
                    self.charge_bytes(text.len().saturating_mul(pattern.normal().len()))?;
                    Ok(Datum::Boolean(pattern.matches(&text)))
                }
                _ => Ok(Datum::Null),
            },
            Node::Exists(list, condition) => self.quantified(*list, *condition, true),
            Node::ForAll(list, condition) => self.quantified(*list, *condition, false),
        }
    }

    fn charge(&mut self, steps: u32) -> Result<(), Trouble> {
        self.steps = self.steps.saturating_add(steps);
        if self.steps > EXPRESSION_STEPS_MAX { Err(Trouble::Steps) } else { Ok(()) }
    }

    fn charge_bytes(&mut self, bytes: usize) -> Result<(), Trouble> {
        self.charge(u32::try_from(bytes / BYTES_PER_STEP).unwrap_or(u32::MAX))
    }

    /// A text that was made.
    fn made(&mut self, text: String) -> Evaluated<'e> {
        if text.len() > EXPRESSION_TEXT_MAX && text.chars().count() > EXPRESSION_TEXT_MAX {
            return Err(Trouble::Text);
        }
        self.charge_bytes(text.len())?;
        Ok(Datum::Text(Cow::Owned(text)))
    }

    fn read(&mut self, place: u16) -> Evaluated<'e> {
        let reads = self.reads;
        let Some(path) = reads.get(usize::from(place)) else { return Ok(Datum::Null) };
        let datum = Datum::of(self.record.get(path)?);
        if let Datum::Text(text) | Datum::Json(text) = &datum {
            self.charge_bytes(text.len())?;
        }
        Ok(datum)
    }

    fn read_any(&mut self, places: &[u16]) -> Evaluated<'e> {
        for place in places {
            let datum = self.read(*place)?;
            if !datum.is_null() {
                return Ok(datum);
            }
        }
        Ok(Datum::Null)
    }

    fn list(&mut self, items: &[NodeId]) -> Evaluated<'e> {
        let mut texts: Vec<Box<str>> = Vec::with_capacity(items.len());
        for item in items {
            match self.value(*item)? {
                Datum::Text(text) => texts.push(text.into()),
                _ => return Ok(Datum::Null),
            }
        }
        Ok(Datum::Texts(Cow::Owned(texts)))
    }

    /// `||` over parts if `wanted`, else `&&`: decided by the first part that is what is
    /// wanted, otherwise null if any part is.
    fn decided<T>(
        &mut self,
        parts: impl IntoIterator<Item = T>,
        wanted: bool,
        value: impl Fn(&mut Self, T) -> Evaluated<'e>,
    ) -> Evaluated<'e> {
        let mut rest = Datum::Boolean(!wanted);
        for part in parts {
            match value(self, part)? {
                Datum::Boolean(truth) if truth == wanted => return Ok(Datum::Boolean(wanted)),
                Datum::Boolean(_) => {}
                _ => rest = Datum::Null,
            }
        }
        Ok(rest)
    }

    fn quantified(&mut self, list: NodeId, condition: NodeId, wanted: bool) -> Evaluated<'e> {
        let elements: Vec<Datum<'e>> = match self.value(list)? {
            Datum::Texts(Cow::Borrowed(items)) => {
                items.iter().map(|item| Datum::Text(Cow::Borrowed(&**item))).collect()
            }
            Datum::Texts(Cow::Owned(items)) => {
                items.into_iter().map(|item| Datum::Text(Cow::Owned(item.into()))).collect()
            }
            _ => Vec::new(),
        };
        self.decided(elements, wanted, |evaluation, element| {
            evaluation.elements.push(element);
            let holds = evaluation.value(condition);
            evaluation.elements.pop();
            holds
        })
    }

    fn is_in(&mut self, one: NodeId, list: NodeId) -> Evaluated<'e> {
        let (one, list) = (self.value(one)?, self.value(list)?);
        let is_in = match (&one, &list) {
            (Datum::Text(one), Datum::Texts(items)) => items.iter().any(|item| **item == **one),
            _ => false,
        };
        Ok(Datum::Boolean(is_in))
    }

    fn is_one_of(&mut self, one: NodeId, items: &[NodeId]) -> Evaluated<'e> {
        let one = self.value(one)?;
        for item in items {
            if self.value(*item)?.equals(&one) {
                return Ok(Datum::Boolean(true));
            }
        }
        Ok(Datum::Boolean(false))
    }

    fn binary(&mut self, id: NodeId, operator: Operator, one: NodeId, other: NodeId) -> Evaluated<'e> {
        let (one, other) = (self.value(one)?, self.value(other)?);
        match operator {
            Operator::Equal => return Ok(Datum::Boolean(one.equals(&other))),
            Operator::NotEqual => return Ok(Datum::Boolean(!one.equals(&other))),
            _ if one.is_null() || other.is_null() => return Ok(Datum::Null),
            _ => {}
        }
        match (operator, one, other) {
            (Operator::Add, Datum::Text(one), Datum::Text(other)) => {
                self.made(one.into_owned() + other.as_ref())
            }
            (
                Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual,
                one,
                other,
            ) => operate::ordered(operator, &one, &other),
            (operator, one, other) => operate::compute(operator, one, other, self.tree.kind(id)),
        }
    }
}

/// A literal without a copy of its text.
fn borrow<'e>(datum: &'e Datum<'static>) -> Datum<'e> {
    match datum {
        Datum::Text(text) => Datum::Text(Cow::Borrowed(text)),
        Datum::Json(text) => Datum::Json(Cow::Borrowed(text)),
        Datum::Texts(items) => Datum::Texts(Cow::Borrowed(items)),
        other => other.clone(),
    }
}
