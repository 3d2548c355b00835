//! A caller for what is prepared, where speed is no matter.

use std::net::SocketAddr;

use anyhow::{Context, Result};
use serde_json::Value as Json;

use crate::http::{Connection, head, head_of};

/// Speaks as one token on one connection.
pub(crate) struct Client {
    connection: Connection,
    token: String,
}

impl Client {
    /// Connects.
    pub(crate) async fn open(address: SocketAddr, token: &str) -> Result<Self> {
        Ok(Self { connection: Connection::open(address).await?, token: token.to_owned() })
    }

    /// Reads.
    pub(crate) async fn get(&mut self, path: &str) -> Result<Json> {
        let answer = self.connection.send(&head("GET", path, &self.token, 0)).await?;
        answer.expect(200).with_context(|| format!("GET {path}"))?;
        answer.json()
    }

    /// Makes something.
    pub(crate) async fn post(&mut self, path: &str, body: &Json) -> Result<Json> {
        self.send(path, body, 201).await
    }

    /// Does something that is answered 200.
    pub(crate) async fn ask(&mut self, path: &str, body: &Json) -> Result<Json> {
        self.send(path, body, 200).await
    }

    /// Sends content of a type.
    pub(crate) async fn put(&mut self, path: &str, content_type: &str, content: &[u8]) -> Result<Json> {
        let mut request = head_of("PUT", path, &self.token, content_type, content.len());
        request.extend_from_slice(content);
        let answer = self.connection.send(&request).await?;
        answer.expect(200).with_context(|| format!("PUT {path}"))?;
        answer.json()
    }

    /// Reads what is too large to be kept; how many bytes it has.
    pub(crate) async fn count(&mut self, path: &str) -> Result<u64> {
        let request = head("GET", path, &self.token, 0);
        self.connection.count(&request).await.with_context(|| format!("GET {path}"))
    }

    async fn send(&mut self, path: &str, body: &Json, status: u16) -> Result<Json> {
        let body = serde_json::to_vec(body)?;
        let mut request = head("POST", path, &self.token, body.len());
        request.extend(body);
        let answer = self.connection.send(&request).await?;
        answer.expect(status).with_context(|| format!("POST {path}"))?;
        answer.json()
    }
}

/// A text in an answer.
pub(crate) fn text<'j>(json: &'j Json, pointer: &str) -> Result<&'j str> {
    json.pointer(pointer).and_then(Json::as_str).with_context(|| format!("an answer lacks `{pointer}`"))
}
