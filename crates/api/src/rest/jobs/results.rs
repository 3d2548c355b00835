//! `GET /v1/jobs/{job}/results`: what became of each row, streamed as JSON Lines or CSV.

use axum::body::{Body, Bytes};
use futures_util::stream::unfold;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, StatusCode};
use kith_engine::jobs::{self, ResultForm};
use kith_model::fault::Code;

use crate::extract::{Asked, Caller, Parameters, Query, Segments, accept};
use crate::problem::{Outcome, Problem};
use crate::reply;

/// The parameters of results.
pub(crate) struct Asking {
    /// Only rows of which this became.
    outcome: Option<jobs::Outcome>,
}

impl Query for Asking {
    fn read(parameters: &mut Parameters) -> Self {
        Self { outcome: parameters.word("outcome", &jobs::Outcome::WORDS) }
    }
}

/// Answers what became of the rows. A stream that cannot go on is broken off, which a
/// client sees.
pub(crate) async fn results(
    caller: Caller,
    Segments([job]): Segments<1>,
    Asked(Asking { outcome }): Asked<Asking>,
    headers: HeaderMap,
) -> Outcome {
    let form = form(&headers)?;
    let results = jobs::results(&caller.session, &job, outcome, form).await?;
    let state = caller.session.state().await?;
    let pieces = unfold(Some(results), |results| async move {
        let mut results = results?;
        match results.next().await {
            Ok(Some(bytes)) => Some((Ok(Bytes::from(bytes)), Some(results))),
            Ok(None) => None,
            Err(error) => Some((Err(error), None)),
        }
    });
    let mut response = reply::empty(StatusCode::OK);
    *response.body_mut() = Body::from_stream(pieces);
    let media = match form {
        ResultForm::JsonLines => "application/jsonl",
        ResultForm::Csv => "text/csv; charset=utf-8",
    };
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media));
    Ok(reply::stand(response, state.last_position, state.history))
}

/// The form that is wanted most; JSON Lines will do for whoever takes JSON.
fn form(headers: &HeaderMap) -> Result<ResultForm, Problem> {
    let csv = accept::welcome(headers, "text", "csv");
    let lines = ["jsonl", "x-ndjson", "json"].map(|name| accept::welcome(headers, "application", name));
    match lines.into_iter().max().unwrap_or(0) {
        lines if csv > lines => Ok(ResultForm::Csv),
        0 => {
            let message = "the answer would be `application/jsonl` or `text/csv`";
            Err(Problem::new(Code::NotAcceptable, message))
        }
        _ => Ok(ResultForm::JsonLines),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_in_the_form_that_is_wanted() {
        let form = |accept: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("accept", accept.parse().unwrap());
            form(&headers).ok()
        };
        for accept in ["*/*", "application/json", "application/jsonl, text/csv", "application/x-ndjson"] {
            assert_eq!(form(accept), Some(ResultForm::JsonLines), "{accept}");
        }
        for accept in ["text/csv", "application/json;q=0.5, text/csv", "text/*"] {
            assert_eq!(form(accept), Some(ResultForm::Csv), "{accept}");
        }
        assert_eq!(form("text/html"), None);
    }
}
