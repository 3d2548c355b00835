//! `POST /v1/imports/infer`: an object and a mapping proposed from the beginning of a file.

use futures_util::StreamExt;
use kith_engine::jobs::{self, InferInput};
use kith_model::fault::Code;
use kith_model::limits::BODY_BYTES_MAX;

use crate::extract::{Asked, Caller, Content, Parameters, Query};
use crate::problem::{Outcome, Problem};
use crate::reply;

impl Query for InferInput {
    fn read(parameters: &mut Parameters) -> Self {
        Self {
            file: parameters.text("file").unwrap_or_else(|| "rows.csv".to_owned()),
            object: parameters.text("object"),
            system: parameters.text("system"),
        }
    }
}

/// Answers what the file seems to hold.
pub(crate) async fn infer(caller: Caller, Asked(input): Asked<InferInput>, mut content: Content) -> Outcome {
    let bytes = match whole(&mut content).await {
        Ok(bytes) => bytes,
        Err(problem) => {
            content.refuse().await;
            return Err(problem);
        }
    };
    reply::answer(&jobs::infer(&caller.session, &input, &bytes).await?)
}

/// All of the body, which is not compressed and within its bound.
async fn whole(content: &mut Content) -> Result<Vec<u8>, Problem> {
    if content.encoding.as_deref().is_some_and(|encoding| encoding != "identity") {
        let message = "the beginning of a file is looked at as it is, and not compressed";
        return Err(Problem::new(Code::UnsupportedMediaType, message));
    }
    let mut bytes = Vec::new();
    let mut pieces = content.pieces();
    while let Some(piece) = pieces.next().await {
        let piece =
            piece.map_err(|_| Problem::new(Code::Malformed, "the body ended before its announced end"))?;
        bytes.extend_from_slice(&piece);
        if bytes.len() > BODY_BYTES_MAX {
            let message = format!("the body is larger than {BODY_BYTES_MAX} bytes: its beginning will do");
            return Err(Problem::new(Code::TooLarge, message));
        }
    }
    Ok(bytes)
}
