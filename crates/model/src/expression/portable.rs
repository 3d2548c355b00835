//! Which expressions both databases can decide exactly as the evaluator does, for every
//! record that there can be: such a condition can stand in a statement. The store writes
//! what passes here.
//!
//! Arithmetic passes where the bounds of the fields show that no number gets too large;
//! SQLite would go on with a float, PostgreSQL with more digits than 18.

mod range;

use super::datum::Datum;
use super::kind::Type;
use super::overload::Overload;
use super::path::{Path, Read};
use super::syntax::Operator;
use super::tree::{Node, NodeId, Tree};
use super::{Expression, Given};
use crate::catalog::{Definition, Field};
use crate::fault::{Code, Fault};
use crate::id::ObjectNo;
use crate::limits::EXPRESSION_STEPS_MAX;
use crate::time::Timestamp;

/// Why an expression is not portable: follows "because ".
type Reason = &'static str;

const ELSEWHERE: Reason = "it reads more than the record's own stored fields";
const FUNCTION: Reason = "it uses a function that they do not have alike";
const CURRENCIES: Reason = "it computes with money or orders it, which can fail on a record";
const RANGE: Reason = "a number in it can get too large on a record";
const LENGTH: Reason = "a text in it can get too long on a record";
const CLOCK: Reason = "it depends on the time, or fails";

impl Expression {
    /// Checks that both databases decide the expression exactly as it is evaluated.
    /// `object` is the one that it was compiled for.
    ///
    /// # Errors
    /// [`Code::InvalidExpression`], with the reason.
    pub fn portable(&self, object: &Definition) -> Result<(), Fault> {
        Portable { expression: self, tree: self.tree(), object, query: None }.check()
    }

    /// Checks the same of a condition of a query: it may also read what is behind
    /// references, whose objects are found by `definitions`, and the time, which is given.
    ///
    /// # Errors
    /// [`Code::InvalidExpression`], with the reason.
    pub fn decidable<'a>(
        &'a self,
        object: &'a Definition,
        definitions: &'a dyn Fn(ObjectNo) -> Option<&'a Definition>,
        given: Given,
    ) -> Result<(), Fault> {
        let query = Some(Query { definitions, given });
        Portable { expression: self, tree: self.tree(), object, query }.check()
    }

    /// Whether a part reads no record, and so is the same for all of them at one time.
    #[must_use]
    pub fn is_fixed(&self, part: NodeId) -> bool {
        match self.tree().node(part) {
            Node::Read(_) | Node::ReadAny(_) | Node::Element(_) => false,
            node => node.parts().all(|part| self.is_fixed(part)),
        }
    }

    /// Whether a part reads nothing, the time neither, and so is always the same.
    #[must_use]
    pub fn is_timeless(&self, part: NodeId) -> bool {
        let tree = self.tree();
        match tree.node(part) {
            Node::Read(_)
            | Node::ReadAny(_)
            | Node::Element(_)
            | Node::Call(Overload::Now | Overload::Today, _) => false,
            node => node.parts().all(|part| self.is_timeless(part)),
        }
    }
}

/// What a condition of a query has beside the record's own stored fields.
#[derive(Clone, Copy)]
struct Query<'a> {
    definitions: &'a dyn Fn(ObjectNo) -> Option<&'a Definition>,
    given: Given,
}

struct Portable<'a> {
    expression: &'a Expression,
    tree: &'a Tree,
    object: &'a Definition,
    query: Option<Query<'a>>,
}

impl<'a> Portable<'a> {
    fn check(&self) -> Result<(), Fault> {
        self.scalar(self.tree.root()).and_then(|()| self.cost()).map_err(|reason| {
            let message =
                format!("the databases cannot decide the expression by themselves, because {reason}");
            Fault::new(Code::InvalidExpression, message)
                .hint("make it, or a part of it, a stored computed field, and ask for that")
        })
    }

    fn kind(&self, id: NodeId) -> &'a Type {
        self.tree.kind(id)
    }

    /// Whether a part is the same for every record that the statement is about.
    fn is_same(&self, id: NodeId) -> bool {
        match self.query {
            Some(_) => self.expression.is_fixed(id),
            None => self.expression.is_timeless(id),
        }
    }

    fn constant(&self, id: NodeId) -> Option<Datum<'static>> {
        let given = self.query.map_or(Given { now: Timestamp(0) }, |query| query.given);
        self.is_same(id).then(|| self.expression.constant(id, &given)).flatten()
    }

    /// What is read, if it can be: of the own record, and for a query behind references.
    fn reads(&self, id: NodeId) -> Vec<&'a Path> {
        let places = match self.tree.node(id) {
            Node::Read(place) => std::slice::from_ref(place),
            Node::ReadAny(places) if self.query.is_some() => places,
            _ => return Vec::new(),
        };
        let paths = places.iter().filter_map(|place| self.expression.reads().get(usize::from(*place)));
        let paths: Vec<&Path> = paths.collect();
        let is_within = |path: &&Path| !path.old && (path.via.is_empty() || self.query.is_some());
        if paths.iter().all(is_within) { paths } else { Vec::new() }
    }

    fn field(&self, path: &Path) -> Option<&'a Field> {
        let Read::Field(number) = path.read else { return None };
        let object = match self.query {
            Some(query) if path.object != self.object.number => (query.definitions)(path.object)?,
            _ => self.object,
        };
        object.fields.iter().find(|field| field.number == number)
    }

    /// A part with one value, which can stand anywhere.
    fn scalar(&self, id: NodeId) -> Result<(), Reason> {
        match self.kind(id) {
            Type::Money { .. } => return Err(CURRENCIES),
            Type::Record { .. } | Type::Texts | Type::Json => return Err(FUNCTION),
            _ => {}
        }
        if self.is_same(id) {
            return self.constant(id).map(|_| ()).ok_or(CLOCK);
        }
        match self.tree.node(id) {
            Node::Read(_) | Node::ReadAny(_) => self.place(id)?,
            Node::Literal(_) => {}
            Node::Not(_)
            | Node::Negative(_)
            | Node::All(_)
            | Node::Any(_)
            | Node::Choice(..)
            | Node::Scaled(..) => {
                self.parts(id)?;
            }
            Node::Binary(operator, one, other) => self.binary(*operator, *one, *other)?,
            Node::OneOf(one, items) => {
                for item in items {
                    self.equality(*one, *item)?;
                }
                self.either(*one)?;
            }
            Node::Call(overload, arguments) => self.call(*overload, arguments)?,
            Node::Element(_) | Node::List(_) | Node::Matches(..) | Node::Exists(..) | Node::ForAll(..) => {
                return Err(FUNCTION);
            }
        }
        if matches!(self.kind(id), Type::Integer | Type::Decimal { .. } | Type::Duration) {
            self.range(id).ok_or(RANGE)?;
        }
        Ok(())
    }

    fn parts(&self, id: NodeId) -> Result<(), Reason> {
        self.tree.node(id).parts().try_for_each(|part| self.scalar(part))
    }

    /// A stored field or member of a record.
    fn place(&self, id: NodeId) -> Result<(), Reason> {
        let paths = self.reads(id);
        let is_stored = |path: &&Path| match (path.read, self.field(path)) {
            (Read::System(_), _) => true,
            (Read::Field(_), Some(field)) => !field.is_virtual(),
            (Read::Field(_), None) => false,
        };
        if !paths.is_empty() && paths.iter().all(is_stored) { Ok(()) } else { Err(ELSEWHERE) }
    }

    /// One column or one parameter.
    fn short(&self, id: NodeId) -> Result<(), Reason> {
        let is_short = matches!(self.tree.node(id), Node::Read(_)) || self.constant(id).is_some();
        if is_short { self.scalar(id) } else { Err(FUNCTION) }
    }

    /// What has several columns, or a form of its own: as it is stored, or a constant.
    fn either(&self, id: NodeId) -> Result<(), Reason> {
        match self.kind(id) {
            Type::Money { .. } | Type::Record { .. } | Type::Texts | Type::Json => match self.constant(id) {
                Some(_) => Ok(()),
                None if matches!(self.tree.node(id), Node::Read(_)) => self.place(id),
                None if matches!(self.kind(id), Type::Money { .. }) => Err(CURRENCIES),
                None => Err(FUNCTION),
            },
            _ => self.scalar(id),
        }
    }

    fn equality(&self, one: NodeId, other: NodeId) -> Result<(), Reason> {
        self.either(one)?;
        self.either(other)?;
        let is_null = |id| self.constant(id).is_some_and(|datum| datum.is_null());
        let has_no_equal = matches!(self.kind(one), Type::Texts | Type::Json)
            || matches!(self.kind(other), Type::Texts | Type::Json);
        if has_no_equal && !is_null(one) && !is_null(other) {
            return Err(FUNCTION);
        }
        self.aligned(one, other)
    }

    fn binary(&self, operator: Operator, one: NodeId, other: NodeId) -> Result<(), Reason> {
        match operator {
            Operator::Equal | Operator::NotEqual => self.equality(one, other),
            Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual => {
                self.scalar(one)?;
                self.scalar(other)?;
                self.aligned(one, other)
            }
            Operator::In => {
                self.scalar(one)?;
                if self.constant(other).is_some() { Err(FUNCTION) } else { self.either(other) }
            }
            Operator::Divide if *self.kind(one) != Type::Integer || *self.kind(other) != Type::Integer => {
                Err(FUNCTION)
            }
            Operator::Add
            | Operator::Subtract
            | Operator::Multiply
            | Operator::Divide
            | Operator::Remainder => {
                // A time moved by a duration can leave the calendar.
                let moves = |id| *self.kind(id) == Type::Datetime;
                if moves(one) != moves(other) {
                    return Err(RANGE);
                }
                self.scalar(one)?;
                self.scalar(other)
            }
        }
    }

    fn call(&self, overload: Overload, arguments: &[NodeId]) -> Result<(), Reason> {
        let first = arguments.first().copied();
        match overload {
            Overload::Has | Overload::Count | Overload::Amount | Overload::Currency => {
                first.map_or(Err(FUNCTION), |first| self.either(first))
            }
            // What stands in a statement more than once must be short there.
            Overload::Least | Overload::Greatest => {
                arguments.iter().try_for_each(|argument| self.short(*argument))
            }
            Overload::StartsWith | Overload::EndsWith => {
                let [text, part] = arguments else { return Err(FUNCTION) };
                self.scalar(*text)?;
                self.short(*part)
            }
            Overload::Coalesce
            | Overload::Size
            | Overload::Contains
            | Overload::Trim
            | Overload::Truncate
            | Overload::Floor
            | Overload::Ceiling
            | Overload::ToDecimal
            | Overload::Absolute
            | Overload::DayPart(_)
            | Overload::DurationPart(_) => arguments.iter().try_for_each(|argument| self.scalar(*argument)),
            Overload::Substring | Overload::Replace => {
                let (text, rest) = arguments.split_first().ok_or(FUNCTION)?;
                let is_fixed = rest.iter().all(|part| self.constant(*part).is_some());
                if is_fixed { self.scalar(*text) } else { Err(FUNCTION) }
            }
            Overload::ToText => match first.map(|first| (first, self.kind(first))) {
                Some((first, Type::Integer | Type::Text | Type::Boolean | Type::Date)) => self.scalar(first),
                _ => Err(FUNCTION),
            },
            Overload::DayOf | Overload::TimePart(_) => match arguments {
                [at] => self.scalar(*at),
                [at, offset] if self.constant(*offset) == Some(Datum::Integer(0)) => self.scalar(*at),
                _ => Err(FUNCTION),
            },
            _ => Err(FUNCTION),
        }
    }

    /// An estimate of what one evaluation can cost at most.
    fn cost(&self) -> Result<(), Reason> {
        let steps = |id: NodeId| match self.kind(id) {
            // Four bytes a character, one step for each hundred.
            Type::Text => self.longest(id).map(|length| 1 + length / 25),
            _ => Some(1),
        };
        let total = (0..=self.tree.root()).map(steps).try_fold(0_u64, |total, steps| Some(total + steps?));
        match total {
            Some(total) if total <= u64::from(EXPRESSION_STEPS_MAX) => Ok(()),
            _ => Err(LENGTH),
        }
    }
}
