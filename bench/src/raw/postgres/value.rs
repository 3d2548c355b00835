//! Values as the server sends them: what is read of one row is written to the next
//! without being understood.

use std::error::Error;

use anyhow::{Context, Result};
use bytes::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

/// A value in binary form; `None` is null.
#[derive(Clone, Debug)]
pub(super) struct Value(Option<Vec<u8>>);

impl Value {
    /// A point in time, in microseconds of the server's count.
    pub(super) fn time(micros: i64) -> Self {
        Self(Some(micros.to_be_bytes().to_vec()))
    }

    /// A `jsonb`: its text behind the version of that form.
    pub(super) fn json(text: &str) -> Self {
        Self(Some([&[1], text.as_bytes()].concat()))
    }

    /// The microseconds of a point in time.
    pub(super) fn micros(&self) -> Result<i64> {
        let bytes = self.0.as_deref().context("a time is null")?;
        Ok(i64::from_be_bytes(bytes.try_into().context("a time")?))
    }
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(Some(raw.to_vec())))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(None))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

impl ToSql for Value {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match &self.0 {
            Some(bytes) => {
                out.extend_from_slice(bytes);
                Ok(IsNull::No)
            }
            None => Ok(IsNull::Yes),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// The parameter with this number as an array of a type.
pub(super) fn array(number: usize, kind: &str) -> String {
    format!("${number}::{kind}[]")
}
