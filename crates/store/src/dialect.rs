//! Where the two databases differ, both answers in view. Everything else in this
//! crate's SQL is one text, written with `$1` for parameters and `{name}` for tables
//! and types, and turned into either dialect by [`Dialect::text`].

use kith_model::id::FieldNo;
use kith_model::query::DatePart;
use kith_model::value::{Cell, ColumnKind};

use crate::error::{Error, Result};

/// A statement with the values of its parameters, in order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Statement {
    /// Its text.
    pub(crate) sql: String,
    /// Its values.
    pub(crate) cells: Vec<Cell<'static>>,
}

/// A database and, where it has schemas, the one that the statement is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Dialect<'a> {
    /// The file is the schema.
    Sqlite,
    /// Names are qualified: nothing depends on a connection's search path.
    Postgres {
        /// `kith`, or the tenant's id. Never from input.
        schema: &'a str,
    },
}

/// The largest sum that a roll-up may hold: [`kith_model::decimal::DIGITS_MAX`] digits.
pub(crate) const SUM_MAX: i64 = 999_999_999_999_999_999;

impl Dialect<'_> {
    /// A table's name as it stands in a statement.
    pub(crate) fn table(self, name: &str) -> String {
        match self {
            Self::Sqlite => name.to_owned(),
            Self::Postgres { schema } => format!("\"{schema}\".{name}"),
        }
    }

    /// An index's name where it is dropped (where it is made, its table qualifies it).
    pub(crate) fn index(self, name: &str) -> String {
        self.table(name)
    }

    /// The type of a column of a record.
    pub(crate) fn column_type(self, kind: ColumnKind) -> String {
        let (sqlite, postgres) = match kind {
            ColumnKind::Uuid => ("blob", "uuid"),
            ColumnKind::Integer => ("integer", "bigint"),
            // SQLite has no exact decimal: the column holds the scaled integer.
            ColumnKind::Decimal { scale } => {
                return match self {
                    Self::Sqlite => "integer".to_owned(),
                    Self::Postgres { .. } => format!("numeric(18, {scale})"),
                };
            }
            ColumnKind::Text => ("text", "text collate \"C\""),
            ColumnKind::Json => ("text", "jsonb"),
            ColumnKind::Boolean => ("integer", "boolean"),
            ColumnKind::Date => ("text", "date"),
            ColumnKind::Timestamp => ("integer", "timestamptz"),
        };
        self.either(sqlite, postgres).to_owned()
    }

    /// What a column of a record needs beside its type to hold nothing else.
    pub(crate) fn column_check(self, column: &str, kind: ColumnKind) -> Option<String> {
        match (self, kind) {
            (Self::Sqlite, ColumnKind::Boolean) => Some(format!("check ({column} in (0, 1))")),
            (Self::Sqlite | Self::Postgres { .. }, _) => None,
        }
    }

    /// What ends `create table (…)`.
    pub(crate) fn table_options(self) -> &'static str {
        self.either(" strict", "")
    }

    /// A condition that at most one of the columns is set.
    pub(crate) fn at_most_one(self, columns: &[&str]) -> String {
        match self {
            Self::Sqlite => {
                let set: Vec<String> =
                    columns.iter().map(|column| format!("({column} is not null)")).collect();
                format!("{} <= 1", set.join(" + "))
            }
            Self::Postgres { .. } => format!("num_nonnulls({}) <= 1", columns.join(", ")),
        }
    }

    /// A condition that a JSON array of texts has this element.
    pub(crate) fn list_contains(self, column: &str, element: &str) -> String {
        match self {
            Self::Sqlite => format!("exists (select 1 from json_each({column}) where value = {element})"),
            Self::Postgres { .. } => format!("{column} @> to_jsonb(cast({element} as text))"),
        }
    }

    /// A condition that a document of the trash has a value of a field, by its number.
    pub(crate) fn has_trashed(self, field: FieldNo) -> String {
        match self {
            Self::Sqlite => format!("json_type(document, '$.fields.\"{field}\"') is not null"),
            Self::Postgres { .. } => format!("cast(document as jsonb) -> 'fields' ->> '{field}' is not null"),
        }
    }

    /// A document of the trash without its value of a field.
    pub(crate) fn without_trashed(self, field: FieldNo) -> String {
        match self {
            Self::Sqlite => format!("json_remove(document, '$.fields.\"{field}\"')"),
            Self::Postgres { .. } => format!("cast(cast(document as jsonb) #- '{{fields,{field}}}' as text)"),
        }
    }

    /// A condition that a column has one of several values: on SQLite the parameter is a
    /// JSON array, on PostgreSQL an array.
    pub(crate) fn is_one_of(self, column: &str, parameter: &str) -> String {
        match self {
            Self::Sqlite => format!("{column} in (select value from json_each({parameter}))"),
            Self::Postgres { .. } => format!("{column} = any({parameter})"),
        }
    }

    /// An exact sum over `rest` (`from … where …`) as a scalar; 0 over nothing.
    /// PostgreSQL sums as numeric and refuses what the column cannot hold. SQLite sums
    /// in 64 bits, so both halves are summed apart; what has too many digits becomes a
    /// number beyond [`SUM_MAX`], to be looked for afterwards. Halves that are null (a
    /// sum over nothing) compare as unknown and take the second branch.
    pub(crate) fn exact_sum(self, column: &str, rest: &str) -> String {
        match self {
            Self::Sqlite => format!(
                "coalesce((select case when abs(high + low / 1000000000) > 1000000000 \
                 then {} else high * 1000000000 + low end \
                 from (select {}, {} {rest})), 0)",
                i64::MAX,
                format_args!("sum({column} / 1000000000) as high"),
                format_args!("sum({column} % 1000000000) as low"),
            ),
            Self::Postgres { .. } => format!("coalesce((select sum({column}) {rest}), 0)"),
        }
    }

    /// An exact average over `rest` (`from … where …`), rounded half to even, with the sum
    /// and the count that it is of: one row of three columns, null over no values. `scale`
    /// is that of the average, at most a few digits more than that of the values; what has
    /// too many digits fares as in [`Self::exact_sum`]. Both engines divide whole numbers,
    /// and both round by the rest.
    pub(crate) fn exact_average(self, column: &str, rest: &str, of_scale: u8, scale: u8) -> String {
        let power = 10_i64.pow(u32::from(scale.saturating_sub(of_scale)));
        let (total, quotient, value) = match self {
            Self::Sqlite => {
                // The whole part is scaled only if it has room for that.
                let most = SUM_MAX / power;
                (
                    format!(
                        "case when abs(high + low / 1000000000) > 1000000000 \
                         then {} else high * 1000000000 + low end",
                        i64::MAX
                    ),
                    format!(
                        "case when abs(total / many) > {most} then {max} \
                         else (total / many) * {power} + (total % many) * {power} / many end as whole, \
                         (total % many) * {power} % many as rest",
                        max = i64::MAX
                    ),
                    "whole + case when whole <> 9223372036854775807 \
                     and (2 * abs(rest) > many or (2 * abs(rest) = many and whole % 2 <> 0)) \
                     then sign(total) else 0 end"
                        .to_owned(),
                )
            }
            Self::Postgres { .. } => {
                let scaled = format!("total * 1{}", "0".repeat(usize::from(scale)));
                (
                    "sum".to_owned(),
                    format!("div({scaled}, many) as whole, mod({scaled}, many) as rest"),
                    format!(
                        "(whole + case when 2 * abs(rest) > many or (2 * abs(rest) = many and mod(whole, 2) <> 0) \
                         then sign(total) else 0 end) * {}",
                        fraction(scale)
                    ),
                )
            }
        };
        let sums = self.named_sums(column);
        format!(
            "(select {value}, total, many from (select total, many, {quotient} \
             from (select {total} as total, nullif(many, 0) as many \
             from (select {sums}, count({column}) as many {rest}) as summed) as counted) as divided)"
        )
    }

    /// The average of a total over a number of values, rounded half to even; null over
    /// none. `scales` are those of the values and of the average. What has too many digits
    /// for SQLite's 64 bits becomes a number beyond [`SUM_MAX`].
    pub(crate) fn average_of(self, total: &str, many: &str, (of_scale, scale): (u8, u8)) -> String {
        let many = format!("nullif({many}, 0)");
        match self {
            Self::Sqlite => {
                let power = 10_i64.pow(u32::from(scale.saturating_sub(of_scale)));
                let most = SUM_MAX / power;
                let (whole, rest) =
                    (format!("({total} * {power} / {many})"), format!("({total} * {power} % {many})"));
                format!(
                    "case when abs({total}) > {most} then {} else {whole} + case when 2 * abs({rest}) > {many} \
                     or (2 * abs({rest}) = {many} and {whole} % 2 <> 0) then sign({total}) else 0 end end",
                    i64::MAX
                )
            }
            Self::Postgres { .. } => {
                let scaled = format!("({total} * 1{})", "0".repeat(usize::from(scale)));
                let (whole, rest) = (format!("div({scaled}, {many})"), format!("mod({scaled}, {many})"));
                format!(
                    "({whole} + case when 2 * abs({rest}) > {many} or (2 * abs({rest}) = {many} \
                     and mod({whole}, 2) <> 0) then sign({total}) else 0 end) * {}",
                    fraction(scale)
                )
            }
        }
    }

    /// The part of a day, or of a time in UTC, as text that is ordered as they are.
    pub(crate) fn date_part(self, part: DatePart, is_time: bool, value: &str) -> String {
        let day = match (self, is_time) {
            (Self::Sqlite, false) => value.to_owned(),
            // Whole seconds, towards the past.
            (Self::Sqlite, true) => {
                format!("date(({value} - (({value} % 1000000) + 1000000) % 1000000) / 1000000, 'unixepoch')")
            }
            (Self::Postgres { .. }, false) => value.to_owned(),
            (Self::Postgres { .. }, true) => format!("({value} at time zone 'UTC')"),
        };
        match self {
            Self::Sqlite => match part {
                DatePart::Year => format!("substr({day}, 1, 4)"),
                DatePart::Quarter => format!(
                    "(substr({day}, 1, 4) || '-Q' || ((cast(substr({day}, 6, 2) as integer) + 2) / 3))"
                ),
                DatePart::Month => format!("substr({day}, 1, 7)"),
                DatePart::Day => day,
            },
            Self::Postgres { .. } => {
                let form = match part {
                    DatePart::Year => "YYYY",
                    DatePart::Quarter => "YYYY\"-Q\"Q",
                    DatePart::Month => "YYYY-MM",
                    DatePart::Day => "YYYY-MM-DD",
                };
                format!("(to_char({day}, '{form}') collate \"C\")")
            }
        }
    }

    fn named_sums(self, column: &str) -> String {
        match self {
            Self::Sqlite => {
                format!("sum({column} / 1000000000) as high, sum({column} % 1000000000) as low")
            }
            Self::Postgres { .. } => format!("sum({column}) as sum"),
        }
    }

    /// An exact sum in the columns of a select: on SQLite its billions and its rest,
    /// each of which fits 64 bits; on PostgreSQL one numeric.
    pub(crate) fn sum_columns(self, column: &str) -> String {
        match self {
            Self::Sqlite => format!("sum({column} / 1000000000), sum({column} % 1000000000)"),
            Self::Postgres { .. } => format!("sum({column})"),
        }
    }

    /// A column's value in the form of a wider type; null where it is null, or where the
    /// other type cannot say it.
    pub(crate) fn wider(self, column: &str, from: ColumnKind, to: ColumnKind) -> Result<String> {
        let scale_of = |kind| match kind {
            ColumnKind::Integer => Some(0),
            ColumnKind::Decimal { scale } => Some(scale),
            _ => None,
        };
        Ok(match (self, from, to) {
            (_, ColumnKind::Integer | ColumnKind::Decimal { .. }, ColumnKind::Decimal { scale }) => {
                let more = scale_of(from).and_then(|from| scale.checked_sub(from)).unwrap_or(0);
                match self {
                    Self::Sqlite => format!("{column} * {}", 10_i64.saturating_pow(u32::from(more))),
                    Self::Postgres { .. } => format!("cast({column} as numeric(18, {scale}))"),
                }
            }
            // 9999-12-31 is a day, and not a moment that both databases can say.
            (Self::Sqlite, ColumnKind::Date, ColumnKind::Timestamp) => format!(
                "case when {column} < '9999-12-31' then cast(strftime('%s', {column}) as integer) * 1000000 end"
            ),
            (Self::Postgres { .. }, ColumnKind::Date, ColumnKind::Timestamp) => format!(
                "case when {column} < date '9999-12-31' then cast({column} as timestamp) at time zone 'UTC' end"
            ),
            (Self::Sqlite, ColumnKind::Text, ColumnKind::Json) => {
                format!("case when {column} is not null then json_array({column}) end")
            }
            (Self::Postgres { .. }, ColumnKind::Text, ColumnKind::Json) => {
                format!("case when {column} is not null then jsonb_build_array({column}) end")
            }
            (Self::Sqlite | Self::Postgres { .. }, _, _) => {
                return Err(Error::Corrupt(format!("`{column}` cannot be widened")));
            }
        })
    }

    /// One text for both: `{word}` becomes the type of that word or the qualified name
    /// of that table, and `$1` the database's own parameter. (SQLite takes `$1` for a
    /// name and numbers names as they come.)
    pub(crate) fn text(self, template: &str) -> String {
        let mut text = String::with_capacity(template.len() + 64);
        let mut rest = template;
        while let Some(at) = rest.find(['{', '$']) {
            text.push_str(&rest[..at]);
            let tail = &rest[at + 1..];
            if rest.as_bytes()[at] == b'$' {
                text.push_str(self.either("?", "$"));
                rest = tail;
            } else {
                let end = tail.find('}').unwrap_or(tail.len());
                text.push_str(&self.word(&tail[..end]));
                rest = tail.get(end + 1..).unwrap_or("");
            }
        }
        text.push_str(rest);
        text
    }

    fn word(self, word: &str) -> String {
        match word {
            "uuid" => self.column_type(ColumnKind::Uuid),
            "integer" => self.column_type(ColumnKind::Integer),
            // Documents of our own tables are text on both: they come back byte for byte.
            "text" => self.column_type(ColumnKind::Text),
            "timestamp" => self.column_type(ColumnKind::Timestamp),
            "bytes" => self.either("blob", "bytea").to_owned(),
            "strict" => self.table_options().to_owned(),
            table => self.table(table),
        }
    }

    /// A column in a condition for which no index is to be chosen. SQLite goes by the
    /// conditions alone; PostgreSQL knows how many rows each leaves, and is left to it.
    pub(crate) fn not_searched(self, column: &str) -> String {
        match self {
            Self::Sqlite => format!("+{column}"),
            Self::Postgres { .. } => column.to_owned(),
        }
    }

    fn either(self, sqlite: &'static str, postgres: &'static str) -> &'static str {
        match self {
            Self::Sqlite => sqlite,
            Self::Postgres { .. } => postgres,
        }
    }
}

/// `10^-scale`: a product with it is exact where a quotient would be rounded.
fn fraction(scale: u8) -> String {
    match scale {
        0 => "1".to_owned(),
        scale => format!("0.{}1", "0".repeat(usize::from(scale) - 1)),
    }
}
