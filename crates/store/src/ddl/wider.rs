//! The columns in which a field's values are written in a wider form, until they take the
//! place of the field's own.

use kith_model::catalog::{Column, Definition};
use kith_model::decimal::DIGITS_MAX;
use kith_model::id::FieldNo;
use kith_model::value::ColumnKind;

use super::Subject;
use super::field::column_definition;
use crate::dialect::Dialect;
use crate::error::{Error, Result};

/// A field's own columns, each with its wider one.
fn pairs<'s>(subject: &'s Subject<'_>, number: FieldNo) -> Result<Vec<(&'s Column, &'s Column)>> {
    let (slot, field) = subject.field(number)?;
    let (own, wider) = (subject.table.range(slot), subject.table.wider(slot));
    if own.is_empty() || own.len() != wider.len() {
        return Err(Error::Corrupt(format!("field `{}` is not being widened", field.name)));
    }
    let columns = &subject.table.columns;
    Ok(columns[own].iter().zip(&columns[wider]).collect())
}

/// Adds the wider columns.
pub(crate) fn add_wider(
    dialect: Dialect<'_>,
    definition: &Definition,
    number: FieldNo,
) -> Result<Vec<String>> {
    let subject = Subject::of(definition);
    let table = dialect.table(&subject.table.name);
    let add = |(_, wider): (&Column, &Column)| {
        format!("alter table {table} add column {}", column_definition(dialect, wider))
    };
    Ok(pairs(&subject, number)?.into_iter().map(add).collect())
}

/// Writes the values of all records in their wider form.
pub(crate) fn copy_wider(dialect: Dialect<'_>, definition: &Definition, number: FieldNo) -> Result<String> {
    let subject = Subject::of(definition);
    let pairs = pairs(&subject, number)?;
    let table = dialect.table(&subject.table.name);
    let set: Vec<String> = pairs
        .iter()
        .map(|(own, wider)| Ok(format!("{} = {}", wider.name, value(dialect, own, wider)?)))
        .collect::<Result<_>>()?;
    Ok(format!("update {table}\nset {}\nwhere {} is not null", set.join(", "), pairs[0].0.name))
}

/// A column's value in the wider form; null where that cannot say it.
fn value(dialect: Dialect<'_>, own: &Column, wider: &Column) -> Result<String> {
    if own.kind == wider.kind {
        return Ok(own.name.clone());
    }
    let value = dialect.wider(&own.name, own.kind, wider.kind)?;
    let (ColumnKind::Decimal { scale: from }, ColumnKind::Decimal { scale }) = (own.kind, wider.kind) else {
        return Ok(value);
    };
    // An amount may have more digits before the point than are left beside its new ones.
    let digits = match dialect {
        Dialect::Sqlite => DIGITS_MAX.saturating_sub(scale.saturating_sub(from)),
        Dialect::Postgres { .. } => DIGITS_MAX.saturating_sub(scale),
    };
    let above = 10_i64.saturating_pow(u32::from(digits));
    let own = &own.name;
    Ok(format!("case when {own} > -{above} and {own} < {above} then {value} end"))
}

/// The same for the records with ids after `$1`, up to `$2`.
pub(crate) fn copy_wider_between(
    dialect: Dialect<'_>,
    definition: &Definition,
    number: FieldNo,
) -> Result<String> {
    let all = copy_wider(dialect, definition, number)?;
    Ok(dialect.text(&format!("{all} and id > $1 and id <= $2")))
}

/// The end of the columns whose place the wider ones take.
pub(crate) fn drop_narrow(
    dialect: Dialect<'_>,
    definition: &Definition,
    number: FieldNo,
) -> Result<Vec<String>> {
    let subject = Subject::of(definition);
    let table = dialect.table(&subject.table.name);
    let drop = |(own, _): (&Column, &Column)| format!("alter table {table} drop column {}", own.name);
    Ok(pairs(&subject, number)?.into_iter().map(drop).collect())
}

/// The end of the wider columns.
pub(crate) fn drop_wider(
    dialect: Dialect<'_>,
    definition: &Definition,
    number: FieldNo,
) -> Result<Vec<String>> {
    let subject = Subject::of(definition);
    let table = dialect.table(&subject.table.name);
    let drop = |(_, wider): (&Column, &Column)| format!("alter table {table} drop column {}", wider.name);
    Ok(pairs(&subject, number)?.into_iter().map(drop).collect())
}

/// A condition that a value is not what stands beside it in the wider form.
pub(super) fn not_widened(dialect: Dialect<'_>, subject: &Subject<'_>, number: FieldNo) -> Result<String> {
    let differs = |(own, wider): (&Column, &Column)| {
        let value = value(dialect, own, wider)?;
        let (own, wider) = (&own.name, &wider.name);
        Ok(format!("({own} is null) <> ({wider} is null) or ({wider} is not null and {wider} <> {value})"))
    };
    let differs: Vec<String> = pairs(subject, number)?.into_iter().map(differs).collect::<Result<_>>()?;
    Ok(differs.join(" or "))
}

#[cfg(test)]
mod tests {
    use kith_model::catalog::FieldKind;

    use super::*;
    use crate::fixture::contact;

    /// The integer of contacts, on its way to a decimal.
    fn widened() -> (Definition, FieldNo) {
        let mut definition = contact();
        let field = definition.fields.iter_mut().find(|field| field.kind.name() == "integer").unwrap();
        field.widening = Some(Box::new(FieldKind::Decimal { precision: 12, scale: 2, min: None, max: None }));
        let number = field.number;
        (definition, number)
    }

    #[test]
    fn copies_values_into_the_column_of_the_next_generation() {
        let (definition, number) = widened();
        let sqlite = copy_wider_between(Dialect::Sqlite, &definition, number).unwrap();
        let [set, rest @ ..] = &sqlite.lines().skip(1).collect::<Vec<_>>()[..] else { panic!("{sqlite}") };
        assert!(set.starts_with("set ") && set.contains("_g1 = ") && set.ends_with(" * 100"), "{set}");
        assert_eq!(rest.len(), 1, "{sqlite}");
        let postgres = Dialect::Postgres { schema: "tenant_x" };
        let copied = copy_wider(postgres, &definition, number).unwrap();
        assert!(copied.contains("as numeric(18, 2))"), "{copied}");
        let dropped = drop_narrow(postgres, &definition, number).unwrap();
        assert!(!dropped.concat().contains("_g1"), "{dropped:?}");
        assert!(drop_wider(postgres, &definition, number).unwrap().concat().ends_with("_g1"));
    }

    #[test]
    fn a_field_that_keeps_its_type_has_no_wider_column() {
        let definition = contact();
        assert!(add_wider(Dialect::Sqlite, &definition, definition.fields[0].number).is_err());
    }
}
