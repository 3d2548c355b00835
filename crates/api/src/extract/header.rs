//! Single headers, read strictly.

use http::HeaderMap;
use kith_model::fault::Code;

use crate::problem::Problem;

/// The text of a header that may stand once.
pub(crate) fn single<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, Problem> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Problem::new(
            Code::InvalidParameter,
            format!("the header `{name}` stands more than once"),
        ));
    }
    match value.to_str() {
        Ok(text) => Ok(Some(text.trim())),
        Err(_) => {
            let message = format!("the header `{name}` holds more than visible ASCII characters");
            Err(Problem::new(Code::InvalidParameter, message))
        }
    }
}
