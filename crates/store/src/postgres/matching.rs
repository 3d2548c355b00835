//! Match keys, pairs of records that are likely to be one, and ids of merged records.

use std::collections::BTreeSet;
use std::sync::Arc;

use kith_model::catalog::Catalog;
use kith_model::decide::{AliasWrite, MatchWrites};
use kith_model::id::{MatchingNo, ObjectNo, RecordId, TenantId};
use kith_model::limits::{MATCH_BLOCK_MAX, MATCH_COMPARED_MAX};
use kith_model::matching::{MatchKey, Pair, PairState};
use kith_model::record::Row as Record;
use kith_model::value::Cell;
use kith_model::value::ColumnKind::{self, Integer, Text, Timestamp, Uuid};
use tokio_postgres::Row;
use uuid::Uuid as Id;

use super::codec::{get, get_time, record};
use super::engine::Postgres;
use super::flight::Call;
use super::read::{Schema, object_of};
use super::rows::{ROWS_MAX, by_ids};
use crate::error::{Error, Result};
use crate::query::Seen;
use crate::text::matching as text;
use crate::text::record::columns;

impl Postgres {
    pub(crate) async fn merged_into(&self, tenant: TenantId, id: RecordId) -> Result<Seen<Option<RecordId>>> {
        let schema = self.schema(tenant).await?;
        let query = schema.prepared(text::MERGED).bind_cell(Cell::Uuid(id.0));
        let Seen { state, value } = self.see(&schema, query).await?;
        Ok(Seen { state, value: value.first().map(|row| get(row, 0).map(RecordId)).transpose()? })
    }

    pub(crate) async fn filed(
        &self,
        tenant: TenantId,
        catalog: &Arc<Catalog>,
        object: ObjectNo,
        keys: Vec<MatchKey>,
    ) -> Result<Seen<Vec<Record>>> {
        let object = object_of(catalog, object)?;
        let schema = self.schema(tenant).await?;
        let mut lists: [(ColumnKind, Vec<Cell<'_>>); 3] =
            [(Integer, Vec::new()), (Integer, Vec::new()), (Text, Vec::new())];
        for MatchKey { object, matching, key, record: _ } in &keys {
            lists[0].1.push(Cell::Integer(i64::from(object.0)));
            lists[1].1.push(Cell::Integer(i64::from(matching.0)));
            lists[2].1.push(Cell::Text(key.as_ref().into()));
        }
        let sql = schema.dialect().text(&format!(
            "select t.record_id
from unnest($1, $2, $3) with ordinality as k (object_no, matching_no, key, i)
cross join lateral (
  select record_id
  from {{kith_match_keys}}
  where object_no = k.object_no and matching_no = k.matching_no and key = k.key
  order by record_id
  limit {MATCH_BLOCK_MAX}
) as t
order by k.i, t.record_id"
        ));
        let query =
            lists.into_iter().fold(Call::prepared(sql), |call, (kind, cells)| call.bind_cells(kind, cells));
        let Seen { state: _, value } = self.see(&schema, query).await?;
        let (mut ids, mut seen) = (Vec::new(), BTreeSet::new());
        for row in &value {
            let id: Id = get(row, 0)?;
            if seen.insert(id) {
                ids.push(id);
            }
        }
        ids.truncate(MATCH_COMPARED_MAX);
        let table = schema.dialect().table(&object.table().name);
        let sql = format!("select {}\nfrom {table}\nwhere id = any($1)\norder by id", columns(object));
        let ids = ids.into_iter().map(Cell::Uuid).collect();
        let query = Call::prepared(sql).bind_cells(Uuid, ids);
        let Seen { state, value } = self.see_under(tenant, catalog, vec![query]).await?;
        let rows = value.iter().flatten().map(|row| record(row, 0, object)).collect::<Result<_>>()?;
        Ok(Seen { state, value: rows })
    }

    pub(crate) async fn dismissed(&self, tenant: TenantId, id: RecordId) -> Result<Seen<Vec<RecordId>>> {
        let schema = self.schema(tenant).await?;
        let query = schema.once(text::DISMISSED).bind_cell(Cell::Uuid(id.0));
        let Seen { state, value } = self.see(&schema, query).await?;
        Ok(Seen { state, value: value.iter().map(|row| get(row, 0).map(RecordId)).collect::<Result<_>>()? })
    }

    pub(crate) async fn pairs(
        &self,
        tenant: TenantId,
        object: ObjectNo,
        state: PairState,
        after: Option<(RecordId, RecordId)>,
        limit: u32,
    ) -> Result<Seen<Vec<Pair>>> {
        let schema = self.schema(tenant).await?;
        let (first, second) = after.unwrap_or((RecordId(Id::nil()), RecordId(Id::nil())));
        let query = schema
            .once(text::PAIRS)
            .bind_cell(Cell::Integer(i64::from(object.0)))
            .bind_cell(Cell::Text(state.as_str().into()))
            .bind_cell(Cell::Uuid(first.0))
            .bind_cell(Cell::Uuid(second.0))
            .bind_cell(Cell::Integer(i64::from(limit)));
        let Seen { state, value } = self.see(&schema, query).await?;
        Ok(Seen { state, value: value.iter().map(pair).collect::<Result<_>>()? })
    }
}

/// The columns of [`text::FILED_BETWEEN`].
pub(super) fn key(row: &Row) -> Result<MatchKey> {
    let number = |index| u32::try_from(get::<i64>(row, index)?).map_err(|_| corrupt());
    Ok(MatchKey {
        object: ObjectNo(number(0)?),
        matching: MatchingNo(number(1)?),
        key: get::<&str>(row, 2)?.into(),
        record: RecordId(get(row, 3)?),
    })
}

fn corrupt() -> Error {
    Error::Corrupt("a match key or a pair of records".to_owned())
}

fn pair(row: &Row) -> Result<Pair> {
    let number = |index| u32::try_from(get::<i64>(row, index)?).map_err(|_| corrupt());
    Ok(Pair {
        object: ObjectNo(number(0)?),
        first: RecordId(get(row, 1)?),
        second: RecordId(get(row, 2)?),
        matching: MatchingNo(number(3)?),
        score: u8::try_from(get::<i64>(row, 4)?).map_err(|_| corrupt())?,
        state: PairState::parse(get(row, 5)?).ok_or_else(corrupt)?,
        found_at: get_time(row, 6)?,
    })
}

/// The statements for what the matching rules make of a write.
pub(super) fn write<'m>(schema: &Schema, writes: &'m MatchWrites, calls: &mut Vec<Call<'m>>) {
    let MatchWrites { unfile, file, pairs, aliases } = writes;
    remove(schema, &text::UNFILE, unfile, calls);
    for keys in file.chunks(ROWS_MAX) {
        let rows = keys.iter().map(|MatchKey { object, matching, key, record }| {
            [
                Cell::Integer(i64::from(object.0)),
                Cell::Integer(i64::from(matching.0)),
                Cell::Text(key.as_ref().into()),
                Cell::Uuid(record.0),
            ]
        });
        calls.push(insert(
            schema,
            text::FILE,
            "on conflict do nothing",
            [Integer, Integer, Text, Uuid],
            rows,
        ));
    }
    for pairs in pairs.chunks(ROWS_MAX) {
        let rows = pairs.iter().map(|Pair { object, first, second, matching, score, state, found_at }| {
            [
                Cell::Integer(i64::from(object.0)),
                Cell::Uuid(first.0),
                Cell::Uuid(second.0),
                Cell::Integer(i64::from(matching.0)),
                Cell::Integer(i64::from(*score)),
                Cell::Text(state.as_str().into()),
                Cell::Timestamp(*found_at),
            ]
        });
        let kinds = [Integer, Uuid, Uuid, Integer, Integer, Text, Timestamp];
        calls.push(insert(schema, text::PAIR, text::PAIR_AGAIN, kinds, rows));
    }
    if !aliases.is_empty() {
        let ids: Vec<RecordId> = aliases.iter().map(|alias| alias.id).collect();
        remove(schema, &text::UNPAIR, &ids, calls);
        let rows = aliases.iter().map(|AliasWrite { id, object, into, position, at }| {
            [
                Cell::Uuid(id.0),
                Cell::Integer(i64::from(object.0)),
                Cell::Uuid(into.0),
                Cell::Integer(position.0),
                Cell::Timestamp(*at),
            ]
        });
        let kinds = [Uuid, Integer, Uuid, Integer, Timestamp];
        calls.push(insert(schema, text::ALIAS, text::ALIAS_AGAIN, kinds, rows));
    }
}

/// The statements that remove all that is known of purged records.
pub(super) fn erase(schema: &Schema, ids: &[RecordId], calls: &mut Vec<Call<'_>>) {
    remove(schema, &text::ERASE, ids, calls);
}

fn remove(schema: &Schema, templates: &[&str], ids: &[RecordId], calls: &mut Vec<Call<'_>>) {
    for ids in ids.chunks(ROWS_MAX) {
        calls.extend(
            templates
                .iter()
                .map(|template| by_ids(format!("{} = any($1)", schema.dialect().text(template)), ids)),
        );
    }
}

/// An insert of rows given column by column.
fn insert<'m, const N: usize>(
    schema: &Schema,
    into: &str,
    again: &str,
    kinds: [ColumnKind; N],
    rows: impl Iterator<Item = [Cell<'m>; N]>,
) -> Call<'m> {
    let mut cells: [Vec<Cell<'m>>; N] = std::array::from_fn(|_| Vec::new());
    for row in rows {
        for (column, cell) in cells.iter_mut().zip(row) {
            column.push(cell);
        }
    }
    let names: Vec<String> = (0..N).map(|place| format!("c{place}")).collect();
    let places: Vec<String> = (1..=N).map(|place| format!("${place}")).collect();
    let (names, places) = (names.join(", "), places.join(", "));
    let into = schema.dialect().text(into);
    let call =
        Call::prepared(format!("{into}\nselect {names}\nfrom unnest({places}) as u ({names})\n{again}"));
    kinds.into_iter().zip(cells).fold(call, |call, (kind, cells)| call.bind_cells(kind, cells))
}
