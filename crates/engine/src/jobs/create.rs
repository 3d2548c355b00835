//! A new job, from the document that asks for it.

use kith_model::fault::{Code, Fault, Faults};
use kith_model::job::{JobKind, NewJob};
use kith_model::operation::Work;
use serde_json::{Map, Value as Json};

use super::{document, export, import, load, start};
use crate::answer::Written;
use crate::clock;
use crate::error::{Error, Result};
use crate::session::Session;
use crate::submit::{ReceiptOutcome, Request, submit};

/// A job as its kind has understood it.
pub(crate) struct Defined {
    /// What kind of work it is.
    pub(crate) kind: JobKind,
    /// What is kept of what was asked for. Its member `keep` says whether the job is to be
    /// kept for ever, `plan` whether it only says what would come of it.
    pub(crate) definition: Json,
    /// What the journal says of it.
    pub(crate) about: Map<String, Json>,
}

/// Makes a job. One that waits for no files is started at once.
///
/// # Errors
/// Every fault of the document.
pub async fn create(
    session: &Session,
    body: Map<String, Json>,
    request: impl FnOnce(Work) -> Request,
) -> Result<Written<Json>> {
    let Defined { kind, definition, about } = define(session, body).await?;
    let at = clock::now();
    let id = clock::job_id(at)?;
    let new = NewJob { id, kind, definition: definition.to_string().into(), about };
    let receipt = submit(session, request(Work::CreateJob(new))).await?;
    let ReceiptOutcome::Job(id) = receipt.outcome else {
        return Err(Error::internal("a job was made without an answer"));
    };
    if kind == JobKind::Export {
        start::begin(session, id).await?;
    }
    let value = document::of(session, id).await?;
    let (position, history, replayed) = (receipt.position, receipt.history, receipt.replayed);
    Ok(Written { value, position, history, replayed })
}

async fn define(session: &Session, mut body: Map<String, Json>) -> Result<Defined> {
    let kind = body.remove("kind");
    match kind.as_ref().and_then(Json::as_str) {
        Some("load") => Ok(load::define(session, body)?),
        Some("import") => import::define(session, body).await,
        Some("export") => export::define(session, body).await,
        _ => Err(no_kind(kind.as_ref()).into()),
    }
}

fn no_kind(kind: Option<&Json>) -> Faults {
    let fault = match kind {
        None => Fault::new(Code::Required, "`kind` says what the job is to do"),
        Some(_) => Fault::new(Code::InvalidValue, "no such kind of job"),
    };
    vec![fault.at("kind").hint("a job is a `load`, an `import` or an `export`")]
}
