//! From what is written to typed nodes: names are resolved against the catalog, every
//! part gets its type, and every mistake is gathered.

mod call;
mod compare;
mod compute;
mod name;

use super::datum::Datum;
use super::evaluate::fold;
use super::kind::Type;
use super::path::{Name, Path};
use super::place::{Mistake, Span};
use super::syntax::{Form, Id, Operator, Syntax};
use super::tree::{Node, NodeId, Tree};
use super::{Allowed, Surroundings};
use crate::catalog::Definition;
use crate::decimal::{DIGITS_MAX, Decimal};
use crate::id::ObjectNo;

/// What a checked expression consists of.
pub(super) struct Checked {
    /// Its nodes.
    pub(super) tree: Tree,
    /// What it reads.
    pub(super) reads: Vec<Path>,
    /// Where its text names fields.
    pub(super) names: Vec<Name>,
}

/// Checks an expression.
pub(super) fn check(syntax: &Syntax<'_>, surroundings: &Surroundings<'_>) -> Result<Checked, Vec<Mistake>> {
    let mut checker = Checker {
        syntax,
        surroundings,
        tree: Tree::default(),
        reads: Vec::new(),
        names: Vec::new(),
        elements: Vec::new(),
        mistakes: Vec::new(),
    };
    let root = checker.check(syntax.root);
    let Checker { tree, reads, mut names, mut mistakes, .. } = checker;
    if root.is_some_and(|root| *tree.kind(root) == Type::Duration) {
        let span = syntax.nodes[syntax.root].span;
        mistakes.push(
            Mistake::new(span, "an expression cannot give a duration")
                .hint("compare it with another, or use `getHours(…)`"),
        );
    }
    if !mistakes.is_empty() || root.is_none() {
        mistakes.sort_by_key(|mistake| mistake.span.start);
        return Err(mistakes);
    }
    names.sort_by_key(|name| (name.start, name.field));
    names.dedup();
    Ok(Checked { tree, reads, names })
}

struct Checker<'a, 'c> {
    syntax: &'a Syntax<'a>,
    surroundings: &'a Surroundings<'c>,
    tree: Tree,
    reads: Vec<Path>,
    names: Vec<Name>,
    /// The names of the elements at hand, outermost first.
    elements: Vec<&'a str>,
    mistakes: Vec<Mistake>,
}

/// `None` where a mistake was noted.
type Checking = Option<NodeId>;

impl<'a, 'c> Checker<'a, 'c> {
    fn allowed(&self) -> Allowed {
        self.surroundings.allowed
    }

    fn definition(&self, number: ObjectNo) -> Option<&'c Definition> {
        let own = self.surroundings.object;
        if number == own.number { Some(own) } else { (self.surroundings.definitions)(number) }
    }

    fn wrong<T>(&mut self, mistake: Mistake) -> Option<T> {
        self.mistakes.push(mistake);
        None
    }

    fn span(&self, id: Id) -> Span {
        self.syntax.nodes[id].span
    }

    fn add(&mut self, node: Node, kind: Type) -> Checking {
        Some(self.tree.add(node, kind))
    }

    fn literal(&mut self, datum: Datum<'static>, kind: Type) -> Checking {
        self.add(Node::Literal(Box::new(datum)), kind)
    }

    /// The value of a node that stands in the text.
    fn literal_of(&self, id: NodeId) -> Option<&Datum<'static>> {
        match self.tree.node(id) {
            Node::Literal(datum) => Some(datum),
            _ => None,
        }
    }

    /// Adds a node whose parts were the last to be added; one that is the same whatever
    /// the record is evaluated at once.
    fn add_folded(&mut self, node: Node, kind: Type, parts: &[NodeId], span: Span) -> Checking {
        let constant = !parts.is_empty() && parts.iter().all(|part| self.literal_of(*part).is_some());
        let id = self.tree.add(node, kind.clone());
        if !constant {
            return Some(id);
        }
        match fold(&self.tree, id) {
            Ok(datum) => {
                self.tree.truncate(parts[0]);
                self.literal(datum, kind)
            }
            Err(problem) => self.wrong(Mistake::new(span, problem)),
        }
    }

    fn check(&mut self, id: Id) -> Checking {
        let syntax = self.syntax;
        let span = self.span(id);
        match &syntax.nodes[id].form {
            Form::Null => self.literal(Datum::Null, Type::Null),
            Form::Boolean(truth) => self.literal(Datum::Boolean(*truth), Type::Boolean),
            Form::Number(digits) => self.number(digits, span),
            Form::Text(text) => self.literal(Datum::Text(text.clone().into()), Type::Text),
            Form::List(items) => self.list(items),
            Form::Name(_) | Form::Member(..) => self.name(id),
            Form::Call(name, arguments) => self.call(name, arguments, span),
            Form::Not(operand) => {
                let operand = self.condition(*operand)?;
                self.add(Node::Not(operand), Type::Boolean)
            }
            Form::Negative(operand) => self.negative(*operand, span),
            Form::All(operands) => {
                let operands = self.conditions(operands)?;
                self.add(Node::All(operands), Type::Boolean)
            }
            Form::Any(operands) => {
                let operands = self.conditions(operands)?;
                self.add(Node::Any(operands), Type::Boolean)
            }
            Form::Binary(operator, left, right) => self.binary(*operator, *left, *right, span),
            Form::Choice(condition, then, otherwise) => self.choice(*condition, *then, *otherwise),
        }
    }

    fn number(&mut self, digits: &str, span: Span) -> Checking {
        let Some((_, fraction)) = digits.split_once('.') else {
            return match digits.parse() {
                Ok(integer) => self.literal(Datum::Integer(integer), Type::Integer),
                Err(_) => self.wrong(Mistake::new(span, "the integer does not fit 64 bits")),
            };
        };
        let scale = u8::try_from(fraction.len()).unwrap_or(u8::MAX);
        match Decimal::parse(digits, scale.min(DIGITS_MAX)) {
            Ok(decimal) if scale <= DIGITS_MAX => {
                self.literal(Datum::Decimal(decimal), Type::Decimal { scale })
            }
            _ => self.wrong(Mistake::new(span, format!("the number has more than {DIGITS_MAX} digits"))),
        }
    }

    /// A list outside of `in`: of texts.
    fn list(&mut self, items: &[Id]) -> Checking {
        let checked: Vec<Checking> = items.iter().map(|item| self.check(*item)).collect();
        let mut nodes = Vec::with_capacity(items.len());
        for (item, node) in items.iter().zip(checked) {
            let node = node?;
            if *self.tree.kind(node) != Type::Text {
                let message = format!("a list holds texts, not {}", self.tree.kind(node));
                return self.wrong(
                    Mistake::new(self.span(*item), message).hint("other values can be listed after `in`"),
                );
            }
            nodes.push(node);
        }
        self.add(Node::List(nodes.into()), Type::Texts)
    }

    /// A part that must be true or false.
    fn condition(&mut self, id: Id) -> Checking {
        let node = self.check(id)?;
        match self.tree.kind(node) {
            Type::Boolean | Type::Null => Some(node),
            other => {
                let mistake = Mistake::new(self.span(id), format!("true or false is expected, not {other}"));
                let text = match other {
                    Type::Text | Type::Texts => Some("compare it, as in `size(…) > 0`"),
                    Type::Record { .. } => Some("ask whether it is set with `has(…)`"),
                    _ => None,
                };
                self.wrong(match text {
                    Some(text) => mistake.hint(text),
                    None => mistake,
                })
            }
        }
    }

    fn conditions(&mut self, ids: &[Id]) -> Option<Box<[NodeId]>> {
        let checked: Vec<Checking> = ids.iter().map(|id| self.condition(*id)).collect();
        checked.into_iter().collect()
    }

    fn choice(&mut self, condition: Id, then: Id, otherwise: Id) -> Checking {
        let (span, checked) = (self.span(then).to(self.span(otherwise)), self.condition(condition));
        let (then, otherwise) = (self.check(then), self.check(otherwise));
        let (condition, mut sides) = (checked?, [then?, otherwise?]);
        let kind = self.common(&mut sides, span)?;
        self.add(Node::Choice(condition, sides[0], sides[1]), kind)
    }

    /// Brings parts to the type that they have in common.
    fn common(&mut self, parts: &mut [NodeId], span: Span) -> Option<Type> {
        let mut kind = Type::Null;
        for part in parts.iter() {
            let other = self.tree.kind(*part);
            match kind.with(other) {
                Some(both) => kind = both,
                None => {
                    let message = format!("{kind} and {other} have no common type");
                    return self.wrong(Mistake::new(span, message));
                }
            }
        }
        for part in parts.iter_mut() {
            *part = self.scaled(*part, &kind, span)?;
        }
        Some(kind)
    }

    /// The same part with as many digits after the point as the type has.
    fn scaled(&mut self, part: NodeId, wanted: &Type, span: Span) -> Checking {
        let scale = match (self.tree.kind(part), wanted) {
            (Type::Integer, Type::Decimal { scale }) => *scale,
            (Type::Decimal { scale: has }, Type::Decimal { scale })
            | (Type::Money { scale: has }, Type::Money { scale })
                if has < scale =>
            {
                *scale
            }
            _ => return Some(part),
        };
        let id = self.tree.add(Node::Scaled(part, scale), wanted.clone());
        if self.literal_of(part).is_none() {
            return Some(id);
        }
        match fold(&self.tree, id) {
            Ok(datum) => self.literal(datum, wanted.clone()),
            Err(problem) => self.wrong(Mistake::new(span, problem)),
        }
    }

    fn binary(&mut self, operator: Operator, left: Id, right: Id, span: Span) -> Checking {
        match operator {
            Operator::In => self.contained(left, right),
            Operator::Equal
            | Operator::NotEqual
            | Operator::Less
            | Operator::LessOrEqual
            | Operator::Greater
            | Operator::GreaterOrEqual => self.compared(operator, left, right, span),
            Operator::Add
            | Operator::Subtract
            | Operator::Multiply
            | Operator::Divide
            | Operator::Remainder => self.computed(operator, left, right, span),
        }
    }
}
