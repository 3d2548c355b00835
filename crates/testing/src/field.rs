//! Definitions of fields: a function a type, a method a member.

use serde_json::{Value as Json, json};

/// A field to be created.
#[derive(Clone, Debug)]
pub struct Field(Json);

macro_rules! plain {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[must_use]
        pub fn $name(name: &str) -> Field {
            Field::of(name, stringify!($name))
        }
    )*};
}

plain! {
    /// One line of text.
    text;
    /// Many lines of text.
    long_text;
    /// A 64-bit integer.
    integer;
    /// An amount with its currency.
    currency;
    /// True or false.
    boolean;
    /// A day.
    date;
    /// A point in time.
    datetime;
    /// An e-mail address.
    email;
    /// A telephone number.
    phone;
    /// A URL.
    url;
    /// Any JSON.
    json;
    /// A number that Kith gives.
    auto_number;
}

/// An exact decimal.
#[must_use]
pub fn decimal(name: &str, precision: u8, scale: u8) -> Field {
    Field::of(name, "decimal").set("precision", json!(precision)).set("scale", json!(scale))
}

/// One of these options.
#[must_use]
pub fn select(name: &str, options: &[&str]) -> Field {
    Field::of(name, "select").set("options", json!(options))
}

/// Any of these options.
#[must_use]
pub fn multi_select(name: &str, options: &[&str]) -> Field {
    Field::of(name, "multi_select").set("options", json!(options))
}

/// A reference to a record of one of these objects.
#[must_use]
pub fn reference(name: &str, to: &[&str]) -> Field {
    Field::of(name, "reference").set("to", json!(to))
}

/// How many records of `from` refer here by `via`.
#[must_use]
pub fn count(name: &str, from: &str, via: &str) -> Field {
    Field::of(name, "rollup").set("function", json!("count")).set("from", json!(from)).set("via", json!(via))
}

/// The sum of `of` over the records of `from` that refer here by `via`.
#[must_use]
pub fn sum(name: &str, from: &str, via: &str, of: &str) -> Field {
    count(name, from, via).set("function", json!("sum")).set("of", json!(of))
}

/// A function over `of` in the records of `from` that refer here by `via`.
#[must_use]
pub fn rollup(name: &str, function: &str, from: &str, via: &str, of: &str) -> Field {
    count(name, from, via).set("function", json!(function)).set("of", json!(of))
}

impl Field {
    fn of(name: &str, kind: &str) -> Self {
        Self(json!({ "name": name, "type": kind }))
    }

    /// Every record must have a value.
    #[must_use]
    pub fn required(self) -> Self {
        self.set("required", json!(true))
    }

    /// No two records may have the same value.
    #[must_use]
    pub fn unique(self) -> Self {
        self.set("unique", json!(true))
    }

    /// No two records may have the same value, in upper case or lower.
    #[must_use]
    pub fn unique_in_any_case(self) -> Self {
        self.unique().set("case_insensitive", json!(true))
    }

    /// Has an index.
    #[must_use]
    pub fn indexed(self) -> Self {
        self.set("indexed", json!(true))
    }

    /// What a new record gets.
    #[must_use]
    pub fn default(self, value: Json) -> Self {
        self.set("default", value)
    }

    /// What the deletion of the target does: `restrict`, `clear` or `cascade`.
    #[must_use]
    pub fn on_delete(self, what: &str) -> Self {
        self.set("on_delete", json!(what))
    }

    /// `public`, `internal`, `personal` or `secret`.
    #[must_use]
    pub fn classified(self, classification: &str) -> Self {
        self.set("classification", json!(classification))
    }

    /// Sets any member.
    #[must_use]
    pub fn set(mut self, member: &str, value: Json) -> Self {
        self.0[member] = value;
        self
    }

    /// The document to send.
    #[must_use]
    pub fn into_json(self) -> Json {
        self.0
    }
}
