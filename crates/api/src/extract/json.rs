//! JSON read strictly: no member twice, bounded depth, UTF-8, and where it is wrong.

use kith_model::fault::{Code, Fault};
use kith_model::limits::JSON_DEPTH_MAX;
use kith_model::strict::{self, Trouble};
use serde_json::{Map, Value as Json};

/// Levels around a field's value: the body itself, `operations`, one of them, `record`.
/// A `json` field has its own bound; this one only guards the stack.
const ENVELOPE_DEPTH: usize = 5;

/// The JSON object that a body consists of.
pub(crate) fn object(body: &[u8]) -> Result<Map<String, Json>, Fault> {
    let text = std::str::from_utf8(body).map_err(|error| {
        Fault::new(Code::Malformed, format!("the body is not UTF-8 from byte {} on", error.valid_up_to()))
    })?;
    if text.trim_ascii().is_empty() {
        return Err(Fault::new(Code::Malformed, "the body is empty; it must be a JSON object"));
    }
    strict::object(text, JSON_DEPTH_MAX + ENVELOPE_DEPTH).map_err(|trouble| match trouble {
        Trouble::NotObject => Fault::new(Code::Malformed, "the body must be a JSON object"),
        Trouble::Syntax(error) => Fault::new(Code::Malformed, format!("the body is not valid JSON: {error}")),
        Trouble::Depth => {
            let problem = format!("the body is nested deeper than {JSON_DEPTH_MAX} levels");
            Fault::new(Code::TooLarge, problem)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(body: &[u8]) -> (Code, String) {
        let fault = object(body).unwrap_err();
        (fault.code, fault.message)
    }

    #[test]
    fn reads_an_object_in_its_order() {
        let read = object(br#" {"b": [1, -2, 2.5, null, true], "a": {"c": "\u00e9"}} "#).unwrap();
        assert_eq!(Json::Object(read).to_string(), r#"{"b":[1,-2,2.5,null,true],"a":{"c":"é"}}"#);
        let big = object(br#"{"n": 18446744073709551615}"#).unwrap();
        assert_eq!(big["n"], u64::MAX);
    }

    #[test]
    fn says_where_it_is_wrong() {
        assert_eq!(
            refusal(b"{\"a\": 1,\n \"a\": 2}"),
            (
                Code::Malformed,
                "the body is not valid JSON: the member `a` stands twice at line 2 column 4".to_owned()
            )
        );
        assert_eq!(refusal(b"{\"a\": \xff}").1, "the body is not UTF-8 from byte 6 on");
        assert!(refusal(b"{\"a\": }").1.ends_with("expected value at line 1 column 7"));
        assert!(refusal(b"{} {}").1.contains("trailing characters"));
        assert_eq!(refusal(b"{\"a\": 1e999}").0, Code::Malformed);
        assert_eq!(refusal(b"[]").1, "the body must be a JSON object");
        assert_eq!(refusal(b" \n").0, Code::Malformed);
    }

    #[test]
    fn bounds_the_depth() {
        let nested = |levels: usize| format!("{}{}{}", "{\"a\":".repeat(levels), 1, "}".repeat(levels));
        assert!(object(nested(JSON_DEPTH_MAX).as_bytes()).is_ok());
        assert_eq!(refusal(nested(100_000).as_bytes()).0, Code::TooLarge);
        assert_eq!(refusal(format!("{{\"a\":{}", "[".repeat(100_000)).as_bytes()).0, Code::TooLarge);
    }
}
