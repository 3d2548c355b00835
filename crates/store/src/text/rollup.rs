//! The records that feed a roll-up, as they stand in statements: which of them count,
//! what is computed over them, and the index that finds the next least or greatest value.

use kith_model::catalog::{Catalog, Definition, Field, FieldKind, Object, RollupFunction, Table};
use kith_model::decimal::Decimal;
use kith_model::expression::{Allowed, Expression, Surroundings};
use kith_model::value::{Average, Cell, ColumnKind, Value, decode};

use super::expression;
use crate::dialect::Dialect;
use crate::error::{Error, Result};

/// What feeds one roll-up. In statements the feeding table is called `source`.
pub(crate) struct Feed<'a> {
    dialect: Dialect<'a>,
    function: &'a RollupFunction,
    /// The feeding table.
    pub(crate) table: String,
    /// Its column that leads to the parent.
    pub(crate) link: String,
    /// Its column that is computed over; none for a count.
    value: Option<String>,
    /// ` and …` for each condition beside the link.
    pub(crate) conditions: String,
    /// The values that the conditions name.
    pub(crate) cells: Vec<Cell<'static>>,
}

/// A roll-up with what feeds it.
#[derive(Clone, Copy)]
pub(crate) struct Fed<'a> {
    /// The object that has it.
    pub(crate) parent: &'a Definition,
    /// The roll-up.
    pub(crate) field: &'a Field,
    /// The object that feeds it.
    pub(crate) from: &'a Definition,
    /// That object's table.
    pub(crate) table: &'a Table,
}

impl<'a> Feed<'a> {
    /// What feeds a roll-up, in a statement that has so many parameters already.
    pub(crate) fn of(dialect: Dialect<'a>, fed: Fed<'a>, parameters: usize) -> Result<Self> {
        let Fed { parent, field, from, table } = fed;
        let FieldKind::Rollup { function, via, filter, .. } = &field.kind else {
            return Err(broken(field));
        };
        let slot_of = |number| {
            let slot = from.fields.iter().position(|field| field.number == number);
            slot.ok_or_else(|| broken(field))
        };
        let columns = |slot| &table.columns[table.range(slot)];
        let link = columns(slot_of(*via)?).iter().find(|column| column.target == Some(parent.number));
        let mut feed = Self {
            dialect,
            function,
            table: dialect.table(&table.name),
            link: format!("source.{}", link.ok_or_else(|| broken(field))?.name),
            value: None,
            conditions: String::new(),
            cells: Vec::new(),
        };
        if let Some(of) = function.of() {
            let slot = slot_of(of)?;
            let [value, rest @ ..] = columns(slot) else { return Err(broken(field)) };
            feed.value = Some(format!("source.{}", value.name));
            // The amounts of a currency field can be in others; those of a roll-up cannot.
            let is_roll_up = from.fields[slot].kind.is_rollup();
            if let (Some(currency), [code], false) = (function.currency(), rest, is_roll_up) {
                feed.cells.push(Cell::Text(currency.as_str().to_owned().into()));
                feed.conditions = format!(" and source.{} = ${}", code.name, parameters + 1);
            }
        }
        if let Some(filter) = filter {
            let filter = compiled(field, from, filter)?;
            let condition = expression::condition(
                dialect,
                &filter,
                expression::Place { object: from, table, name: "source", parameters, reach: None },
                &mut feed.cells,
            )?;
            feed.conditions.push_str(&format!(" and ({condition})"));
        }
        Ok(feed)
    }

    fn value(&self) -> &str {
        self.value.as_deref().unwrap_or("1")
    }

    /// What the roll-up comes to for the parent with this id: one select for all of its
    /// columns.
    pub(crate) fn computed(&self, parent: &str) -> String {
        let rest = format!("from {} as source where {} = {parent}{}", self.table, self.link, self.conditions);
        match self.function {
            RollupFunction::Count => format!("(select count(*) {rest})"),
            RollupFunction::Sum { .. } => self.dialect.exact_sum(self.value(), &rest),
            RollupFunction::Min { .. } => format!("(select min({}) {rest})", self.value()),
            RollupFunction::Max { .. } => format!("(select max({}) {rest})", self.value()),
            RollupFunction::Average { of_scale, scale, .. } => {
                self.dialect.exact_average(self.value(), &rest, *of_scale, *scale)
            }
        }
    }

    /// The columns of a select that says what the roll-up comes to: see [`parts`].
    pub(crate) fn columns(&self) -> String {
        match self.function {
            RollupFunction::Count => "count(*)".to_owned(),
            RollupFunction::Sum { .. } => self.dialect.sum_columns(self.value()),
            RollupFunction::Min { .. } => format!("min({})", self.value()),
            RollupFunction::Max { .. } => format!("max({})", self.value()),
            RollupFunction::Average { .. } => {
                format!("{}, count({})", self.dialect.sum_columns(self.value()), self.value())
            }
        }
    }

    /// The first values that a least or greatest one is taken from, with their records:
    /// of the parent with this id, at most so many.
    pub(crate) fn extremes(&self, parent: &str, most: usize) -> String {
        let Self { table, link, conditions, .. } = self;
        let value = self.value();
        let way = if matches!(self.function, RollupFunction::Max { .. }) { " desc" } else { "" };
        format!(
            "select {value} as value, source.id from {table} as source \
             where {link} = {parent} and {value} is not null{conditions} \
             order by {value}{way} limit {most}"
        )
    }
}

/// What feeds a roll-up of the catalog.
pub(crate) fn feed<'a>(
    dialect: Dialect<'a>,
    catalog: &'a Catalog,
    parent: &'a Object,
    slot: usize,
    parameters: usize,
) -> Result<Feed<'a>> {
    let field = &parent.fields()[slot];
    let from = match &field.kind {
        FieldKind::Rollup { from, .. } => catalog.object(*from),
        _ => None,
    };
    let from = from.ok_or_else(|| broken(field))?;
    let fed = Fed { parent: parent.definition(), field, from: from.definition(), table: from.table() };
    Feed::of(dialect, fed, parameters)
}

/// The index that finds the next least or greatest value of a parent; none for what is
/// added up.
pub(crate) fn index(dialect: Dialect<'_>, fed: Fed<'_>) -> Result<Option<String>> {
    if !has_index(fed.field) {
        return Ok(None);
    }
    let feed = Feed::of(dialect, fed, 0)?;
    let plain = |column: &str| column.trim_start_matches("source.").to_owned();
    let (link, value) = (plain(&feed.link), plain(feed.value()));
    Ok(Some(format!("create index {} on {} ({link}, {value})", index_name(fed.field), feed.table)))
}

/// Whether a field has such an index, in the table of the object that feeds it.
pub(crate) fn has_index(field: &Field) -> bool {
    let function = match &field.kind {
        FieldKind::Rollup { function, .. } => function,
        _ => return false,
    };
    matches!(function, RollupFunction::Min { .. } | RollupFunction::Max { .. })
}

/// The name of that index.
pub(crate) fn index_name(field: &Field) -> String {
    format!("kith_x{}", field.number)
}

/// The kinds of the columns of [`Feed::columns`].
pub(crate) fn parts(dialect: Dialect<'_>, field: &Field, column: ColumnKind) -> Vec<ColumnKind> {
    let FieldKind::Rollup { function, .. } = &field.kind else { return Vec::new() };
    let sum = |scale| match dialect {
        Dialect::Sqlite => vec![ColumnKind::Integer, ColumnKind::Integer],
        Dialect::Postgres { .. } => vec![ColumnKind::Decimal { scale }],
    };
    match function {
        RollupFunction::Sum { scale, .. } => sum(*scale),
        RollupFunction::Average { of_scale, .. } => {
            let mut parts = sum(*of_scale);
            parts.push(ColumnKind::Integer);
            parts
        }
        RollupFunction::Count | RollupFunction::Min { .. } | RollupFunction::Max { .. } => vec![column],
    }
}

/// The value of a roll-up from the cells of those columns. What has too many digits is
/// null: no record can hold it, so the checker finds it.
pub(crate) fn value(field: &Field, cells: Vec<Cell<'_>>) -> Result<Value> {
    let FieldKind::Rollup { function, .. } = &field.kind else { return Err(broken(field)) };
    match function {
        RollupFunction::Sum { scale, .. } => match exact(&cells, *scale) {
            // A sum over nothing but nulls is null, and comes to nothing as well.
            Some(None) => Ok(function.nothing()),
            Some(Some(sum)) => one(field, Cell::Decimal(sum)),
            None => Ok(Value::Null),
        },
        RollupFunction::Average { of_scale, scale, currency, .. } => {
            let Some((Cell::Integer(count), sum)) = cells.split_last() else { return Err(broken(field)) };
            let sum = exact(sum, *of_scale).flatten();
            let average = sum.and_then(|sum| Average::of(sum, *count, *scale, *currency));
            Ok(average.map_or(Value::Null, Value::Average))
        }
        RollupFunction::Count | RollupFunction::Min { .. } | RollupFunction::Max { .. } => {
            one(field, cells.into_iter().next().unwrap_or(Cell::Null))
        }
    }
}

/// The value of a roll-up from the cell of its own column.
pub(crate) fn one(field: &Field, cell: Cell<'_>) -> Result<Value> {
    decode(field, &mut std::iter::once(cell)).map_err(Error::Corrupt)
}

/// A sum from one numeric, or from its billions and the rest: none over nothing but
/// nulls, and nothing when it has too many digits.
fn exact(cells: &[Cell<'_>], scale: u8) -> Option<Option<Decimal>> {
    match cells {
        [Cell::Decimal(sum)] => Some(Some(*sum)),
        [Cell::Integer(high), Cell::Integer(low)] => {
            let wide = i128::from(*high) * 1_000_000_000 + i128::from(*low);
            Decimal::from_wide(wide, scale).ok().map(Some)
        }
        _ => Some(None),
    }
}

/// The filter, from its text.
fn compiled(field: &Field, from: &Definition, filter: &str) -> Result<Expression> {
    let definitions = |number| (number == from.number).then_some(from);
    let surroundings = Surroundings { object: from, definitions: &definitions, allowed: Allowed::default() };
    Expression::compile(filter, &surroundings).map_err(|_| broken(field))
}

fn broken(field: &Field) -> Error {
    Error::Corrupt(format!("the roll-up `{}` lacks what it is computed from", field.name))
}
