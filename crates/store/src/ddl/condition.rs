//! What a check of a schema change looks for, as a select of up to ten record ids.

use kith_model::catalog::{Definition, FieldKind};
use kith_model::decimal::Decimal;
use kith_model::id::FieldNo;
use kith_model::schema::Condition;
use kith_model::value::{Cell, ColumnKind};

use super::{NAMED_MAX, Statement, Subject};
use crate::dialect::Dialect;
use crate::error::{Error, Result};

/// Selects the ids of records that meet the condition: live ones, and those of the
/// trash if any record at all stands in the way.
pub(crate) fn condition(
    dialect: Dialect<'_>,
    definition: &Definition,
    found: &Condition,
) -> Result<Statement> {
    let subject = Subject::of(definition);
    let table = dialect.table(&subject.table.name);
    let mut cells = Vec::new();
    let meets = match found {
        Condition::AnyRecord => {
            let trash = dialect.table("kith_trash");
            let number = definition.number;
            let sql = format!(
                "select id\nfrom (\n  select id from {table}\n  union all\n  \
                 select id from {trash} where object_no = {number}\n) as found\norder by id\nlimit {NAMED_MAX}"
            );
            return Ok(Statement { sql, cells });
        }
        Condition::NotWidened(field) => super::wider::not_widened(dialect, &subject, *field)?,
        Condition::Null(field) => {
            let columns = subject.columns(*field)?;
            let nulls: Vec<String> = columns.iter().map(|column| format!("{column} is null")).collect();
            nulls.join(" and ")
        }
        Condition::LongerThan(field, length) => {
            cells.push(Cell::Integer(i64::from(*length)));
            format!("length({}) > cast($1 as bigint)", subject.columns(*field)?.concat())
        }
        Condition::OutsideIntegers(field, min, max) => {
            let column = subject.columns(*field)?[0];
            outside(column, *min, *max, Cell::Integer, &mut cells)
        }
        Condition::OutsideDecimals(field, min, max) => {
            let scale = scale_of(&subject, *field)?;
            let column = subject.columns(*field)?[0];
            let bound = |unscaled| {
                Decimal::new(unscaled, scale)
                    .map_err(|_| Error::Corrupt("a bound has too many digits".to_owned()))
            };
            let (min, max) = (min.map(bound).transpose()?, max.map(bound).transpose()?);
            outside(column, min, max, Cell::Decimal, &mut cells)
        }
        Condition::HasOption(field, option) => {
            cells.push(Cell::Text(option.clone().into()));
            let column = subject.columns(*field)?.concat();
            match subject.field(*field)?.1.kind {
                FieldKind::MultiSelect { .. } => dialect.list_contains(&column, "$1"),
                _ => format!("{column} = $1"),
            }
        }
    };
    let sql =
        dialect.text(&format!("select id\nfrom {table}\nwhere {meets}\norder by id\nlimit {NAMED_MAX}"));
    Ok(Statement { sql, cells })
}

fn outside<T>(
    column: &str,
    min: Option<T>,
    max: Option<T>,
    cell: impl Fn(T) -> Cell<'static>,
    cells: &mut Vec<Cell<'static>>,
) -> String {
    let mut sides = Vec::with_capacity(2);
    for (sign, bound) in [("<", min), (">", max)] {
        if let Some(bound) = bound {
            cells.push(cell(bound));
            sides.push(format!("{column} {sign} ${}", cells.len()));
        }
    }
    // Without bounds nothing is outside them.
    if sides.is_empty() { "1 = 0".to_owned() } else { sides.join(" or ") }
}

fn scale_of(subject: &Subject<'_>, number: FieldNo) -> Result<u8> {
    let (slot, field) = subject.field(number)?;
    match subject.table.columns[subject.table.range(slot)][0].kind {
        ColumnKind::Decimal { scale } => Ok(scale),
        _ => Err(Error::Corrupt(format!("field `{}` holds no decimals", field.name))),
    }
}
