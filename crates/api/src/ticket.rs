//! What is known of a request wherever it goes: its id, its trace and, once someone
//! has found out, its tenant.

use std::fmt;
use std::sync::{Arc, OnceLock};

use http::request::Parts;
use http::{HeaderMap, HeaderValue};
use kith_model::id::{RequestId, TenantId};

use crate::problem::Problem;

/// One request's ticket; handlers get a clone of the pointer.
pub(crate) struct Ticket {
    /// The request's id as text.
    pub(crate) id: String,
    /// The caller's `traceparent`, if it is a valid one.
    pub(crate) trace: Option<Box<str>>,
    tenant: OnceLock<TenantId>,
}

impl Ticket {
    /// The ticket of a request with these headers.
    pub(crate) fn new(id: RequestId, headers: &HeaderMap) -> Self {
        Self { id: id.to_string(), trace: traceparent(headers), tenant: OnceLock::new() }
    }

    /// Notes whose request it is, for the log.
    pub(crate) fn belongs_to(&self, tenant: TenantId) {
        // A second extractor of the same request says the same.
        let _ = self.tenant.set(tenant);
    }

    /// The tenant as the log shows it.
    pub(crate) fn tenant(&self) -> impl fmt::Display {
        match self.tenant.get() {
            Some(tenant) => tenant.to_string(),
            None => String::new(),
        }
    }
}

/// The ticket of a request on its way through the frame.
pub(crate) fn of(parts: &Parts) -> Result<Arc<Ticket>, Problem> {
    parts
        .extensions
        .get::<Arc<Ticket>>()
        .cloned()
        .ok_or_else(|| Problem::internal("the request has no ticket"))
}

/// The `traceparent` header, when there is one and it is what W3C Trace Context says.
/// Any other is as if it were not there.
fn traceparent(headers: &HeaderMap) -> Option<Box<str>> {
    let mut values = headers.get_all("traceparent").iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    value.to_str().ok().filter(|text| is_traceparent(text)).map(Box::from)
}

fn is_traceparent(text: &str) -> bool {
    // A later version may add parts; the first four keep their meaning.
    if text.len() < 55 || text.len() > 255 || !text.is_ascii() {
        return false;
    }
    let (known, more) = text.split_at(55);
    let parts: Vec<&str> = known.split('-').collect();
    let [version, trace, parent, flags] = parts.as_slice() else { return false };
    let is_hex = |part: &str, length: usize| {
        part.len() == length && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    let is_zero = |part: &str| part.bytes().all(|byte| byte == b'0');
    is_hex(version, 2)
        && *version != "ff"
        && is_hex(trace, 32)
        && !is_zero(trace)
        && is_hex(parent, 16)
        && !is_zero(parent)
        && is_hex(flags, 2)
        && (more.is_empty() || (*version != "00" && more.starts_with('-')))
}

/// A text as a header's value; what cannot be one is left out by the caller.
pub(crate) fn header_value(text: &str) -> Option<HeaderValue> {
    HeaderValue::from_str(text).ok()
}

#[cfg(test)]
mod tests {
    use super::is_traceparent;

    const VALID: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    #[test]
    fn accepts_what_trace_context_says() {
        assert!(is_traceparent(VALID));
        assert!(is_traceparent(&VALID.replacen("00", "cc", 1)), "an unknown version");
        assert!(is_traceparent(&format!("cc{}-what-is-next", &VALID[2..])), "with parts of its own");
    }

    #[test]
    fn ignores_anything_else() {
        for text in [
            "",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
            &VALID.to_uppercase(),
            &VALID.replace("0af7651916cd43dd8448eb211c80319c", &"0".repeat(32)),
            &VALID.replace("b7ad6b7169203331", &"0".repeat(16)),
            &VALID.replacen("00", "ff", 1),
            &format!("{VALID}-more"),
            &format!("{VALID}\u{e9}"),
        ] {
            assert!(!is_traceparent(text), "{text}");
        }
    }
}
