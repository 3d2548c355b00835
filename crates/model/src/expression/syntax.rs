//! An expression as it is written: what the parser makes and the checker takes. Nodes
//! stand in one vector, so that nothing recurses when it is dropped.

use super::place::Span;

/// The place of a node in [`Syntax::nodes`].
pub(super) type Id = usize;

/// A whole expression.
#[derive(Debug)]
pub(super) struct Syntax<'s> {
    /// Its parts; those of a node stand before it.
    pub(super) nodes: Vec<Written<'s>>,
    /// The whole.
    pub(super) root: Id,
}

/// A node and where it stands.
#[derive(Debug)]
pub(super) struct Written<'s> {
    /// What it is.
    pub(super) form: Form<'s>,
    /// Where.
    pub(super) span: Span,
    /// How many levels of parts it has, itself included.
    pub(super) height: usize,
}

/// A name as it stands in the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word<'s> {
    /// The name.
    pub(super) text: &'s str,
    /// Whether it stands between backticks, which are part of the span.
    pub(super) quoted: bool,
    /// Where.
    pub(super) span: Span,
}

/// What a node is.
#[derive(Debug)]
pub(super) enum Form<'s> {
    /// `null`.
    Null,
    /// `true`, `false`.
    Boolean(bool),
    /// Digits, with or without a fraction.
    Number(&'s str),
    /// Text.
    Text(String),
    /// `[a, b]`.
    List(Vec<Id>),
    /// A field, a variable, `old`.
    Name(Word<'s>),
    /// `of.name`.
    Member(Id, Word<'s>),
    /// `name(arguments)`; `first.name(others)` is the same.
    Call(Word<'s>, Vec<Id>),
    /// `!a`.
    Not(Id),
    /// `-a`.
    Negative(Id),
    /// `a && b && c`.
    All(Vec<Id>),
    /// `a || b || c`.
    Any(Vec<Id>),
    /// `a + b`, `a < b`, `a in b`.
    Binary(Operator, Id, Id),
    /// `a ? b : c`.
    Choice(Id, Id, Id),
}

impl Form<'_> {
    /// The nodes that it consists of.
    pub(super) fn parts(&self) -> impl Iterator<Item = Id> {
        let (few, many): ([Option<Id>; 3], &[Id]) = match self {
            Self::Null | Self::Boolean(_) | Self::Number(_) | Self::Text(_) | Self::Name(_) => {
                ([None; 3], &[])
            }
            Self::Member(of, _) | Self::Not(of) | Self::Negative(of) => ([Some(*of), None, None], &[]),
            Self::Binary(_, left, right) => ([Some(*left), Some(*right), None], &[]),
            Self::Choice(condition, then, otherwise) => {
                ([Some(*condition), Some(*then), Some(*otherwise)], &[])
            }
            Self::List(parts) | Self::Call(_, parts) | Self::All(parts) | Self::Any(parts) => {
                ([None; 3], parts)
            }
        };
        few.into_iter().flatten().chain(many.iter().copied())
    }
}

/// An operator between two operands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operator {
    /// `==`, which knows null.
    Equal,
    /// `!=`, which knows null.
    NotEqual,
    /// `<`.
    Less,
    /// `<=`.
    LessOrEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterOrEqual,
    /// `in`.
    In,
    /// `+`.
    Add,
    /// `-`.
    Subtract,
    /// `*`.
    Multiply,
    /// `/`.
    Divide,
    /// `%`.
    Remainder,
}

impl Operator {
    /// All of them.
    const ALL: [Self; 12] = [
        Self::Equal,
        Self::NotEqual,
        Self::Less,
        Self::LessOrEqual,
        Self::Greater,
        Self::GreaterOrEqual,
        Self::In,
        Self::Add,
        Self::Subtract,
        Self::Multiply,
        Self::Divide,
        Self::Remainder,
    ];

    /// As it is written.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::In => "in",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
        }
    }

    /// The operator that is written so.
    pub(super) fn written(symbol: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operator| operator.symbol() == symbol)
    }

    /// How tightly it binds: 1 for comparisons, 2 for sums, 3 for products.
    pub(super) fn rank(self) -> u8 {
        match self {
            Self::Add | Self::Subtract => 2,
            Self::Multiply | Self::Divide | Self::Remainder => 3,
            _ => 1,
        }
    }
}
