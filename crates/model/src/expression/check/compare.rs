//! Comparisons and `in`: what can be compared, and literals that can never be equal.

use super::{Checker, Checking};
use crate::catalog::{FieldKind, SelectOption};
use crate::expression::datum::Datum;
use crate::expression::kind::Type;
use crate::expression::path::{Path, Read};
use crate::expression::place::{Mistake, Span, shown};
use crate::expression::syntax::{Form, Id, Operator};
use crate::expression::tree::{Node, NodeId};
use crate::fault::near_miss;
use crate::id::{ObjectNo, RecordId, parse_typeid};
use crate::value::Link;

impl<'a, 'c> Checker<'a, 'c> {
    pub(super) fn compared(&mut self, operator: Operator, left: Id, right: Id, span: Span) -> Checking {
        let (one, other) = (self.check(left), self.check(right));
        let (one, other) = (one?, other?);
        let one = self.linked(one, other, left)?;
        let other = self.linked(other, one, right)?;
        self.check_option(one, other, right)?;
        self.check_option(other, one, left)?;
        let kinds = (self.tree.kind(one), self.tree.kind(other));
        let is_equality = matches!(operator, Operator::Equal | Operator::NotEqual);
        match kinds.0.with(kinds.1) {
            Some(common) if is_equality || common.is_ordered() => {
                self.add(Node::Binary(operator, one, other), Type::Boolean)
            }
            Some(common) => {
                let message = format!("`{}` does not compare {common}: it has no order", operator.symbol());
                self.wrong(Mistake::new(span, message))
            }
            None => {
                let mistake = incomparable(operator, kinds.0, kinds.1, span);
                self.wrong(mistake)
            }
        }
    }

    /// `x in [a, b]` over values of any type, `x in list` over texts.
    pub(super) fn contained(&mut self, left: Id, right: Id) -> Checking {
        let syntax = self.syntax;
        let one = self.check(left);
        let Form::List(items) = &syntax.nodes[right].form else {
            let (one, list) = (one?, self.check(right)?);
            let kind = self.tree.kind(list).clone();
            if !matches!(kind, Type::Texts | Type::Null) {
                let mistake = Mistake::new(self.span(right), format!("`in` takes a list, not {kind}"));
                return self.wrong(match kind {
                    Type::Text => mistake.hint("use `contains(text, part)`"),
                    _ => mistake.hint("write `x in [a, b]`"),
                });
            }
            let given = self.tree.kind(one).clone();
            if !matches!(given, Type::Text | Type::Null) {
                let message = format!("a list holds texts, not {given}");
                return self.wrong(Mistake::new(self.span(left), message));
            }
            self.check_option(list, one, left)?;
            return self.add(Node::Binary(Operator::In, one, list), Type::Boolean);
        };
        let checked: Vec<Checking> = items.iter().map(|item| self.check(*item)).collect();
        let one = one?;
        let mut nodes = Vec::with_capacity(items.len());
        for (item, node) in items.iter().zip(checked) {
            let node = self.linked(node?, one, *item)?;
            self.check_option(one, node, *item)?;
            let kinds = (self.tree.kind(one), self.tree.kind(node));
            if kinds.0.with(kinds.1).is_none() {
                let mistake = incomparable(Operator::Equal, kinds.0, kinds.1, self.span(*item));
                return self.wrong(mistake);
            }
            nodes.push(node);
        }
        self.add(Node::OneOf(one, nodes.into()), Type::Boolean)
    }

    /// A literal id beside a record becomes a link; anything else stays as it is.
    fn linked(&mut self, node: NodeId, beside: NodeId, id: Id) -> Checking {
        let (Some(Datum::Text(text)), Type::Record { objects }) =
            (self.literal_of(node), self.tree.kind(beside))
        else {
            return Some(node);
        };
        let (text, objects) = (text.clone().into_owned(), objects.clone());
        match self.link(&text, &objects) {
            Some(link) => {
                let kind = Type::Record { objects: vec![link.object] };
                self.literal(Datum::Link(link), kind)
            }
            None => {
                let prefixes: Vec<String> = objects
                    .iter()
                    .filter_map(|object| self.definition(*object))
                    .map(|definition| format!("`{}_…`", definition.prefix))
                    .collect();
                let message = format!("{} is not the id of such a record", shown(&text));
                let hint = format!("write an id that begins with {}", prefixes.join(" or "));
                self.wrong(Mistake::new(self.span(id), message).hint(hint))
            }
        }
    }

    fn link(&self, text: &str, objects: &[ObjectNo]) -> Option<Link> {
        let (prefix, id) = parse_typeid(text).ok()?;
        let mut found = objects.iter().filter_map(|object| self.definition(*object));
        let object = found.find(|definition| definition.prefix == prefix)?.number;
        Some(Link { object, id: RecordId(id) })
    }

    /// A literal text beside a select must be one of its options: otherwise the
    /// comparison says the same of every record.
    fn check_option(&mut self, select: NodeId, literal: NodeId, id: Id) -> Option<()> {
        let Some(Datum::Text(text)) = self.literal_of(literal) else { return Some(()) };
        let Some((name, options)) = self.options_of(select) else { return Some(()) };
        if options.iter().any(|option| option.value == *text) {
            return Some(());
        }
        let mistake =
            Mistake::new(self.span(id), format!("{} is not one of the options of `{name}`", shown(text)));
        let meant = near_miss(text, options.iter().map(|option| option.value.as_str()));
        let mistake = match meant {
            Some(meant) => mistake.hint(format!("did you mean `{meant}`?")),
            None => mistake,
        };
        self.wrong(mistake)
    }

    fn options_of(&self, node: NodeId) -> Option<(&'c str, &'c [SelectOption])> {
        let Node::Read(index) = self.tree.node(node) else { return None };
        let Path { object, read: Read::Field(number), .. } = self.reads.get(usize::from(*index))? else {
            return None;
        };
        let field = self.definition(*object)?.fields.iter().find(|field| field.number == *number)?;
        match &field.kind {
            FieldKind::Select { options } | FieldKind::MultiSelect { options } => {
                Some((&field.name, options))
            }
            _ => None,
        }
    }
}

fn incomparable(operator: Operator, one: &Type, other: &Type, span: Span) -> Mistake {
    let message = format!("`{}` cannot compare {one} with {other}", operator.symbol());
    let mistake = Mistake::new(span, message);
    let hint = match (one, other) {
        (Type::Date, Type::Text) | (Type::Text, Type::Date) => "write a date as `date('2026-11-23')`",
        (Type::Datetime, Type::Text) | (Type::Text, Type::Datetime) => {
            "write a time as `timestamp('2026-11-23T09:00:00Z')`"
        }
        (Type::Date, Type::Datetime) | (Type::Datetime, Type::Date) => {
            "make both dates with `date(…)`, or both times with `timestamp(…)`"
        }
        (Type::Money { .. }, Type::Integer | Type::Decimal { .. })
        | (Type::Integer | Type::Decimal { .. }, Type::Money { .. }) => {
            "compare the number with `.amount`, or with `money(…, 'EUR')`"
        }
        (Type::Texts, Type::Text) => "use `'x' in list`",
        (Type::Text, Type::Integer | Type::Decimal { .. })
        | (Type::Integer | Type::Decimal { .. }, Type::Text) => "leave out the quotes, or use `string(…)`",
        _ => return mistake,
    };
    mistake.hint(hint)
}
