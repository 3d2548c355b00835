//! JSON read strictly: no member twice, bounded depth, UTF-8, and where it is wrong.

use std::cell::Cell;
use std::fmt;

use kith_model::fault::{Code, Fault};
use kith_model::limits::JSON_DEPTH_MAX;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Number, Value as Json};

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
    let is_too_deep = Cell::new(false);
    let mut reader = serde_json::Deserializer::from_str(text);
    let seed = Strict { depth: 0, is_too_deep: &is_too_deep };
    let value = seed.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    match value {
        Ok(Json::Object(object)) => Ok(object),
        Ok(_) => Err(Fault::new(Code::Malformed, "the body must be a JSON object")),
        Err(error) if is_too_deep.get() => Err(Fault::new(Code::TooLarge, format!("the body is {error}"))),
        Err(error) => Err(Fault::new(Code::Malformed, format!("the body is not valid JSON: {error}"))),
    }
}

/// Reads one value at a depth.
#[derive(Clone, Copy)]
struct Strict<'a> {
    depth: usize,
    is_too_deep: &'a Cell<bool>,
}

impl Strict<'_> {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        let depth = self.depth + 1;
        if depth > JSON_DEPTH_MAX + ENVELOPE_DEPTH {
            self.is_too_deep.set(true);
            return Err(E::custom(format_args!("nested deeper than {JSON_DEPTH_MAX} levels")));
        }
        Ok(Self { depth, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Json, E> {
        Number::from_f64(value).map(Json::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Json, E> {
        Ok(Json::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let inner = self.deeper()?;
        let mut items = Vec::new();
        while let Some(item) = access.next_element_seed(inner)? {
            items.push(item);
        }
        Ok(Json::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let inner = self.deeper()?;
        let mut members = Map::new();
        while let Some(name) = access.next_key::<String>()? {
            match members.entry(name) {
                Entry::Vacant(place) => {
                    place.insert(access.next_value_seed(inner)?);
                }
                Entry::Occupied(other) => {
                    let shown: String = other.key().chars().take(100).collect();
                    return Err(A::Error::custom(format_args!("the member `{shown}` stands twice")));
                }
            }
        }
        Ok(Json::Object(members))
    }
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
