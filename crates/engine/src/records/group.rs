//! What an object's records come to, group by group.

use std::sync::{Arc, Mutex, PoisonError};

use kith_model::catalog::Catalog;
use kith_model::expression::{Given, Type};
use kith_model::fault::{Code, Fault, Faults};
use kith_model::id::format_typeid;
use kith_model::query::{self, Aggregate, AggregateText, CurrencyOf, RESULT, read_place, write_place};
use kith_model::time::Timestamp;
use kith_model::value::{self, Cell, Value};
use kith_store::{Error as StoreError, Grouped, Grouping, Seen};
use serde_json::{Map, Value as Json, json};

use crate::answer::{Answer, Page};
use crate::clock;
use crate::cursor;
use crate::error::Result;
use crate::position::{AtLeast, history_changed};
use crate::records::get::{named, read_of};
use crate::records::page_size;
use crate::session::Session;
use crate::token;

/// What a caller asks of records together.
#[derive(Clone, Debug, Default)]
pub struct GroupRequest {
    /// A condition of the query language: which records.
    pub condition: Option<String>,
    /// By what they are grouped, what is measured, which groups, in which order.
    pub aggregate: AggregateText,
    /// How many groups a page.
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// A page of groups, each as it stands on the wire.
///
/// # Errors
/// Every fault of the request; `out_of_range`, when a sum has more than 18 digits.
pub async fn group(
    session: &Session,
    at_least: &AtLeast,
    object: &str,
    request: GroupRequest,
) -> Result<Answer<Page<Json>>> {
    let tenant = &session.tenant;
    let named = named(session, object).await?;
    let limit = page_size(request.limit)?;
    let now = clock::now();
    let hash = hash(&request);
    let place = match &request.cursor {
        Some(text) => {
            let [_, prefix, asked, history, cells] = cursor::open(text, "groups")?;
            if prefix != named.prefix || asked != hash {
                return Err(cursor::damaged().hint("pass the same query as for the page before").into());
            }
            Some((history, cells))
        }
        None => None,
    };
    let refused = Mutex::new(Faults::new());
    let (asked, after, refusals) = (&request, place.as_ref(), &refused);
    let read = |catalog: Arc<Catalog>| async move {
        // By name, as the name may mean another object under the catalog in force.
        let Some(object) = catalog.object_named(object) else { return Err(StoreError::SchemaChanged) };
        match grouping(asked, after.map(|(_, cells)| cells.as_str()), (object, &catalog), now) {
            Ok(grouping) => {
                let aggregate = Arc::clone(&grouping.aggregate);
                let grouping = Grouping { limit: limit + 1, ..grouping };
                let Seen { state, value } = tenant.store.groups(tenant.id, &catalog, grouping).await?;
                Ok(Seen { state, value: Some((aggregate, value)) })
            }
            Err(faults) => {
                *refusals.lock().unwrap_or_else(PoisonError::into_inner) = faults;
                Ok(Seen { state: tenant.store.state(tenant.id).await?, value: None })
            }
        }
    };
    let (catalog, Seen { state, value: found }) = read_of(session, &named, at_least, read).await?;
    let faults = refused.into_inner().unwrap_or_else(PoisonError::into_inner);
    let Some((aggregate, mut groups)) = found else { return Err(faults.into()) };
    if let Some((history, _)) = &place
        && *history != state.history.to_string()
    {
        let message = "`cursor` is of another history of this tenant".to_owned();
        return Err(history_changed(message, &state).into());
    }
    let has_more = groups.len() > limit as usize;
    groups.truncate(limit as usize);
    if groups.iter().any(|group| group.is_beyond) {
        let fault = Fault::new(Code::OutOfRange, "a sum has more than 18 digits");
        return Err(fault.hint("ask for fewer records at once").into());
    }
    let last = groups.last().filter(|_| has_more && !aggregate.order.is_empty());
    let next_cursor = last.map(|last| {
        let place = write_place(&last.place);
        cursor::seal(&["groups", &named.prefix, &hash, &state.history.to_string(), &place])
    });
    let data =
        groups.into_iter().map(|group| rendered(&aggregate, group, &catalog)).collect::<Result<_>>()?;
    Ok(Answer::new(&state, Page { data, next_cursor }))
}

/// The question that a request comes to under a catalog.
fn grouping(
    request: &GroupRequest,
    after: Option<&str>,
    (object, catalog): (&kith_model::catalog::Object, &Catalog),
    now: Timestamp,
) -> std::result::Result<Grouping, Faults> {
    let given = Given { now };
    let condition = match &request.condition {
        Some(source) => query::filter(source, object, catalog, given)
            .map(Some)
            .map_err(|faults| faults.into_iter().map(|fault| fault.at("where")).collect::<Faults>()),
        None => Ok(None),
    };
    let aggregate = Aggregate::of(&request.aggregate, object, catalog, given);
    let (condition, aggregate) = match (condition, aggregate) {
        (Ok(condition), Ok(aggregate)) => (condition, Arc::new(aggregate)),
        (one, other) => {
            let faults = [one.err(), other.err()];
            return Err(faults.into_iter().flatten().flatten().collect());
        }
    };
    let after = match after {
        Some(cells) => {
            Some(read_place(cells, &aggregate.order_columns()).ok_or_else(|| vec![cursor::damaged()])?)
        }
        None => None,
    };
    Ok(Grouping { object: object.number, condition, now, aggregate, after, limit: 0 })
}

/// A group as it stands on the wire: what its records have in common by the names that
/// the caller wrote, and the measures.
fn rendered(aggregate: &Aggregate, group: Grouped, catalog: &Catalog) -> Result<Json> {
    let mut members = Map::new();
    let mut cells = group.groups.into_iter();
    let mut texts = Vec::with_capacity(aggregate.groups.len());
    for group in &aggregate.groups {
        let own: Vec<Cell<'_>> = cells.by_ref().take(group.columns.len()).collect();
        texts.push(match own.first() {
            Some(Cell::Text(text)) => Some(text.to_string()),
            _ => None,
        });
        members.insert(group.name.clone(), common(group.of.kind(), own, catalog));
    }
    let Some(result) = aggregate.result.object(RESULT) else { return Ok(Json::Object(members)) };
    for ((measure, field), cell) in aggregate.measures.iter().zip(result.fields()).zip(group.measures) {
        let value = value::decode(field, &mut std::iter::once(cell)).map_err(StoreError::Corrupt)?;
        let currency = match measure.currency {
            Some(CurrencyOf::Fixed(code)) => Some(code.as_str().to_owned()),
            Some(CurrencyOf::Group(place)) => texts.get(place).cloned().flatten(),
            None => None,
        };
        let shown = value::render(field, &value, catalog);
        let shown = match (&value, currency) {
            (Value::Null, _) | (_, None) => shown,
            (_, Some(currency)) => json!({ "amount": shown, "currency": currency }),
        };
        members.insert(measure.name.clone(), shown);
    }
    Ok(Json::Object(members))
}

/// What the records of a group have in common.
fn common(kind: &Type, cells: Vec<Cell<'_>>, catalog: &Catalog) -> Json {
    if let Type::Record { objects } = kind {
        let found = objects.iter().zip(&cells).find_map(|(object, cell)| match cell {
            Cell::Uuid(id) => Some((catalog.definition(*object)?, *id)),
            _ => None,
        });
        return found.map_or(Json::Null, |(object, id)| json!(format_typeid(&object.prefix, id)));
    }
    match cells.into_iter().next() {
        None | Some(Cell::Null) => Json::Null,
        Some(Cell::Uuid(id)) => json!(id.to_string()),
        Some(Cell::Integer(number)) => json!(number),
        Some(Cell::Decimal(decimal)) => json!(decimal.to_string()),
        Some(Cell::Text(text) | Cell::Json(text)) => json!(text),
        Some(Cell::Boolean(truth)) => json!(truth),
        Some(Cell::Date(day)) => json!(day.to_string()),
        Some(Cell::Timestamp(at)) => json!(at.to_string()),
    }
}

/// What a request asks, in few letters: a check on slips, as with lists.
fn hash(request: &GroupRequest) -> String {
    let AggregateText { groups, measures, having, order } = &request.aggregate;
    let text = json!([request.condition, groups, measures, having, order]).to_string();
    token::hash(&text).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
