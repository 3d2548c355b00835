//! Expressions: conditions and computed values over a record, in the syntax of CEL with
//! types and nulls of our own. An expression is compiled once against the catalog, and
//! then knows its type, what it reads, and where its text names a field.
//!
//! Evaluating touches nothing but its arguments: records come through [`Record`], the
//! time is given. The language is described in `docs/expressions.md`.

mod calendar;
mod check;
mod datum;
mod evaluate;
mod fit;
mod functions;
mod kind;
mod lex;
mod number;
mod overload;
mod parse;
mod path;
mod pattern;
mod place;
mod portable;
mod rename;
mod syntax;
mod tree;
mod trouble;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::catalog::Definition;
use crate::fault::Faults;
use crate::id::{FieldNo, ObjectNo};
use crate::limits::FAULTS_MAX;
use crate::time::Timestamp;
use crate::value::Value;

pub use calendar::Part;
pub use datum::Datum;
pub use fit::fit;
pub use functions::table as functions;
pub use kind::Type;
pub use overload::Overload;
pub use path::{Failure, Name, Own, Path, Read, Record, SystemField};
pub use pattern::Pattern;
pub use syntax::Operator;
pub use tree::{Node, NodeId, Tree};

/// What an expression is compiled in: the object whose records it is about, and the
/// definitions of all objects that references can lead to.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// The object whose records it is evaluated over.
    pub object: &'a Definition,
    /// The definition of another object by its number.
    pub definitions: &'a dyn Fn(ObjectNo) -> Option<&'a Definition>,
    /// What the place where it stands allows.
    pub allowed: Allowed,
}

/// What an expression may use where it stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Allowed {
    /// `now()` and `today()`.
    pub clock: bool,
    /// How many references deep it may read; 0 for its own record only.
    pub paths: u8,
    /// `old`, the record before the write.
    pub old: bool,
}

/// What is given to an evaluation beside the record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Given {
    /// The time of `now()` and, in UTC, of `today()`.
    pub now: Timestamp,
}

/// A compiled expression: immutable, shared by cloning.
#[derive(Clone, Debug)]
pub struct Expression(Arc<Compiled>);

#[derive(Debug)]
struct Compiled {
    source: Box<str>,
    tree: Tree,
    reads: Box<[Path]>,
    names: Box<[Name]>,
}

impl Expression {
    /// Compiles an expression.
    ///
    /// # Errors
    /// Every fault that was found, each of [`crate::fault::Code::InvalidExpression`] with
    /// its place in the text, and without a pointer: the caller knows where the text stood.
    pub fn compile(source: &str, surroundings: &Surroundings<'_>) -> Result<Self, Faults> {
        let syntax = parse::parse(source).map_err(|mistake| vec![mistake.fault(source)])?;
        let checked = check::check(&syntax, surroundings).map_err(|mistakes| {
            mistakes.into_iter().take(FAULTS_MAX).map(|mistake| mistake.fault(source)).collect::<Faults>()
        })?;
        let check::Checked { mut tree, reads, names } = checked;
        tree.shrink();
        let compiled = Compiled { source: source.into(), tree, reads: reads.into(), names: names.into() };
        Ok(Self(Arc::new(compiled)))
    }

    /// The text it was compiled from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.0.source
    }

    /// Its type; see [`Type::fits`] and [`Type::is_condition`].
    #[must_use]
    pub fn kind(&self) -> &Type {
        self.0.tree.kind(self.0.tree.root())
    }

    /// Its typed nodes, for who turns them into something else than a value.
    #[must_use]
    pub fn tree(&self) -> &Tree {
        &self.0.tree
    }

    /// What it reads, each once. A reference on the way to something is in that path's
    /// `via` and not listed by itself.
    #[must_use]
    pub fn reads(&self) -> &[Path] {
        &self.0.reads
    }

    /// Where its text names fields, in the order of the text. A name behind a reference
    /// to several objects stands there once for each of them.
    #[must_use]
    pub fn names(&self) -> &[Name] {
        &self.0.names
    }

    /// The text with a field's new name, or `None` when it does not name that field. Where
    /// one name stands for the fields of several objects it is left: the earlier name
    /// keeps working.
    #[must_use]
    pub fn renamed(&self, object: ObjectNo, field: FieldNo, new_name: &str) -> Option<String> {
        rename::renamed(&self.0.source, &self.0.names, object, field, new_name)
    }

    /// The value of a part that is the same for every record at one time. `None` when it
    /// is not, and when it cannot be computed.
    #[must_use]
    pub fn constant(&self, part: NodeId, given: &Given) -> Option<Datum<'static>> {
        evaluate::constant(&self.0.tree, part, given)
    }

    /// Evaluates it over a record.
    ///
    /// # Errors
    /// See [`Failure`].
    pub fn evaluate(&self, record: &dyn Record, given: &Given) -> Result<Value, Failure> {
        match evaluate::evaluate(&self.0.tree, &self.0.reads, record, given) {
            Ok(datum) => Ok(datum.into_value()),
            Err(trouble) => Err(trouble.failure(&self.0.source)),
        }
    }

    /// Evaluates a condition over a record; `None` where it is null. (What is no condition
    /// is null as well.)
    ///
    /// # Errors
    /// See [`Failure`].
    pub fn evaluate_bool(&self, record: &dyn Record, given: &Given) -> Result<Option<bool>, Failure> {
        match evaluate::evaluate(&self.0.tree, &self.0.reads, record, given) {
            Ok(Datum::Boolean(truth)) => Ok(Some(truth)),
            Ok(_) => Ok(None),
            Err(trouble) => Err(trouble.failure(&self.0.source)),
        }
    }
}
