//! Records of an object, a page at a time: by equality of fields, by a condition of the
//! query language, and in any order.

use std::sync::{Arc, Mutex, PoisonError};

use kith_model::catalog::{Catalog, Field, FieldKind, Object};
use kith_model::expression::{Expression, Given};
use kith_model::fault::{Code, Fault, Faults};
use kith_model::id::HistoryId;
use kith_model::query::{self, Sort, read_place, write_place};
use kith_model::record::find_slot;
use kith_model::time::Timestamp;
use kith_model::usage::UseKind;
use kith_model::value::{self, ColumnKind, Value};
use kith_store::{Error as StoreError, Filter, Listed, Query, Seen};

use crate::answer::{Answer, Page, RecordView};
use crate::clock;
use crate::cursor;
use crate::error::Result;
use crate::position::{AtLeast, history_changed};
use crate::records::alias;
use crate::records::get::{named, read_of};
use crate::records::page_size;
use crate::session::Session;
use crate::token;

/// What a caller asks of a list.
#[derive(Clone, Debug, Default)]
pub struct ListRequest {
    /// Fields and the values they must have, as text.
    pub equals: Vec<(String, String)>,
    /// Fields that must have no value.
    pub is_null: Vec<String>,
    /// A condition of the query language.
    pub condition: Option<String>,
    /// By what they are ordered; `created_at` unless said.
    pub order: Option<String>,
    /// How many a page.
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// Whether all records that it is about are to be counted.
    pub count: bool,
}

/// A page of records, and how many there are in all, if that was asked.
#[derive(Clone, Debug)]
pub struct RecordPage {
    /// The page.
    pub page: Page<RecordView>,
    /// How many records the list is about, whatever the page.
    pub count: Option<i64>,
}

/// A page of live records.
///
/// # Errors
/// Every fault of the request.
pub async fn list(
    session: &Session,
    at_least: &AtLeast,
    object: &str,
    request: ListRequest,
) -> Result<Answer<RecordPage>> {
    let tenant = &session.tenant;
    let named = named(session, object).await?;
    let limit = page_size(request.limit)?;
    let now = clock::now();
    // The prefix, as the object may be asked for by an earlier name, too.
    let kind = [named.prefix.as_str(), &hash(&request)];
    let place = request.cursor.as_ref().map(|text| Place::parse(text, kind)).transpose()?;
    let refused = Mutex::new(Faults::new());
    let (asked, after, refusals) = (&request, place.as_ref(), &refused);
    let read = |catalog: Arc<Catalog>| async move {
        // By name, as the name may mean another object under the catalog in force.
        let Some(object) = catalog.object_named(object) else { return Err(StoreError::SchemaChanged) };
        let mut query = match question(asked, after, (object, &catalog), now) {
            // One more than the page, to know whether there is another.
            Ok(query) => Query { limit: limit + 1, ..query },
            Err(faults) => {
                *refusals.lock().unwrap_or_else(PoisonError::into_inner) = faults;
                let state = tenant.store.state(tenant.id).await?;
                return Ok(Seen { state, value: (Vec::new(), None) });
            }
        };
        alias::follow(&tenant.store, tenant.id, &mut query.filters).await?;
        let count = match asked.count {
            true => {
                let counted = Query { after: None, ..query.clone() };
                Some(tenant.store.count_query(tenant.id, &catalog, counted).await?.value)
            }
            false => None,
        };
        let Seen { state, value } = tenant.store.query(tenant.id, &catalog, query).await?;
        Ok(Seen { state, value: (value, count) })
    };
    let (catalog, Seen { state, value: (mut rows, count) }) =
        read_of(session, &named, at_least, read).await?;
    let faults = refused.into_inner().unwrap_or_else(PoisonError::into_inner);
    if !faults.is_empty() {
        return Err(faults.into());
    }
    if let Some(place) = &place
        && place.history != state.history
    {
        let message = "`cursor` is of another history of this tenant".to_owned();
        return Err(history_changed(message, &state).into());
    }
    let next_cursor = has_more(&mut rows, limit)
        .map(|last| Place { history: state.history, cells: write_place(&last.place) }.seal(kind));
    let called = object;
    let Some(object) = catalog.object_named(object) else { return Err(StoreError::SchemaChanged.into()) };
    let equals = request.equals.iter().map(|(name, _)| name);
    let filtered = equals.chain(&request.is_null).map(|name| (name.as_str(), UseKind::Filter));
    session.count_list(object, called, filtered);
    let view = |listed: Listed| RecordView {
        catalog: catalog.clone(),
        object: object.clone(),
        row: Arc::new(listed.row),
        now,
    };
    let data = rows.into_iter().map(view).collect();
    Ok(Answer::new(&state, RecordPage { page: Page { data, next_cursor }, count }))
}

/// The question that a request comes to under a catalog.
fn question(
    request: &ListRequest,
    after: Option<&Place>,
    (object, catalog): (&Object, &Catalog),
    now: Timestamp,
) -> std::result::Result<Query, Faults> {
    let mut faults = Faults::new();
    let mut noted = |found: Faults| faults.extend(found);
    let filters = filters(request, object, catalog).map_err(&mut noted);
    let condition = condition(request, object, catalog, now).map_err(&mut noted);
    let order = match &request.order {
        Some(text) => query::order(text, object, catalog).map_err(&mut noted),
        None => Ok(vec![Sort::by_creation(object, false)]),
    };
    let (Ok(filters), Ok(condition), Ok(order)) = (filters, condition, order) else { return Err(faults) };
    let after = match after {
        Some(place) => {
            let kinds: Vec<ColumnKind> = order.iter().flat_map(|sort| sort.columns.iter().copied()).collect();
            Some(read_place(&place.cells, &kinds).ok_or_else(|| vec![cursor::damaged()])?)
        }
        None => None,
    };
    Ok(Query { object: object.number, filters, condition, now, order, after, limit: 0 })
}

fn condition(
    request: &ListRequest,
    object: &Object,
    catalog: &Catalog,
    now: Timestamp,
) -> std::result::Result<Option<Expression>, Faults> {
    let Some(source) = &request.condition else { return Ok(None) };
    match query::filter(source, object, catalog, Given { now }) {
        Ok(expression) => Ok(Some(expression)),
        Err(faults) => Err(faults.into_iter().map(|fault| fault.at("where")).collect()),
    }
}

fn filters(
    request: &ListRequest,
    object: &Object,
    catalog: &Catalog,
) -> std::result::Result<Vec<Filter>, Faults> {
    let mut filters = Vec::new();
    let mut faults = Faults::new();
    for (name, text) in &request.equals {
        let value = find_slot(name, object).and_then(|slot| {
            check_stored(&object.fields()[slot])?;
            let value = value::parse_text(&object.fields()[slot], text, catalog)?;
            Ok(Filter::Equals(slot, value))
        });
        match value {
            Ok(filter) => filters.push(filter),
            Err(mut fault) => {
                fault.code = Code::InvalidParameter;
                faults.push(if fault.pointer.is_empty() { fault.at(name) } else { fault });
            }
        }
    }
    for name in &request.is_null {
        match find_slot(name, object) {
            Ok(slot) if is_never_null(&object.fields()[slot].kind) => {
                faults.push(
                    Fault::new(Code::InvalidParameter, format!("`{name}` always has a value")).at("is_null"),
                );
            }
            Ok(slot) => match check_stored(&object.fields()[slot]) {
                Ok(()) => filters.push(Filter::Equals(slot, Value::Null)),
                Err(fault) => faults.push(fault.at("is_null")),
            },
            Err(mut fault) => {
                fault.code = Code::InvalidParameter;
                faults.push(fault.at("is_null"));
            }
        }
    }
    if faults.is_empty() { Ok(filters) } else { Err(faults) }
}

/// Whether every record has a value: what is counted or added up is zero over nothing.
fn is_never_null(kind: &FieldKind) -> bool {
    matches!(kind, FieldKind::Rollup { function, .. } if !function.nothing().is_null())
}

/// Refuses a field of which the database knows nothing.
fn check_stored(field: &Field) -> std::result::Result<(), Fault> {
    if !field.is_virtual() {
        return Ok(());
    }
    let problem = format!("`{}` is evaluated when it is read, so that it cannot be looked for", field.name);
    let fault = Fault::new(Code::InvalidParameter, problem);
    Err(fault.hint("a computed field with `\"stored\": true` can be"))
}

/// Drops the record beyond the page; the page's last one, when there was one beyond.
fn has_more(rows: &mut Vec<Listed>, limit: u32) -> Option<&Listed> {
    let limit = limit as usize;
    if rows.len() <= limit {
        return None;
    }
    rows.truncate(limit);
    rows.last()
}

/// What a request asks, in few letters, to tell whether a cursor comes back with the
/// request it was given for. It is a check on slips, so a part of the hash will do.
fn hash(request: &ListRequest) -> String {
    let mut all: Vec<String> = request.equals.iter().map(|(name, value)| format!("{name}={value}")).collect();
    all.extend(request.is_null.iter().cloned());
    all.sort_unstable();
    all.extend([request.condition.clone().unwrap_or_default(), request.order.clone().unwrap_or_default()]);
    token::hash(&all.join("\n")).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Where a page ended.
struct Place {
    history: HistoryId,
    /// The order's cells, as text.
    cells: String,
}

impl Place {
    fn seal(&self, [object, request]: [&str; 2]) -> String {
        cursor::seal(&["list", object, request, &self.history.to_string(), &self.cells])
    }

    fn parse(text: &str, kind: [&str; 2]) -> Result<Self, Fault> {
        let [_, object, request, history, cells] = cursor::open(text, "list")?;
        if [object.as_str(), &request] != kind {
            return Err(cursor::damaged()
                .hint("pass the same object, fields, `where` and `order` as for the page before"));
        }
        Ok(Self { history: history.parse().map_err(|_| cursor::damaged())?, cells })
    }
}
