//! The steps of a schema change, one after another within its transaction.

use kith_model::catalog::{Catalog, Definition, Table, fold_column};
use kith_model::fault::Fault;
use kith_model::id::FieldNo;
use kith_model::schema::Step;
use kith_model::value::{Cell, ColumnKind, fold};
use tokio_postgres::Row;
use uuid::Uuid;

use super::codec::get;
use super::error::{is_out_of_range, meaning};
use super::flight::{Call, Failed};
use super::read::Schema;
use super::write::Writing;
use crate::ddl;
use crate::dialect::Statement;
use crate::error::{Error, WriteError};

/// Copies of texts that are folded in one go.
const FOLD_PAGE: usize = 5_000;

/// A step may rewrite a large table, which takes longer than other statements may (the
/// tenant's writes wait for it, its reads do not), and reads the whole of it, so that
/// the plans that are discouraged otherwise are the right ones.
const SETTINGS: [(&str, &str); 5] = [
    ("statement_timeout", "'15min'"),
    ("enable_seqscan", "on"),
    ("enable_hashjoin", "on"),
    ("enable_mergejoin", "on"),
    ("enable_material", "on"),
];

type Result<T, E = WriteError> = std::result::Result<T, E>;

impl Writing {
    /// Carries out the steps. `catalog` is the one after them.
    pub(super) async fn apply(&mut self, catalog: &Catalog, steps: &[Step]) -> Result<()> {
        self.run(SETTINGS.map(|(name, value)| format!("set local {name} = {value}")).into()).await?;
        for step in steps {
            self.step(catalog, step).await?;
        }
        // What follows is planned as ever: its plans are kept.
        self.run(SETTINGS.map(|(name, _)| format!("set local {name} to default")).into()).await
    }

    async fn step(&mut self, catalog: &Catalog, step: &Step) -> Result<()> {
        let dialect = self.schema.dialect();
        let statements = match step {
            Step::CreateTable(object) => ddl::create_table(dialect, catalog, object)?,
            Step::DropTable(object) => ddl::drop_table(dialect, object),
            Step::AddField { object, field } => ddl::add_field(dialect, catalog, object, *field)?,
            Step::AddTarget { object, field, target } => {
                ddl::add_target(dialect, catalog, object, *field, *target)?
            }
            Step::DropField { object, field } => ddl::drop_field(dialect, object, *field)?,
            Step::AddFold { object, field } => {
                let add = ddl::add_fold(dialect, object, *field)?;
                self.run(vec![add]).await?;
                return self.fold(object, *field).await;
            }
            Step::DropFold { object, column } => vec![ddl::drop_fold(dialect, object, column)],
            Step::AddWider { object, field } => ddl::add_wider(dialect, object, *field)?,
            Step::CopyWider { object, field } => vec![ddl::copy_wider(dialect, object, *field)?],
            Step::DropNarrow { object, field } => ddl::drop_narrow(dialect, object, *field)?,
            Step::DropWider { object, field } => ddl::drop_wider(dialect, object, *field)?,
            Step::CreateKey { object, key } => {
                let create = ddl::create_key(dialect, object, key);
                if key.unique {
                    let sql = ddl::duplicates(dialect, object, key);
                    let duplicates = Statement { sql, cells: Vec::new() };
                    self.refuse(duplicates, |ids| ddl::not_unique(object, key, ids)).await?;
                }
                vec![create]
            }
            Step::DropKey { object: _, key } => vec![ddl::drop_key(dialect, key)],
            Step::FillRollup { object, field, from } => {
                let index = ddl::index_rollup(dialect, object, *field, from)?;
                let fill = ddl::fill_rollup(dialect, object, *field, from, None)?;
                self.run(index.into_iter().collect()).await?;
                return self.fill(object, *field, fill).await;
            }
            Step::DropMatching { object, matching } => {
                crate::text::matching::drop_rule(dialect, object.0, matching.0)
            }
            Step::Refuse { object, found, message } => {
                let condition = ddl::condition(dialect, object, found)?;
                return self.refuse(condition, |ids| ddl::refused(object, message, ids)).await;
            }
        };
        self.run(statements).await
    }

    async fn run(&mut self, statements: Vec<String>) -> Result<()> {
        let calls: Vec<Call<'_>> = statements.into_iter().map(Call::plain).collect();
        self.connection.fly(&calls).await.map_err(broken)?;
        Ok(())
    }

    async fn query(&mut self, statement: Statement) -> Result<Vec<Row>, Failed> {
        let call = statement.cells.into_iter().fold(Call::once(statement.sql), Call::bind_cell);
        Ok(self.connection.fly(&[call]).await?.pop().unwrap_or_default())
    }

    /// Fills the folded copy of a text field. Folding is ours, not the database's: both
    /// engines must agree on it.
    async fn fold(&mut self, object: &Definition, field: FieldNo) -> Result<()> {
        let page = ddl::fold_page(self.schema.dialect(), object, field)?;
        let write = fold_write(&self.schema, object, field)?;
        let mut after = Uuid::nil();
        loop {
            let read = Call::once(page.as_str())
                .bind_cell(Cell::Uuid(after))
                .bind_cell(Cell::Integer(i64::try_from(FOLD_PAGE).unwrap_or(i64::MAX)));
            let rows = self.connection.fly(&[read]).await.map_err(broken)?.pop().unwrap_or_default();
            let (mut ids, mut folded) = (Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len()));
            for row in &rows {
                after = get(row, 0)?;
                ids.push(Cell::Uuid(after));
                folded.push(Cell::Text(fold(get(row, 1)?).into()));
            }
            if !rows.is_empty() {
                let call = Call::once(write.as_str())
                    .bind_cells(ColumnKind::Uuid, ids)
                    .bind_cells(ColumnKind::Text, folded);
                self.connection.fly(&[call]).await.map_err(broken)?;
            }
            if rows.len() < FOLD_PAGE {
                return Ok(());
            }
        }
    }

    async fn fill(&mut self, object: &Definition, field: FieldNo, fill: Statement) -> Result<()> {
        match self.query(fill).await {
            Ok(_) => Ok(()),
            // The column takes no sum that is too long, and which one it was is not said.
            Err(failed) if is_out_of_range(&failed.error) => {
                Err(WriteError::Conflict(ddl::sum_out_of_range(object, field, &[])))
            }
            Err(failed) => Err(broken(failed)),
        }
    }

    /// Refuses with the records that a query finds, if it finds any.
    async fn refuse(&mut self, query: Statement, fault: impl FnOnce(&[Uuid]) -> Fault) -> Result<()> {
        let rows = self.query(query).await.map_err(broken)?;
        let ids: Vec<Uuid> = rows.iter().map(|row| get(row, 0)).collect::<Result<_, Error>>()?;
        if ids.is_empty() { Ok(()) } else { Err(WriteError::Conflict(fault(&ids))) }
    }
}

fn fold_write(schema: &Schema, object: &Definition, number: FieldNo) -> Result<String, Error> {
    let field = object.fields.iter().find(|field| field.number == number);
    let field = field.ok_or_else(|| Error::Corrupt(format!("`{}` has no field {number}", object.name)))?;
    let table = Table::of(object).name;
    Ok(format!(
        "update {} as t\nset {} = u.folded\nfrom unnest($1, $2) as u (id, folded)\nwhere t.id = u.id",
        schema.dialect().table(&table),
        fold_column(field).name,
    ))
}

/// A step that failed: nothing is committed.
fn broken(failed: Failed) -> WriteError {
    WriteError::Store(meaning(failed.error))
}
