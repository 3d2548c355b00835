//! Computing a new roll-up for the records there are.

use kith_model::catalog::{Definition, FieldKind, RollupFunction};
use kith_model::id::FieldNo;
use kith_model::value::{Cell, ColumnKind};

use super::{NAMED_MAX, Statement, Subject};
use crate::dialect::{Dialect, SUM_MAX};
use crate::error::{Error, Result};

/// One update that computes the roll-up of every record. Too large a sum fails on
/// PostgreSQL; on SQLite, [`sums_out_of_range`] finds it afterwards.
pub(crate) fn fill_rollup(
    dialect: Dialect<'_>,
    definition: &Definition,
    number: FieldNo,
    from: &Definition,
) -> Result<Statement> {
    let (parent, child) = (Subject::of(definition), Subject::of(from));
    let (_, field) = parent.field(number)?;
    let FieldKind::Rollup { function, via, .. } = &field.kind else {
        return Err(Error::Corrupt(format!("field `{}` is not a roll-up", field.name)));
    };
    let column = parent.columns(number)?.concat();
    let link = link_column(&child, definition, *via)?;
    let table = dialect.table(&parent.table.name);
    let mut rest =
        format!("from {} as source where source.{link} = {table}.id", dialect.table(&child.table.name));
    let mut cells = Vec::new();
    let computed = match function {
        RollupFunction::Count => format!("(select count(*) {rest})"),
        RollupFunction::Sum { of, scale: _, currency } => {
            let summed = child.columns(*of)?;
            if let (Some(currency), [_, code]) = (currency, summed.as_slice()) {
                rest.push_str(&format!(" and source.{code} = $1"));
                cells.push(Cell::Text(currency.as_str().to_owned().into()));
            }
            dialect.exact_sum(&format!("source.{}", summed[0]), &rest)
        }
    };
    let sql = dialect.text(&format!("update {table}\nset {column} = {computed}"));
    Ok(Statement { sql, cells })
}

/// Ids of records whose sum has too many digits, where a column can hold one.
pub(crate) fn sums_out_of_range(
    dialect: Dialect<'_>,
    definition: &Definition,
    number: FieldNo,
) -> Result<Option<String>> {
    let subject = Subject::of(definition);
    let (slot, _) = subject.field(number)?;
    let column = &subject.table.columns[subject.table.range(slot)][0];
    let table = dialect.table(&subject.table.name);
    Ok(match (dialect, column.kind) {
        (Dialect::Sqlite, ColumnKind::Decimal { .. }) => Some(format!(
            "select id\nfrom {table}\nwhere {} not between -{SUM_MAX} and {SUM_MAX}\norder by id\nlimit {NAMED_MAX}",
            column.name
        )),
        (Dialect::Sqlite | Dialect::Postgres { .. }, _) => None,
    })
}

/// The column through which the feeding records point at the parent.
fn link_column<'a>(child: &'a Subject<'_>, parent: &Definition, via: FieldNo) -> Result<&'a str> {
    let (slot, field) = child.field(via)?;
    let columns = &child.table.columns[child.table.range(slot)];
    let link = columns.iter().find(|column| column.target == Some(parent.number));
    link.map(|column| column.name.as_str())
        .ok_or_else(|| Error::Corrupt(format!("field `{}` does not refer to `{}`", field.name, parent.name)))
}
