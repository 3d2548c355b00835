//! JSON read strictly: no member twice, and bounded depth.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Number, Value as Json};

/// Why a text is not such an object.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// It is not JSON, or has a member twice.
    #[error(transparent)]
    Syntax(#[from] serde_json::Error),
    /// It is nested too deep.
    #[error("nested too deep")]
    Depth,
    /// It is JSON, but no object.
    #[error("not an object")]
    NotObject,
}

/// The JSON object that a text consists of, nested at most so deep.
///
/// # Errors
/// When it is not JSON, has a member twice, is nested deeper, or is no object.
pub fn object(text: &str, depth_max: usize) -> Result<Map<String, Json>, Trouble> {
    match value(text, depth_max)? {
        Json::Object(object) => Ok(object),
        _ => Err(Trouble::NotObject),
    }
}

/// The JSON value that a text consists of, nested at most so deep.
///
/// # Errors
/// When it is not JSON, has a member twice, or is nested deeper.
pub fn value(text: &str, depth_max: usize) -> Result<Json, Trouble> {
    let is_too_deep = Cell::new(false);
    let mut reader = serde_json::Deserializer::from_str(text);
    let seed = Strict { levels: depth_max, is_too_deep: &is_too_deep };
    let value = seed.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    value.map_err(|error| match is_too_deep.get() {
        true => Trouble::Depth,
        false => Trouble::Syntax(error),
    })
}

/// Reads one value that has so many levels left.
#[derive(Clone, Copy)]
struct Strict<'a> {
    levels: usize,
    is_too_deep: &'a Cell<bool>,
}

impl Strict<'_> {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        match self.levels.checked_sub(1) {
            Some(levels) => Ok(Self { levels, ..self }),
            None => {
                self.is_too_deep.set(true);
                Err(E::custom("nested too deep"))
            }
        }
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
    use super::{Trouble, object, value};

    #[test]
    fn reads_any_value_in_its_order_and_an_object_where_one_is_wanted() {
        let read = value(r#"{"b": [1, -2, 2.5, null, true], "a": "\u00e9"}"#, 2).expect("JSON");
        assert_eq!(read.to_string(), r#"{"b":[1,-2,2.5,null,true],"a":"é"}"#);
        assert_eq!(value("18446744073709551615", 0).expect("JSON"), u64::MAX);
        assert!(matches!(object("[]", 1), Err(Trouble::NotObject)));
    }

    #[test]
    fn refuses_members_that_stand_twice_and_what_is_nested_too_deep() {
        let twice = object(r#"{"a": 1, "b": {"c": 1, "c": 2}}"#, 9).expect_err("refused");
        assert_eq!(twice.to_string(), "the member `c` stands twice at line 1 column 26");
        assert!(matches!(value("[[]]", 1), Err(Trouble::Depth)));
        assert!(matches!(value(&"[".repeat(100_000), 40), Err(Trouble::Depth)));
        assert!(matches!(value("[1] 2", 1), Err(Trouble::Syntax(_))));
    }
}
