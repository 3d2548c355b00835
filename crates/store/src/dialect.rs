//! Where the two databases differ, both answers in view. Everything else in this
//! crate's SQL is one text, written with `$1` for parameters and `{name}` for tables
//! and types, and turned into either dialect by [`Dialect::text`].

use kith_model::value::{Cell, ColumnKind};

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

    /// An exact sum in the columns of a select: on SQLite its billions and its rest,
    /// each of which fits 64 bits; on PostgreSQL one numeric.
    pub(crate) fn sum_columns(self, column: &str) -> String {
        match self {
            Self::Sqlite => format!("sum({column} / 1000000000), sum({column} % 1000000000)"),
            Self::Postgres { .. } => format!("sum({column})"),
        }
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

    fn either(self, sqlite: &'static str, postgres: &'static str) -> &'static str {
        match self {
            Self::Sqlite => sqlite,
            Self::Postgres { .. } => postgres,
        }
    }
}
