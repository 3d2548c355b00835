//! Records of an object, a page at a time, by equality of fields and in order of
//! creation or change. The query language (`where`, `select`) will join here.

use std::sync::Arc;

use kith_model::catalog::{Catalog, Field, FieldKind, Object};
use kith_model::fault::{Code, Fault, Faults};
use kith_model::id::{HistoryId, RecordId};
use kith_model::record::{Row, find_slot};
use kith_model::time::Timestamp;
use kith_model::usage::UseKind;
use kith_model::value::{self, Value};
use kith_store::{Direction, Error as StoreError, Filter, List, Order, Seen};

use crate::answer::{Answer, Page, RecordView};
use crate::clock;
use crate::cursor;
use crate::error::Result;
use crate::position::{AtLeast, history_changed};
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
    /// `created_at`, `updated_at`, or either with `-` before it for newest first.
    pub order: Option<String>,
    /// How many a page.
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
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
) -> Result<Answer<Page<RecordView>>> {
    let tenant = &session.tenant;
    let named = named(session, object).await?;
    let limit = page_size(request.limit)?;
    let (order, direction) = parse_order(request.order.as_deref())?;
    // The prefix, as the object may be asked for by an earlier name, too.
    let kind = [named.prefix.as_str(), order_text(order, direction), &conditions(&request)];
    let place = match &request.cursor {
        Some(text) => Some(Place::parse(text, kind)?),
        None => None,
    };
    let after = place.as_ref().map(|place| (place.at, place.id));
    let refused = std::sync::Mutex::new(Faults::new());
    let (asked, refusals) = (&request, &refused);
    let read = |catalog: Arc<Catalog>| async move {
        // By name, as the name may mean another object under the catalog in force.
        let Some(object) = catalog.object_named(object) else { return Err(StoreError::SchemaChanged) };
        let filters = match filters(asked, object, &catalog) {
            Ok(filters) => filters,
            Err(faults) => {
                *refusals.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = faults;
                let state = tenant.store.state(tenant.id).await?;
                return Ok(Seen { state, value: Vec::new() });
            }
        };
        // One more than the page, to know whether there is another.
        let list = List { object: object.number, filters, order, direction, after, limit: limit + 1 };
        tenant.store.list(tenant.id, &catalog, list).await
    };
    let (catalog, Seen { state, value: mut rows }) = read_of(session, &named, at_least, read).await?;
    let faults = refused.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    if !faults.is_empty() {
        return Err(faults.into());
    }
    if let Some(place) = &place
        && place.history != state.history
    {
        let message = "`cursor` is of another history of this tenant".to_owned();
        return Err(history_changed(message, &state).into());
    }
    let next_cursor = has_more(&mut rows, limit).map(|last| Place::of(last, state.history).seal(kind));
    let called = object;
    let Some(object) = catalog.object_named(object) else { return Err(StoreError::SchemaChanged.into()) };
    let equals = request.equals.iter().map(|(name, _)| name);
    let filtered = equals.chain(&request.is_null).map(|name| (name.as_str(), UseKind::Filter));
    session.count_list(object, called, filtered);
    let now = clock::now();
    let view = |row| RecordView { catalog: catalog.clone(), object: object.clone(), row: Arc::new(row), now };
    let data = rows.into_iter().map(view).collect();
    Ok(Answer::new(&state, Page { data, next_cursor }))
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

fn parse_order(text: Option<&str>) -> Result<(Order, Direction), Fault> {
    let text = text.unwrap_or("created_at");
    let (direction, name) = match text.strip_prefix('-') {
        Some(name) => (Direction::Descending, name),
        None => (Direction::Ascending, text),
    };
    match name {
        "created_at" => Ok((Order::Created, direction)),
        "updated_at" => Ok((Order::Updated, direction)),
        _ => Err(Fault::new(
            Code::InvalidParameter,
            "`order` is `created_at`, `-created_at`, `updated_at` or `-updated_at`",
        )
        .at("order")),
    }
}

fn order_text(order: Order, direction: Direction) -> &'static str {
    match (order, direction) {
        (Order::Created, Direction::Ascending) => "created_at",
        (Order::Created, Direction::Descending) => "-created_at",
        (Order::Updated, Direction::Ascending) => "updated_at",
        (Order::Updated, Direction::Descending) => "-updated_at",
    }
}

/// Drops the row beyond the page; the page's last one, when there was one beyond.
fn has_more(rows: &mut Vec<Row>, limit: u32) -> Option<&Row> {
    let limit = limit as usize;
    if rows.len() <= limit {
        return None;
    }
    rows.truncate(limit);
    rows.last()
}

/// The request's conditions in few letters, to tell whether a cursor comes back with
/// those it was given for. It is a check on slips, so a part of the hash will do.
fn conditions(request: &ListRequest) -> String {
    let mut all: Vec<String> = request.equals.iter().map(|(name, value)| format!("{name}={value}")).collect();
    all.extend(request.is_null.iter().cloned());
    all.sort_unstable();
    token::hash(&all.join("\n")).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Where a page ended.
struct Place {
    history: HistoryId,
    at: Timestamp,
    id: RecordId,
}

impl Place {
    fn of(row: &Row, history: HistoryId) -> Self {
        Self { history, at: row.updated_at, id: row.id }
    }

    fn seal(&self, [object, order, conditions]: [&str; 3]) -> String {
        let (history, at, id) =
            (self.history.to_string(), self.at.0.to_string(), self.id.0.simple().to_string());
        cursor::seal(&["list", object, order, conditions, &history, &at, &id])
    }

    fn parse(text: &str, kind: [&str; 3]) -> Result<Self, Fault> {
        let [_, object, order, conditions, history, at, id] = cursor::open(text, "list")?;
        if [object.as_str(), &order, &conditions] != kind {
            return Err(
                cursor::damaged().hint("pass the same object, fields and `order` as for the page before")
            );
        }
        Ok(Self {
            history: history.parse().map_err(|_| cursor::damaged())?,
            at: Timestamp(at.parse().map_err(|_| cursor::damaged())?),
            id: RecordId(uuid::Uuid::try_parse(&id).map_err(|_| cursor::damaged())?),
        })
    }
}
