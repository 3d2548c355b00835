//! Purging: the end of what was removed, and what the database says is left of it.

use kith_model::id::{FieldNo, ObjectNo};
use kith_store::{Purged, Remains};
use serde_json::{Value as Json, json};

use crate::error::{Error, Result};
use crate::session::Session;
use crate::submit::{Receipt, ReceiptOutcome, Request, submit};
use crate::usage;

/// Submits a purge; the document of its receipt says what is left.
///
/// # Errors
/// Every fault of the work (nothing of it is done then), or a failure of the store.
pub async fn purge(session: &Session, request: Request) -> Result<Receipt> {
    // Uses that were counted and not yet written down would otherwise outlive it.
    usage::flush(&session.engine).await;
    let mut receipt = submit(session, request).await?;
    if let ReceiptOutcome::Schema(document) = &mut receipt.outcome {
        let purged = what_was(document).ok_or_else(|| Error::internal("a purge does not say of what"))?;
        let left = session.tenant.store.remains(session.tenant.id, purged).await?.value;
        let Remains { columns, indexes, constraints, metadata } = left;
        if left != Remains::default() {
            tracing::error!(tenant = %session.tenant.id, ?left, "a purge left something behind");
        }
        document["left"] = json!({
            "columns": columns, "indexes": indexes, "constraints": constraints, "metadata": metadata,
        });
    }
    Ok(receipt)
}

/// What the decision says was purged; the numbers, which are no part of the answer, are
/// taken out of it.
fn what_was(document: &mut Json) -> Option<Purged> {
    let numbers = document.as_object_mut()?.shift_remove("numbers")?;
    let number = |json: &Json| json.as_u64().and_then(|number| u32::try_from(number).ok());
    let fields = numbers["fields"].as_array()?.iter().filter_map(number).map(FieldNo).collect();
    let columns = document["columns"].as_array();
    let columns = columns.map(|all| all.iter().filter_map(Json::as_str).map(str::to_owned).collect());
    Some(Purged {
        object: ObjectNo(number(&numbers["object"])?),
        table: document["table"].as_str()?.to_owned(),
        fields,
        columns,
    })
}
