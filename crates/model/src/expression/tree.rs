//! A compiled expression: typed nodes in one vector, each after its parts.

use super::datum::Datum;
use super::kind::Type;
use super::overload::Overload;
use super::pattern::Pattern;
use super::syntax::Operator;

/// The place of a node in its tree.
pub type NodeId = u16;

/// A node.
#[derive(Debug)]
pub enum Node {
    /// A value that stands in the expression.
    Literal(Box<Datum<'static>>),
    /// What is read, by its place in [`super::Expression::reads`].
    Read(u16),
    /// The same behind a reference to several objects: one path for each of them, of
    /// which at most one has a value.
    ReadAny(Box<[u16]>),
    /// The element at hand of the `exists` or `all` at this depth, counted from the
    /// outermost.
    Element(u8),
    /// A list of texts.
    List(Box<[NodeId]>),
    /// `!a`.
    Not(NodeId),
    /// `-a`.
    Negative(NodeId),
    /// `a && b && c`.
    All(Box<[NodeId]>),
    /// `a || b || c`.
    Any(Box<[NodeId]>),
    /// `a + b`, `a < b`; `in` with a list on the right.
    Binary(Operator, NodeId, NodeId),
    /// `a in [b, c]`.
    OneOf(NodeId, Box<[NodeId]>),
    /// `a ? b : c`.
    Choice(NodeId, NodeId, NodeId),
    /// The same number or amount with more digits after the point.
    Scaled(NodeId, u8),
    /// A function.
    Call(Overload, Box<[NodeId]>),
    /// Whether a text matches a pattern.
    Matches(NodeId, Box<Pattern>),
    /// Whether a condition holds for some element of a list.
    Exists(NodeId, NodeId),
    /// Whether a condition holds for every element of a list.
    ForAll(NodeId, NodeId),
}

impl Node {
    /// The nodes that it consists of, in order.
    pub fn parts(&self) -> impl Iterator<Item = NodeId> {
        let (few, many): ([Option<NodeId>; 3], &[NodeId]) = match self {
            Self::Literal(_) | Self::Read(_) | Self::ReadAny(_) | Self::Element(_) => ([None; 3], &[]),
            Self::Not(part) | Self::Negative(part) | Self::Scaled(part, _) | Self::Matches(part, _) => {
                ([Some(*part), None, None], &[])
            }
            Self::Binary(_, one, other) | Self::Exists(one, other) | Self::ForAll(one, other) => {
                ([Some(*one), Some(*other), None], &[])
            }
            Self::Choice(condition, then, otherwise) => {
                ([Some(*condition), Some(*then), Some(*otherwise)], &[])
            }
            Self::OneOf(one, parts) => ([Some(*one), None, None], parts),
            Self::List(parts) | Self::All(parts) | Self::Any(parts) | Self::Call(_, parts) => {
                ([None; 3], parts)
            }
        };
        few.into_iter().flatten().chain(many.iter().copied())
    }
}

/// A compiled expression's nodes with their types.
#[derive(Debug, Default)]
pub struct Tree {
    nodes: Vec<(Node, Type)>,
}

impl Tree {
    /// Adds a node, whose parts are there. The last one is the whole.
    pub(super) fn add(&mut self, node: Node, kind: Type) -> NodeId {
        self.nodes.push((node, kind));
        self.root()
    }

    /// Takes back what was added from a node on.
    pub(super) fn truncate(&mut self, from: NodeId) {
        self.nodes.truncate(usize::from(from));
    }

    /// Puts another node of the same type in the place of one.
    pub(super) fn replace(&mut self, id: NodeId, node: Node) {
        self.nodes[usize::from(id)].0 = node;
    }

    /// Gives back what was reserved for more nodes.
    pub(super) fn shrink(&mut self) {
        self.nodes.shrink_to_fit();
    }

    /// The whole expression.
    #[must_use]
    pub fn root(&self) -> NodeId {
        NodeId::try_from(self.nodes.len().saturating_sub(1)).unwrap_or(NodeId::MAX)
    }

    /// A node.
    #[must_use]
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[usize::from(id)].0
    }

    /// A node's type.
    #[must_use]
    pub fn kind(&self, id: NodeId) -> &Type {
        &self.nodes[usize::from(id)].1
    }
}
