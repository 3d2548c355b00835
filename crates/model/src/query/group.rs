//! What the records of a group have in common.

use super::aggregate::value;
use super::filter::compile;
use crate::catalog::{Catalog, Object};
use crate::expression::{Expression, Given, Node, Type};
use crate::fault::{Code, Fault, Faults};
use crate::value::ColumnKind;

/// One thing that the records of a group have in common.
#[derive(Clone, Debug)]
pub struct Group {
    /// As the caller wrote it, which is its name in the answer.
    pub name: String,
    /// What it is.
    pub of: Expression,
    /// Which part of a date or time, if not all of it.
    pub part: Option<DatePart>,
    /// The kinds of its columns: one, but for references, which have one for each object
    /// that they can lead to.
    pub columns: Vec<ColumnKind>,
}

/// Parts of dates and times by which records are grouped, in UTC.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DatePart {
    /// `2026`.
    Year,
    /// `2026-Q4`.
    Quarter,
    /// `2026-11`.
    Month,
    /// `2026-11-23`.
    Day,
}

impl DatePart {
    /// The words on the wire.
    pub const WORDS: [(&'static str, Self); 4] =
        [("year", Self::Year), ("quarter", Self::Quarter), ("month", Self::Month), ("day", Self::Day)];
}

/// Reads one entry of `group_by`: an expression, and behind `:` the part of a date.
pub(super) fn group(text: &str, object: &Object, catalog: &Catalog, given: Given) -> Result<Group, Faults> {
    let found = DatePart::WORDS.iter().find_map(|(word, part)| {
        let source = text.strip_suffix(word)?.strip_suffix(':')?;
        Some((source, *part))
    });
    let (source, part) = found.map_or((text, None), |(source, part)| (source, Some(part)));
    let kind = compile(source, object, catalog)?.kind().clone();
    let refused = |message: String| vec![Fault::new(Code::InvalidExpression, message)];
    let of = match kind {
        Type::Record { .. } => {
            let of = compile(source, object, catalog)?;
            let is_read = matches!(of.tree().node(of.tree().root()), Node::Read(_));
            if !is_read {
                return Err(refused("only a reference itself can be grouped by".to_owned()));
            }
            of
        }
        Type::Money { .. } => {
            let mut faults = refused("money is grouped by its parts".to_owned());
            faults[0].hint = Some(format!("write `{source}.amount` or `{source}.currency`"));
            return Err(faults);
        }
        _ => value(source, object, catalog, given)?,
    };
    if part.is_some() && !matches!(kind, Type::Date | Type::Datetime) {
        return Err(refused(format!("{kind} has no year, quarter, month or day")));
    }
    let columns = match (&kind, part) {
        (_, Some(_)) => vec![ColumnKind::Text],
        (kind, None) => columns(kind).ok_or_else(|| refused(format!("records are not grouped by {kind}")))?,
    };
    Ok(Group { name: text.to_owned(), of, part, columns })
}

fn columns(kind: &Type) -> Option<Vec<ColumnKind>> {
    Some(match kind {
        Type::Boolean => vec![ColumnKind::Boolean],
        Type::Integer => vec![ColumnKind::Integer],
        Type::Decimal { scale } => vec![ColumnKind::Decimal { scale: *scale }],
        Type::Text => vec![ColumnKind::Text],
        Type::Date => vec![ColumnKind::Date],
        Type::Datetime => vec![ColumnKind::Timestamp],
        Type::Record { objects } => vec![ColumnKind::Uuid; objects.len()],
        Type::Money { .. } | Type::Duration | Type::Texts | Type::Json | Type::Null => return None,
    })
}
