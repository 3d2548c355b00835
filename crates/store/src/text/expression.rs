//! Expressions as conditions of statements, in both dialects, with bound values: what
//! the database decides is what [`Expression::evaluate_bool`] decides, null for null.
//! Which expressions that can be said of is [`Expression::portable`]'s business; here is
//! how it is said.

mod call;
mod compare;
mod literal;
mod reach;
mod stored;
mod time;

#[cfg(test)]
mod tests;

use kith_model::catalog::{Definition, Table};
use kith_model::expression::{Datum, Expression, Given, Node, NodeId, Operator, Path, Tree, Type};
use kith_model::time::Timestamp;
use kith_model::value::Cell;

use crate::dialect::Dialect;
use crate::error::Error;

pub(crate) use reach::Reach;
pub(crate) use stored::Stored;

/// The records that a condition is about, as they stand in a statement.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    /// Their object.
    pub(crate) object: &'a Definition,
    /// Its table.
    pub(crate) table: &'a Table,
    /// What the table is called in the statement.
    pub(crate) name: &'a str,
    /// How many parameters the statement has before those of `cells`.
    pub(crate) parameters: usize,
    /// What the statement has beside these records: nothing, or all that a query may read.
    pub(crate) reach: Option<&'a Reach<'a>>,
}

/// The databases would not decide as Kith does: evaluate the records one by one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Unsupported;

impl From<Unsupported> for Error {
    /// Where an expression was accepted because it is portable.
    fn from(_: Unsupported) -> Self {
        Self::Corrupt("an expression is not one that a database can decide".to_owned())
    }
}

type Written = Result<String, Unsupported>;

/// A condition that holds for the records for which the expression is true. Its values
/// are appended to `cells`.
pub(crate) fn condition(
    dialect: Dialect<'_>,
    expression: &Expression,
    place: Place<'_>,
    cells: &mut Vec<Cell<'static>>,
) -> Written {
    let is_decidable = match place.reach {
        None => expression.portable(place.object).is_ok(),
        Some(reach) => reach.decides(expression, place.object),
    };
    if !matches!(expression.kind(), Type::Boolean | Type::Null) || !is_decidable {
        return Err(Unsupported);
    }
    let before = cells.len();
    let mut writer = Writer { dialect, expression, place, cells };
    let written = writer.filter(expression.tree().root());
    if written.is_err() {
        cells.truncate(before);
    }
    written
}

/// What an expression of a query comes to for each record.
pub(crate) fn value(
    dialect: Dialect<'_>,
    expression: &Expression,
    place: Place<'_>,
    cells: &mut Vec<Cell<'static>>,
) -> Written {
    Writer { dialect, expression, place, cells }.scalar(expression.tree().root())
}

/// The columns of a reference: one for each object that it can lead to.
pub(crate) fn links(
    dialect: Dialect<'_>,
    expression: &Expression,
    place: Place<'_>,
) -> Result<Vec<String>, Unsupported> {
    let writer = Writer { dialect, expression, place, cells: &mut Vec::new() };
    let stored = writer.columns(expression.tree().root())?;
    Ok(stored.columns.iter().map(|column| stored.qualified(column)).collect())
}

struct Writer<'w> {
    dialect: Dialect<'w>,
    expression: &'w Expression,
    place: Place<'w>,
    cells: &'w mut Vec<Cell<'static>>,
}

impl<'w> Writer<'w> {
    fn tree(&self) -> &'w Tree {
        self.expression.tree()
    }

    fn kind(&self, id: NodeId) -> &'w Type {
        self.tree().kind(id)
    }

    /// The value of a part that is the same for every record.
    fn constant(&self, id: NodeId) -> Option<Datum<'static>> {
        match self.place.reach {
            Some(reach) => self.expression.constant(id, &reach.given()),
            None if self.expression.is_timeless(id) => {
                self.expression.constant(id, &Given { now: Timestamp(0) })
            }
            None => None,
        }
    }

    fn bind(&mut self, cell: Cell<'static>) -> String {
        self.cells.push(cell);
        format!("${}", self.place.parameters + self.cells.len())
    }

    /// One text or another, by the database.
    fn either(&self, sqlite: impl FnOnce() -> String, postgres: impl FnOnce() -> String) -> String {
        match self.dialect {
            Dialect::Sqlite => sqlite(),
            Dialect::Postgres { .. } => postgres(),
        }
    }

    /// A condition of which it only matters where it is true. Here a comparison with a
    /// value can be a plain `=`, which indexes serve.
    fn filter(&mut self, id: NodeId) -> Written {
        if let Some(datum) = self.constant(id) {
            return self.literal(&datum);
        }
        match self.tree().node(id) {
            Node::All(parts) => self.joined(parts, " and ", Self::filter),
            Node::Any(parts) => self.joined(parts, " or ", Self::filter),
            Node::Binary(Operator::Equal, one, other) => self.equal_in_filter(*one, *other),
            Node::Binary(Operator::In, one, list) => self.contains(*one, *list),
            Node::OneOf(one, items) => self.one_of(*one, items, Self::equal_in_filter),
            _ => self.scalar(id),
        }
    }

    fn joined(
        &mut self,
        parts: &[NodeId],
        between: &str,
        write: impl Fn(&mut Self, NodeId) -> Written,
    ) -> Written {
        let parts: Vec<String> = parts.iter().map(|part| write(self, *part)).collect::<Result<_, _>>()?;
        Ok(format!("({})", parts.join(between)))
    }

    fn one_of(
        &mut self,
        one: NodeId,
        items: &[NodeId],
        equal: impl Fn(&mut Self, NodeId, NodeId) -> Written,
    ) -> Written {
        if items.is_empty() {
            return Ok("false".to_owned());
        }
        let items: Vec<String> =
            items.iter().map(|item| equal(self, one, *item)).collect::<Result<_, _>>()?;
        Ok(format!("({})", items.join(" or ")))
    }

    /// A part with one value, null where the evaluator has null.
    fn scalar(&mut self, id: NodeId) -> Written {
        match self.constant(id) {
            // What is null by its type is null whatever it is made of.
            _ if *self.kind(id) == Type::Null => return Ok("null".to_owned()),
            Some(Datum::Null) => return Ok(self.null(self.kind(id))),
            Some(datum) => return self.literal(&datum),
            None => {}
        }
        match self.tree().node(id) {
            Node::Read(_) => self.column(id),
            Node::ReadAny(places) => self.one_of_columns(places),
            Node::Not(part) => Ok(format!("(not {})", self.scalar(*part)?)),
            Node::Negative(part) => Ok(format!("(-{})", self.scalar(*part)?)),
            Node::All(parts) => self.joined(parts, " and ", Self::scalar),
            Node::Any(parts) => self.joined(parts, " or ", Self::scalar),
            Node::Choice(condition, then, otherwise) => {
                let condition = self.scalar(*condition)?;
                let (then, otherwise) = (self.scalar(*then)?, self.scalar(*otherwise)?);
                Ok(format!("(case when {condition} then {then} else {otherwise} end)"))
            }
            Node::Scaled(part, scale) => self.scaled(*part, *scale),
            Node::Binary(operator, one, other) => self.binary(*operator, *one, *other),
            Node::OneOf(one, items) => self.one_of(*one, items, Self::equal),
            Node::Call(deed, arguments) => self.call(*deed, arguments, self.kind(id)),
            Node::Literal(_)
            | Node::Element(_)
            | Node::List(_)
            | Node::Matches(..)
            | Node::Exists(..)
            | Node::ForAll(..) => Err(Unsupported),
        }
    }

    /// Null of a type, which PostgreSQL wants to know.
    fn null(&self, kind: &Type) -> String {
        let name = match kind {
            Type::Boolean => "boolean",
            Type::Integer | Type::Duration => "bigint",
            Type::Decimal { .. } => "numeric",
            Type::Text => "text",
            Type::Date => "date",
            Type::Datetime => "timestamptz",
            _ => return "null".to_owned(),
        };
        self.either(|| "null".to_owned(), || format!("cast(null as {name})"))
    }

    fn path(&self, id: NodeId) -> Result<&'w Path, Unsupported> {
        let Node::Read(place) = self.tree().node(id) else { return Err(Unsupported) };
        self.read_at(*place)
    }

    fn read_at(&self, place: u16) -> Result<&'w Path, Unsupported> {
        self.expression.reads().get(usize::from(place)).ok_or(Unsupported)
    }

    /// The columns of what is read.
    fn columns(&self, id: NodeId) -> Result<Stored<'w>, Unsupported> {
        self.stored(self.path(id)?)
    }

    fn stored(&self, path: &Path) -> Result<Stored<'w>, Unsupported> {
        let Place { object, table, name, reach, .. } = self.place;
        match reach {
            Some(reach) if !path.via.is_empty() => reach.stored(self.dialect, (object.number, name), path),
            _ if path.via.is_empty() => Stored::of(object, table, name.to_owned(), path.read),
            _ => Err(Unsupported),
        }
    }

    /// The (first) column of what is read.
    fn column(&self, id: NodeId) -> Written {
        self.columns(id).map(|stored| stored.first())
    }

    /// What is behind a reference to several objects: at most one of them has a value.
    fn one_of_columns(&self, places: &[u16]) -> Written {
        let column = |place: &u16| self.stored(self.read_at(*place)?).map(|stored| stored.first());
        let columns: Vec<String> = places.iter().map(column).collect::<Result<_, _>>()?;
        match columns.as_slice() {
            [one] => Ok(one.clone()),
            _ => Ok(format!("coalesce({})", columns.join(", "))),
        }
    }

    fn binary(&mut self, operator: Operator, one: NodeId, other: NodeId) -> Written {
        match operator {
            Operator::Equal => self.equal(one, other),
            Operator::NotEqual => Ok(format!("(not {})", self.equal(one, other)?)),
            Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual => {
                self.ordered(operator, one, other)
            }
            Operator::In => Ok(format!("coalesce({}, false)", self.contains(one, other)?)),
            Operator::Add
            | Operator::Subtract
            | Operator::Multiply
            | Operator::Divide
            | Operator::Remainder => self.computed(operator, one, other),
        }
    }

    fn computed(&mut self, operator: Operator, one: NodeId, other: NodeId) -> Written {
        let kinds = (self.kind(one), self.kind(other));
        match (operator, kinds) {
            (Operator::Subtract, (Type::Date, Type::Date)) => self.days_between(one, other),
            (Operator::Subtract, (Type::Datetime, Type::Datetime)) => self.time_between(one, other),
            (Operator::Add, (Type::Text, Type::Text)) => {
                Ok(format!("({} || {})", self.scalar(one)?, self.scalar(other)?))
            }
            (Operator::Add | Operator::Subtract, _) => {
                let (one, other) = self.at_one_scale(one, other)?;
                Ok(format!("({one} {} {other})", operator.symbol()))
            }
            (Operator::Multiply, _) => Ok(format!("({} * {})", self.scalar(one)?, self.scalar(other)?)),
            (Operator::Divide | Operator::Remainder, (Type::Integer, Type::Integer)) => {
                // A division by zero is null on SQLite, and an error on PostgreSQL.
                let (one, other) = (self.scalar(one)?, self.scalar(other)?);
                Ok(format!("({one} {} nullif({other}, 0))", operator.symbol()))
            }
            _ => Err(Unsupported),
        }
    }

    /// More digits after the point: on SQLite decimals are scaled integers.
    fn scaled(&mut self, part: NodeId, scale: u8) -> Written {
        let written = self.scalar(part)?;
        let power = 10_i64.pow(u32::from(scale.saturating_sub(scale_of(self.kind(part)))));
        Ok(self.either(|| format!("({written} * {power})"), || format!("cast({written} as numeric)")))
    }

    fn at_one_scale(&mut self, one: NodeId, other: NodeId) -> Result<(String, String), Unsupported> {
        let (first, second) = (scale_of(self.kind(one)), scale_of(self.kind(other)));
        let most = first.max(second);
        let mut side = |id, scale| if scale < most { self.scaled(id, most) } else { self.scalar(id) };
        Ok((side(one, first)?, side(other, second)?))
    }
}

/// Digits after the point.
fn scale_of(kind: &Type) -> u8 {
    match kind {
        Type::Decimal { scale } | Type::Money { scale } => *scale,
        _ => 0,
    }
}
