//! Calls: which row of the table of functions is meant, and what it gives.

use super::{Checker, Checking};
use crate::decimal::DIGITS_MAX;
use crate::expression::calendar::parse_offset;
use crate::expression::datum::Datum;
use crate::expression::functions::{self, Function, Gives, Takes};
use crate::expression::kind::Type;
use crate::expression::overload::Overload;
use crate::expression::pattern::Pattern;
use crate::expression::place::{Mistake, Span, shown};
use crate::expression::syntax::{Form, Id, Word};
use crate::expression::tree::{Node, NodeId};
use crate::fault::near_miss;
use crate::limits::EXPRESSION_DEPTH_MAX;

impl<'a, 'c> Checker<'a, 'c> {
    pub(super) fn call(&mut self, word: &Word<'a>, arguments: &'a [Id], span: Span) -> Checking {
        let rows = self.rows(word, arguments.len())?;
        if let Some(row) = rows.iter().find(|row| matches!(row.overload, Overload::Exists | Overload::ForAll))
        {
            return self.quantified(row.overload, arguments);
        }
        let checked: Vec<Checking> = arguments.iter().map(|argument| self.check(*argument)).collect();
        let checked: Vec<NodeId> = checked.into_iter().collect::<Option<_>>()?;
        self.call_checked(word, arguments, checked, span)
    }

    /// The ways to call a function with so many arguments.
    fn rows(&mut self, word: &Word<'_>, count: usize) -> Option<Vec<&'static Function>> {
        let of_name: Vec<&Function> =
            functions::ALL.iter().filter(|function| function.name == word.text).collect();
        if of_name.is_empty() {
            let mistake = Mistake::new(word.span, format!("there is no function {}", shown(word.text)));
            let meant = near_miss(word.text, functions::ALL.iter().map(|function| function.name));
            return self.wrong(match meant {
                Some(meant) => mistake.hint(format!("did you mean `{meant}`?")),
                None => mistake,
            });
        }
        let fitting: Vec<&Function> =
            of_name.iter().copied().filter(|function| function.takes_count(count)).collect();
        if fitting.is_empty() {
            let message = format!("`{}` does not take {count} arguments", word.text);
            return self.wrong(Mistake::new(word.span, message).hint(ways(&of_name)));
        }
        Some(fitting)
    }

    pub(super) fn call_checked(
        &mut self,
        word: &Word<'_>,
        written: &[Id],
        arguments: Vec<NodeId>,
        span: Span,
    ) -> Checking {
        let rows = self.rows(word, arguments.len())?;
        let fits = |row: &&&Function| {
            let mut places = arguments.iter().enumerate();
            places.all(|(place, node)| accepts(row.takes_at(place), self.tree.kind(*node)))
        };
        let Some(row) = rows.iter().find(fits) else {
            let given: Vec<String> =
                arguments.iter().map(|argument| self.tree.kind(*argument).to_string()).collect();
            let message = format!("`{}` does not take {}", word.text, given.join(" and "));
            return self.wrong(Mistake::new(span, message).hint(ways(&rows)));
        };
        if matches!(row.overload, Overload::Now | Overload::Today) && !self.allowed().clock {
            let message = format!("`{}()` cannot be used here", word.text);
            return self.wrong(
                Mistake::new(span, message).hint("what is stored does not change with time by itself"),
            );
        }
        self.build(row, written, arguments, span)
    }

    fn build(&mut self, row: &Function, written: &[Id], mut arguments: Vec<NodeId>, span: Span) -> Checking {
        for (place, id) in written.iter().enumerate() {
            match row.takes_at(place) {
                Takes::Pattern => return self.pattern(arguments[0], arguments[place], *id),
                Takes::Zone => {
                    let seconds = self.zone(arguments[place], *id)?;
                    self.tree.replace(arguments[place], Node::Literal(Box::new(Datum::Integer(seconds))));
                }
                Takes::Digits => self.digits(arguments[place], *id)?,
                _ => {}
            }
        }
        let kind = match row.gives {
            Gives::Common => self.common(&mut arguments, span)?,
            gives => self.gives(gives, &arguments),
        };
        let parts: Box<[NodeId]> = arguments.as_slice().into();
        let literals = parts.iter().map(|part| self.literal_of(*part).cloned()).collect::<Option<Vec<_>>>();
        let node = self.add_folded(Node::Call(row.overload, parts), kind, &arguments, span)?;
        // What reads a text gives null for one that it cannot read; if that text stands in
        // the expression, it is a slip of the hand.
        if let Some(literals) = literals
            && !literals.is_empty()
            && !literals.contains(&Datum::Null)
            && self.literal_of(node) == Some(&Datum::Null)
        {
            let message = format!("`{}` cannot read what stands here", row.name);
            return self.wrong(Mistake::new(span, message).hint(format!("as in `{}`", row.example)));
        }
        Some(node)
    }

    fn gives(&self, gives: Gives, arguments: &[NodeId]) -> Type {
        let first = arguments.first().map_or(&Type::Null, |first| self.tree.kind(*first));
        let scale = match first {
            Type::Decimal { scale } | Type::Money { scale } => *scale,
            _ => 0,
        };
        let digits = arguments.get(1).and_then(|digits| match self.literal_of(*digits) {
            Some(Datum::Integer(digits)) => u8::try_from(*digits).ok(),
            _ => None,
        });
        match gives {
            Gives::Boolean => Type::Boolean,
            Gives::Integer => Type::Integer,
            Gives::Text => Type::Text,
            Gives::Date => Type::Date,
            Gives::Datetime => Type::Datetime,
            Gives::Duration => Type::Duration,
            Gives::Decimal => Type::Decimal { scale },
            Gives::DecimalOf => Type::Decimal { scale: digits.unwrap_or(scale) },
            Gives::Money => Type::Money { scale },
            Gives::Rounded => match first {
                Type::Decimal { .. } => Type::Decimal { scale: digits.unwrap_or(scale).min(scale) },
                Type::Money { .. } => Type::Money { scale: digits.unwrap_or(scale).min(scale) },
                other => other.clone(),
            },
            Gives::Same | Gives::Common => first.clone(),
        }
    }

    fn digits(&mut self, node: NodeId, id: Id) -> Option<()> {
        match self.literal_of(node) {
            Some(Datum::Integer(digits)) if (0..=i64::from(DIGITS_MAX)).contains(digits) => Some(()),
            _ => {
                let message = format!("a number of digits stands here, from 0 to {DIGITS_MAX}, and no name");
                self.wrong(Mistake::new(self.span(id), message))
            }
        }
    }

    fn zone(&mut self, node: NodeId, id: Id) -> Option<i64> {
        let offset = match self.literal_of(node) {
            Some(Datum::Text(text)) => parse_offset(text),
            _ => None,
        };
        if offset.is_none() {
            let mistake = Mistake::new(self.span(id), "a fixed offset from UTC stands here");
            return self.wrong(mistake.hint("as in `'+02:00'`; names of time zones are not known"));
        }
        offset
    }

    fn pattern(&mut self, text: NodeId, pattern: NodeId, id: Id) -> Checking {
        let parsed = match self.literal_of(pattern) {
            Some(Datum::Text(source)) => Pattern::parse(source),
            _ => Err("a pattern stands in the expression itself, between quotes".to_owned()),
        };
        match parsed {
            Ok(pattern) => self.add(Node::Matches(text, Box::new(pattern)), Type::Boolean),
            Err(problem) => self.wrong(Mistake::new(self.span(id), problem)),
        }
    }

    /// `list.exists(e, condition)` and `list.all(e, condition)`.
    fn quantified(&mut self, overload: Overload, arguments: &'a [Id]) -> Checking {
        let [list, element, condition] = arguments else { return None };
        let over = self.check(*list);
        let syntax = self.syntax;
        let Form::Name(name) = &syntax.nodes[*element].form else {
            return self.wrong(Mistake::new(self.span(*element), "a name for the element stands here"));
        };
        if name.quoted || name.text == super::name::OLD || self.elements.len() == EXPRESSION_DEPTH_MAX {
            return self.wrong(Mistake::new(name.span, "the element cannot have this name"));
        }
        self.elements.push(name.text);
        let condition = self.condition(*condition);
        self.elements.pop();
        let (over, condition) = (over?, condition?);
        match self.tree.kind(over) {
            Type::Texts | Type::Null => {}
            other => {
                let message = format!("a list is expected, not {other}");
                return self.wrong(Mistake::new(self.span(*list), message));
            }
        }
        let node = match overload {
            Overload::Exists => Node::Exists(over, condition),
            _ => Node::ForAll(over, condition),
        };
        self.add(node, Type::Boolean)
    }
}

fn accepts(takes: Takes, kind: &Type) -> bool {
    let is_number = matches!(kind, Type::Integer | Type::Decimal { .. });
    match takes {
        Takes::Digits => *kind == Type::Integer,
        Takes::Pattern | Takes::Zone => *kind == Type::Text,
        Takes::Anything => *kind != Type::Duration,
        _ if *kind == Type::Null => true,
        Takes::Text => *kind == Type::Text,
        Takes::Integer => *kind == Type::Integer,
        Takes::Number => is_number,
        Takes::Money => matches!(kind, Type::Money { .. }),
        Takes::NumberOrMoney => is_number || matches!(kind, Type::Money { .. }),
        Takes::Plain => is_number || matches!(kind, Type::Text | Type::Boolean | Type::Date | Type::Datetime),
        Takes::Date => *kind == Type::Date,
        Takes::Datetime => *kind == Type::Datetime,
        Takes::Duration => *kind == Type::Duration,
        Takes::Texts => *kind == Type::Texts,
        Takes::Ordered => kind.is_ordered(),
        Takes::Element | Takes::Condition => false,
    }
}

fn ways(rows: &[&Function]) -> String {
    let ways: Vec<String> = rows.iter().map(|row| format!("`{}`", row.signature())).collect();
    format!("write {}", ways.join(" or "))
}
