//! The column in which a field's values are written in a wider form, until it takes the
//! place of the field's own.

use kith_model::catalog::{Column, Definition};
use kith_model::id::FieldNo;

use super::Subject;
use super::field::column_definition;
use crate::dialect::Dialect;
use crate::error::{Error, Result};

/// A field's own column and the wider one.
fn columns<'s>(subject: &'s Subject<'_>, number: FieldNo) -> Result<(&'s Column, &'s Column)> {
    let (slot, field) = subject.field(number)?;
    let (own, wider) = (subject.table.range(slot), subject.table.wider(slot));
    match (&subject.table.columns[own], &subject.table.columns[wider]) {
        ([own], [wider]) => Ok((own, wider)),
        _ => Err(Error::Corrupt(format!("field `{}` is not being widened", field.name))),
    }
}

/// Adds the wider column.
pub(crate) fn add_wider(dialect: Dialect<'_>, definition: &Definition, number: FieldNo) -> Result<String> {
    let subject = Subject::of(definition);
    let (_, wider) = columns(&subject, number)?;
    let table = dialect.table(&subject.table.name);
    Ok(format!("alter table {table} add column {}", column_definition(dialect, wider)))
}

/// Writes the values of all records in their wider form.
pub(crate) fn copy_wider(dialect: Dialect<'_>, definition: &Definition, number: FieldNo) -> Result<String> {
    let subject = Subject::of(definition);
    let (own, wider) = columns(&subject, number)?;
    let table = dialect.table(&subject.table.name);
    let value = dialect.wider(&own.name, own.kind, wider.kind)?;
    Ok(format!("update {table}\nset {} = {value}\nwhere {} is not null", wider.name, own.name))
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

/// The end of the column whose place the wider one takes.
pub(crate) fn drop_narrow(dialect: Dialect<'_>, definition: &Definition, number: FieldNo) -> Result<String> {
    let subject = Subject::of(definition);
    let (own, _) = columns(&subject, number)?;
    Ok(format!("alter table {} drop column {}", dialect.table(&subject.table.name), own.name))
}

/// The end of the wider column.
pub(crate) fn drop_wider(dialect: Dialect<'_>, definition: &Definition, number: FieldNo) -> Result<String> {
    let subject = Subject::of(definition);
    let (_, wider) = columns(&subject, number)?;
    Ok(format!("alter table {} drop column {}", dialect.table(&subject.table.name), wider.name))
}

/// A condition that a value is not what stands beside it in the wider form.
pub(super) fn not_widened(dialect: Dialect<'_>, subject: &Subject<'_>, number: FieldNo) -> Result<String> {
    let (own, wider) = columns(subject, number)?;
    let value = dialect.wider(&own.name, own.kind, wider.kind)?;
    let (own, wider) = (&own.name, &wider.name);
    Ok(format!("({own} is null) <> ({wider} is null) or ({wider} is not null and {wider} <> {value})"))
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
        assert!(!dropped.contains("_g1"), "{dropped}");
        assert!(drop_wider(postgres, &definition, number).unwrap().ends_with("_g1"));
    }

    #[test]
    fn a_field_that_keeps_its_type_has_no_wider_column() {
        let definition = contact();
        assert!(add_wider(Dialect::Sqlite, &definition, definition.fields[0].number).is_err());
    }
}
