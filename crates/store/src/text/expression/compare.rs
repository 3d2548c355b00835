//! Comparisons. Equality knows null; order gives null for null.

use kith_model::expression::{Datum, NodeId, Operator, Type};
use kith_model::id::ObjectNo;
use kith_model::value::{Cell, Money};

use super::literal::{Fixed, cell};
use super::{Unsupported, Writer, Written};

impl Writer<'_> {
    /// `==` of which it only matters whether it is true.
    pub(super) fn equal_in_filter(&mut self, one: NodeId, other: NodeId) -> Written {
        self.equality(one, other, " = ")
    }

    /// `==` that is never null.
    pub(super) fn equal(&mut self, one: NodeId, other: NodeId) -> Written {
        let sign = self.either(|| " is ".to_owned(), || " is not distinct from ".to_owned());
        self.equality(one, other, &sign)
    }

    /// `sign` compares with a value that is not null; columns are always compared with
    /// what knows null.
    fn equality(&mut self, one: NodeId, other: NodeId, sign: &str) -> Written {
        let (one, other, fixed) = match (self.constant(one), self.constant(other)) {
            (_, Some(fixed)) => (one, other, Some(fixed)),
            (Some(fixed), None) => (other, one, Some(fixed)),
            (None, None) => (one, other, None),
        };
        match (self.kind(one), fixed) {
            (_, Some(Datum::Null)) => self.is_null(one),
            (Type::Money { .. }, Some(Datum::Money(money))) => self.money_is(one, money, sign),
            (Type::Money { .. }, None) => {
                let ((first, first_code), (second, second_code)) = (self.money(one)?, self.money(other)?);
                let same = self.same();
                Ok(format!("({first}{same}{second} and {first_code}{same}{second_code})"))
            }
            (Type::Record { .. }, Some(Datum::Link(link))) => {
                match self.links(one)?.into_iter().find(|(object, _)| *object == link.object) {
                    Some((_, column)) => Ok(format!("({column}{sign}{})", self.bind(Cell::Uuid(link.id.0)))),
                    None => Ok("false".to_owned()),
                }
            }
            (Type::Record { .. }, None) => self.same_record(one, other),
            (kind @ (Type::Integer | Type::Decimal { .. }), Some(fixed)) => {
                let fixed = Fixed::of(&fixed).ok_or(Unsupported)?;
                match fixed.floor(super::scale_of(kind)) {
                    (unscaled, true) => {
                        let bound = cell(kind, unscaled)?;
                        Ok(format!("({}{sign}{})", self.scalar(one)?, self.bind(bound)))
                    }
                    // No such number has so many digits after the point.
                    (_, false) => Ok("false".to_owned()),
                }
            }
            (_, Some(fixed)) => {
                let one = self.scalar(one)?;
                Ok(format!("({one}{sign}{})", self.literal(&fixed)?))
            }
            (_, None) => {
                let same = self.same();
                let (one, other) = self.at_one_scale(one, other)?;
                Ok(format!("({one}{same}{other})"))
            }
        }
    }

    fn same(&self) -> String {
        self.either(|| " is ".to_owned(), || " is not distinct from ".to_owned())
    }

    pub(super) fn is_null(&mut self, id: NodeId) -> Written {
        match self.kind(id) {
            Type::Money { .. } | Type::Texts | Type::Json => Ok(format!("({} is null)", self.column(id)?)),
            Type::Record { .. } => {
                let columns: Vec<String> =
                    self.links(id)?.into_iter().map(|(_, column)| format!("{column} is null")).collect();
                Ok(format!("({})", columns.join(" and ")))
            }
            _ => Ok(format!("({} is null)", self.scalar(id)?)),
        }
    }

    fn money_is(&mut self, one: NodeId, money: Money, sign: &str) -> Written {
        let kind = self.kind(one);
        let (unscaled, true) = Fixed::from(money.amount).floor(super::scale_of(kind)) else {
            return Ok("false".to_owned());
        };
        let (amount, code) = self.money(one)?;
        let bound = cell(kind, unscaled)?;
        let bound = self.bind(bound);
        let currency = self.bind(Cell::Text(money.currency.as_str().to_owned().into()));
        Ok(format!("({amount}{sign}{bound} and {code}{sign}{currency})"))
    }

    /// The amount and the currency of money that is stored. That of a roll-up has its
    /// currency from its definition.
    pub(super) fn money(&mut self, id: NodeId) -> Result<(String, String), Unsupported> {
        let stored = self.columns(id)?;
        let amount = stored.first();
        let code = match (stored.columns, self.currency(id)) {
            (_, Some(currency)) => {
                let currency = self.bind(Cell::Text(currency.into()));
                format!("(case when {amount} is null then null else {currency} end)")
            }
            ([_, code], None) => stored.qualified(code),
            _ => return Err(Unsupported),
        };
        Ok((amount, code))
    }

    /// The column of each object that a reference, or an id, can lead to.
    fn links(&self, id: NodeId) -> Result<Vec<(ObjectNo, String)>, Unsupported> {
        let object = self.path(id)?.object;
        let stored = self.columns(id)?;
        let columns = stored.columns.iter();
        Ok(columns.map(|column| (column.target.unwrap_or(object), stored.qualified(column))).collect())
    }

    fn same_record(&mut self, one: NodeId, other: NodeId) -> Written {
        let (one, other) = (self.links(one)?, self.links(other)?);
        let mut objects: Vec<ObjectNo> = one.iter().chain(&other).map(|(object, _)| *object).collect();
        objects.sort_unstable();
        objects.dedup();
        let column = |links: &[(ObjectNo, String)], object| {
            let found = links.iter().find(|(target, _)| *target == object);
            found.map_or_else(|| "null".to_owned(), |(_, column)| column.clone())
        };
        let same = self.same();
        let pairs: Vec<String> = objects
            .into_iter()
            .map(|object| format!("{}{same}{}", column(&one, object), column(&other, object)))
            .collect();
        Ok(format!("({})", pairs.join(" and ")))
    }

    /// `<` and its like.
    pub(super) fn ordered(&mut self, operator: Operator, one: NodeId, other: NodeId) -> Written {
        let kind = self.kind(one);
        match (self.number(one), self.number(other)) {
            (_, Some(fixed)) => return self.beside_number(operator, one, fixed),
            (Some(fixed), _) => return self.beside_number(turned(operator), other, fixed),
            (None, None) => {}
        }
        let collation = match kind {
            Type::Text => self.either(String::new, || " collate \"C\"".to_owned()),
            _ => String::new(),
        };
        let (one, other) = self.at_one_scale(one, other)?;
        Ok(format!("({one}{collation} {} {other})", operator.symbol()))
    }

    /// A part beside a number, which is brought to the part's own digits, so that the part
    /// stays as it is and an index serves it: `x < 0.125` is `x < 0.13` at two digits.
    fn beside_number(&mut self, operator: Operator, one: NodeId, fixed: Fixed) -> Written {
        let kind = self.kind(one);
        if *kind == Type::Null {
            return Ok("null".to_owned());
        }
        let (floor, is_exact) = fixed.floor(super::scale_of(kind));
        let above = matches!(operator, Operator::Less | Operator::GreaterOrEqual) && !is_exact;
        let bound = cell(kind, if above { floor + 1 } else { floor })?;
        let one = self.scalar(one)?;
        Ok(format!("({one} {} {})", operator.symbol(), self.bind(bound)))
    }

    /// Whether a text is among the elements of a stored list.
    pub(super) fn contains(&mut self, one: NodeId, list: NodeId) -> Written {
        let (column, one) = (self.column(list)?, self.scalar(one)?);
        Ok(self.dialect.list_contains(&column, &one))
    }
}

/// The operator with its sides exchanged.
fn turned(operator: Operator) -> Operator {
    match operator {
        Operator::Less => Operator::Greater,
        Operator::LessOrEqual => Operator::GreaterOrEqual,
        Operator::Greater => Operator::Less,
        Operator::GreaterOrEqual => Operator::LessOrEqual,
        other => other,
    }
}
