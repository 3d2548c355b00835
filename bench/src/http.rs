//! The lightest HTTP/1.1 client that will do: bytes made beforehand go out, and of what
//! comes back only the status, the length and a few headers are looked at. It shares
//! the machine with the server, so what it saves is measured.

use std::net::SocketAddr;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value as Json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Room that is kept free for the next read: an answer with a record fits.
const ROOM: usize = 16 * 1024;

/// A head that is longer is no head of Kith's.
const HEAD_MAX: usize = 64 * 1024;

/// A connection that is kept alive, with at most one request under way.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// An answer, as long as the next request is not sent.
pub(crate) struct Answer<'c> {
    /// The status code.
    pub(crate) status: u16,
    head: &'c [u8],
    /// What follows the head.
    pub(crate) body: &'c [u8],
}

/// The bytes of a request up to its body, JSON whose length is said.
pub(crate) fn head(method: &str, path: &str, token: &str, length: usize) -> Vec<u8> {
    head_of(method, path, token, "application/json", length)
}

/// The same with a body of another type.
pub(crate) fn head_of(method: &str, path: &str, token: &str, content_type: &str, length: usize) -> Vec<u8> {
    let body = match method {
        "GET" | "DELETE" => String::new(),
        _ => format!("Content-Type: {content_type}\r\nContent-Length: {length}\r\n"),
    };
    format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n{body}\r\n")
        .into_bytes()
}

impl Connection {
    /// Connects.
    pub(crate) async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await.context("connecting to kith")?;
        stream.set_nodelay(true).context("setting up a connection")?;
        Ok(Self { stream, buffer: Vec::with_capacity(ROOM) })
    }

    /// Sends a request and waits for the whole answer.
    pub(crate) async fn send(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        self.buffer.clear();
        self.stream.write_all(request).await.context("sending a request")?;
        let head = self.read_head().await?;
        let length = match field(&self.buffer[..head], "content-length") {
            Some(length) => length.parse().context("the length of an answer")?,
            None => 0,
        };
        let end = head + length;
        while self.buffer.len() < end {
            self.read().await?;
        }
        let status = status(&self.buffer)?;
        Ok(Answer { status, head: &self.buffer[..head], body: &self.buffer[head..end] })
    }

    /// Sends a request and throws the body of its answer away as it comes; how many bytes
    /// it had.
    pub(crate) async fn count(&mut self, request: &[u8]) -> Result<u64> {
        self.buffer.clear();
        self.stream.write_all(request).await.context("sending a request")?;
        let head = self.read_head().await?;
        let status = status(&self.buffer)?;
        ensure!(status == 200, "a file was answered {status}");
        let length = field(&self.buffer[..head], "content-length").context("a file says no length")?;
        let length: u64 = length.parse().context("the length of a file")?;
        let mut seen = u64::try_from(self.buffer.len() - head)?;
        while seen < length {
            self.buffer.clear();
            self.read().await?;
            seen += u64::try_from(self.buffer.len())?;
        }
        Ok(seen)
    }

    /// Sends a request whose answer does not end, and leaves what follows its head to
    /// the caller.
    pub(crate) async fn send_for_stream(mut self, request: &[u8]) -> Result<(TcpStream, Vec<u8>)> {
        self.buffer.clear();
        self.stream.write_all(request).await.context("sending a request")?;
        let head = self.read_head().await?;
        let status = status(&self.buffer)?;
        ensure!(status == 200, "the stream was answered {status}");
        let is_chunked = field(&self.buffer[..head], "transfer-encoding") == Some("chunked");
        ensure!(is_chunked, "the stream is not sent in chunks");
        Ok((self.stream, self.buffer.split_off(head)))
    }

    /// Reads until the head is there; where it ends.
    async fn read_head(&mut self) -> Result<usize> {
        let mut seen = 0;
        loop {
            if let Some(at) = find(&self.buffer[seen..], b"\r\n\r\n") {
                return Ok(seen + at + 4);
            }
            ensure!(self.buffer.len() < HEAD_MAX, "the head of an answer does not end");
            seen = self.buffer.len().saturating_sub(3);
            self.read().await?;
        }
    }

    async fn read(&mut self) -> Result<()> {
        self.buffer.reserve(ROOM);
        let read = self.stream.read_buf(&mut self.buffer).await.context("reading an answer")?;
        if read == 0 {
            bail!("kith closed a connection in the middle of an answer");
        }
        Ok(())
    }
}

impl Answer<'_> {
    /// The position it names.
    pub(crate) fn position(&self) -> Result<u64> {
        let text = field(self.head, "kith-position").context("an answer names no position")?;
        text.parse().context("the position of an answer")
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Result<Json> {
        serde_json::from_slice(self.body).context("the body of an answer")
    }

    /// Refuses another status than this.
    pub(crate) fn expect(&self, status: u16) -> Result<()> {
        if self.status == status {
            return Ok(());
        }
        let body = String::from_utf8_lossy(&self.body[..self.body.len().min(500)]).into_owned();
        bail!("answered {} in place of {status}: {body}", self.status)
    }
}

fn status(answer: &[u8]) -> Result<u16> {
    let text = answer.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok());
    text.and_then(|text| text.parse().ok()).context("the status of an answer")
}

/// A header's value. Names are looked for as Kith writes them: in lower case.
fn field<'h>(head: &'h [u8], name: &str) -> Option<&'h str> {
    let lines = head.split(|byte| *byte == b'\n').skip(1);
    let mut values = lines.filter_map(|line| line.strip_prefix(name.as_bytes())?.strip_prefix(b": "));
    std::str::from_utf8(values.next()?).ok().map(str::trim_end)
}

/// Where a few bytes first are.
pub(crate) fn find(within: &[u8], bytes: &[u8]) -> Option<usize> {
    within.windows(bytes.len()).position(|window| window == bytes)
}

#[cfg(test)]
mod tests {
    use super::{field, find, status};

    #[test]
    fn reads_a_head() {
        let head = b"HTTP/1.1 201 Created\r\ncontent-length: 17\r\nkith-position: 4\r\n\r\n";
        assert_eq!(status(head).unwrap(), 201);
        assert_eq!(field(head, "content-length"), Some("17"));
        assert_eq!(field(head, "kith-position"), Some("4"));
        assert_eq!(field(head, "kith"), None);
        assert_eq!(find(head, b"\r\n\r\n"), Some(head.len() - 4));
    }
}
