//! The functions.

use kith_model::catalog::FieldKind;
use kith_model::expression::{Datum, NodeId, Overload, Read, Type};
use kith_model::value::Cell;

use super::{Unsupported, Writer, Written};
use crate::dialect::Dialect;

/// The characters that count as white space (Unicode `White_Space`).
const WHITE_SPACE: &str = "\u{9}\u{a}\u{b}\u{c}\u{d} \u{85}\u{a0}\u{1680}\u{2000}\u{2001}\u{2002}\u{2003}\u{2004}\
\u{2005}\u{2006}\u{2007}\u{2008}\u{2009}\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}";

/// No text has as many characters.
const PLACE_MAX: i64 = 1_000_000;

/// More than any scaled integer, and a multiple of every power of ten below it.
const ABOVE: i64 = 1_000_000_000_000_000_000;

impl Writer<'_> {
    pub(super) fn call(&mut self, overload: Overload, arguments: &[NodeId], gives: &Type) -> Written {
        let first = *arguments.first().ok_or(Unsupported)?;
        let takes_null = matches!(overload, Overload::Has | Overload::Coalesce);
        if !takes_null && arguments.iter().any(|argument| *self.kind(*argument) == Type::Null) {
            return Ok(self.null(gives));
        }
        match overload {
            Overload::Has => Ok(format!("(not {})", self.is_null(first)?)),
            Overload::Coalesce => self.coalesce(arguments),
            Overload::Amount => Ok(self.money(first)?.0),
            Overload::Currency => Ok(self.money(first)?.1),
            Overload::Count => {
                let list = self.column(first)?;
                Ok(self.either(
                    || format!("json_array_length({list})"),
                    || format!("cast(jsonb_array_length({list}) as bigint)"),
                ))
            }
            Overload::Least => self.extreme(arguments, "min", "least"),
            Overload::Greatest => self.extreme(arguments, "max", "greatest"),
            Overload::Substring => self.substring(arguments),
            Overload::StartsWith | Overload::EndsWith | Overload::Contains => {
                let [_, part] = arguments else { return Err(Unsupported) };
                let (text, part) = (self.scalar(first)?, self.scalar(*part)?);
                Ok(self.searched(overload, &text, &part))
            }
            Overload::Replace => {
                let parts: Vec<String> =
                    arguments.iter().map(|argument| self.scalar(*argument)).collect::<Result<_, _>>()?;
                Ok(format!("replace({})", parts.join(", ")))
            }
            _ => {
                let written = self.scalar(first)?;
                self.of_one(overload, first, written)
            }
        }
    }

    /// Functions of one part.
    fn of_one(&mut self, overload: Overload, first: NodeId, written: String) -> Written {
        let kind = self.kind(first);
        Ok(match overload {
            Overload::Size => {
                self.either(|| format!("length({written})"), || format!("cast(length({written}) as bigint)"))
            }
            Overload::Trim => {
                let blanks = self.bind(Cell::Text(WHITE_SPACE.into()));
                let trim = self.either(|| "trim".to_owned(), || "btrim".to_owned());
                format!("{trim}({written}, {blanks})")
            }
            Overload::Absolute => format!("abs({written})"),
            Overload::ToDecimal => match kind {
                Type::Integer => self.either(|| written.clone(), || format!("cast({written} as numeric)")),
                _ => written,
            },
            Overload::Truncate | Overload::Floor | Overload::Ceiling => match kind {
                Type::Decimal { scale } => self.whole(overload, &written, *scale),
                _ => written,
            },
            Overload::ToText => match kind {
                Type::Text => written,
                Type::Integer => format!("cast({written} as text)"),
                Type::Boolean => {
                    format!("(case {written} when true then 'true' when false then 'false' end)")
                }
                Type::Date => self.either(|| written.clone(), || format!("to_char({written}, 'YYYY-MM-DD')")),
                _ => return Err(Unsupported),
            },
            Overload::DayPart(part) => return self.part_of_day(part, &written),
            Overload::TimePart(part) => return self.part_of_time(part, &written),
            Overload::DurationPart(part) => return super::time::part_of_duration(part, &written),
            Overload::DayOf => self.day_of(&written),
            _ => return Err(Unsupported),
        })
    }

    fn coalesce(&mut self, arguments: &[NodeId]) -> Written {
        let given: Vec<NodeId> =
            arguments.iter().copied().filter(|id| self.constant(*id) != Some(Datum::Null)).collect();
        let parts: Vec<String> = given.iter().map(|id| self.scalar(*id)).collect::<Result<_, _>>()?;
        match parts.as_slice() {
            [] => Ok("null".to_owned()),
            [one] => Ok(one.clone()),
            _ => Ok(format!("coalesce({})", parts.join(", "))),
        }
    }

    /// Null if any part is, as SQLite's `min` and `max` have it; PostgreSQL's pass over it.
    fn extreme(&mut self, arguments: &[NodeId], sqlite: &str, postgres: &str) -> Written {
        let collation = match (self.dialect, self.kind(arguments[0])) {
            (Dialect::Postgres { .. }, Type::Text) => " collate \"C\"",
            _ => "",
        };
        let parts: Vec<String> = arguments.iter().map(|id| self.scalar(*id)).collect::<Result<_, _>>()?;
        let list = parts.join(", ");
        let nulls: Vec<String> = parts.iter().map(|part| format!("{part} is null")).collect();
        Ok(self.either(
            || format!("{sqlite}({list})"),
            || format!("(case when {} then null else {postgres}({list}{collation}) end)", nulls.join(" or ")),
        ))
    }

    fn substring(&mut self, arguments: &[NodeId]) -> Written {
        let (text, places) = arguments.split_first().ok_or(Unsupported)?;
        let text = self.scalar(*text)?;
        let mut fixed = Vec::with_capacity(2);
        for place in places {
            match self.constant(*place) {
                Some(Datum::Integer(place)) => fixed.push(place.clamp(0, PLACE_MAX)),
                _ => return Ok("null".to_owned()),
            }
        }
        let from = fixed.first().copied().unwrap_or(0);
        let length = (fixed.get(1).copied().unwrap_or(PLACE_MAX) - from).max(0);
        Ok(format!("substr({text}, {}, {length})", from + 1))
    }

    fn searched(&self, overload: Overload, text: &str, part: &str) -> String {
        match overload {
            Overload::StartsWith => self.either(
                || format!("(substr({text}, 1, length({part})) = {part})"),
                || format!("starts_with({text}, {part})"),
            ),
            Overload::EndsWith => self.either(
                || format!("(substr({text}, -length({part}), length({part})) = {part})"),
                || format!("(right({text}, length({part})) = {part})"),
            ),
            _ => self.either(
                || format!("(instr({text}, {part}) > 0)"),
                || format!("(strpos({text}, {part}) > 0)"),
            ),
        }
    }

    /// A decimal without its fraction. Division of SQLite's scaled integers goes towards
    /// zero; raised above it, towards the next below.
    fn whole(&self, overload: Overload, written: &str, scale: u8) -> String {
        let power = 10_i64.pow(u32::from(scale));
        let above = ABOVE / power;
        let (sqlite, postgres) = match overload {
            Overload::Truncate => (format!("({written} / {power})"), "trunc"),
            Overload::Floor => (format!("(({written} + {ABOVE}) / {power} - {above})"), "floor"),
            _ => (format!("({above} - ({ABOVE} - {written}) / {power})"), "ceil"),
        };
        self.either(|| sqlite, || format!("cast({postgres}({written}) as bigint)"))
    }

    /// The currency that a roll-up's definition gives it.
    pub(super) fn currency(&self, id: NodeId) -> Option<String> {
        let path = self.path(id).ok()?;
        let Read::Field(number) = path.read else { return None };
        let object = match self.place.reach {
            Some(reach) if !path.via.is_empty() => reach.definition(path.object)?,
            _ => self.place.object,
        };
        let field = object.fields.iter().find(|field| field.number == number)?;
        match &field.kind {
            FieldKind::Rollup { function, .. } => function.currency().map(|code| code.as_str().to_owned()),
            _ => None,
        }
    }
}
