//! Reads the change stream as server-sent events and notes when each arrives.

use std::net::SocketAddr;
use std::time::Instant;

use anyhow::{Context, Result};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use crate::http::{Connection, find, head};

/// Room for one read.
const ROOM: usize = 64 * 1024;

/// An open stream.
pub(crate) struct Stream {
    stream: TcpStream,
    chunks: Chunks,
    /// What was received and is not yet a whole event.
    text: Vec<u8>,
}

/// Takes apart HTTP's chunks.
#[derive(Default)]
struct Chunks {
    /// Received, and not yet taken apart.
    waiting: Vec<u8>,
    /// Bytes of the present chunk that are still to come, its line end included.
    left: usize,
}

impl Stream {
    /// Opens the stream behind a position.
    pub(crate) async fn open(address: SocketAddr, token: &str, after: u64) -> Result<Self> {
        let connection = Connection::open(address).await?;
        let mut request = head("GET", &format!("/v1/changes?after={after}"), token, 0);
        request.truncate(request.len() - 2);
        request.extend(b"Accept: text/event-stream\r\n\r\n");
        let (stream, waiting) = connection.send_for_stream(&request).await?;
        Ok(Self { stream, chunks: Chunks { waiting, left: 0 }, text: Vec::new() })
    }

    /// Notes positions and arrivals until the event with this position, or a later one,
    /// is there.
    pub(crate) async fn note_until(&mut self, last: u64, arrivals: &mut Vec<(u64, Instant)>) -> Result<()> {
        loop {
            let now = Instant::now();
            self.chunks.take(&mut self.text)?;
            while let Some(end) = find(&self.text, b"\n\n") {
                if let Some(position) = position(&self.text[..end])? {
                    arrivals.push((position, now));
                    if position >= last {
                        return Ok(());
                    }
                }
                self.text.drain(..end + 2);
            }
            self.chunks.waiting.reserve(ROOM);
            let read = self.stream.read_buf(&mut self.chunks.waiting).await.context("reading the stream")?;
            anyhow::ensure!(read > 0, "kith closed the stream");
        }
    }
}

impl Chunks {
    /// Moves what is whole to the text.
    fn take(&mut self, text: &mut Vec<u8>) -> Result<()> {
        let mut at = 0;
        loop {
            let rest = &self.waiting[at..];
            if self.left > 2 {
                let take = rest.len().min(self.left - 2);
                text.extend(&rest[..take]);
                self.left -= take;
                at += take;
                if self.left > 2 {
                    break;
                }
            } else if self.left > 0 {
                if rest.len() < self.left {
                    break;
                }
                at += self.left;
                self.left = 0;
            } else {
                let Some(end) = find(rest, b"\r\n") else { break };
                let digits = std::str::from_utf8(&rest[..end]).context("the size of a chunk")?;
                let size = usize::from_str_radix(digits.trim(), 16).context("the size of a chunk")?;
                at += end + 2;
                self.left = size + 2;
            }
        }
        self.waiting.drain(..at);
        Ok(())
    }
}

/// The position in an event's id; a comment has none.
fn position(event: &[u8]) -> Result<Option<u64>> {
    let line = event.split(|byte| *byte == b'\n').find_map(|line| line.strip_prefix(b"id:"));
    let Some(id) = line else { return Ok(None) };
    let id = std::str::from_utf8(id).context("an event's id")?;
    let number = id.trim().split(':').next().unwrap_or_default();
    number.parse().map(Some).context("the position in an event's id")
}

#[cfg(test)]
mod tests {
    use super::{Chunks, position};

    #[test]
    fn takes_chunks_apart_however_they_arrive() {
        let sent = b"8\r\nid: 4:h\n\r\n7\r\ndata: \n\r\n1\r\n\n\r\n";
        for size in 1..sent.len() {
            let (mut chunks, mut text) = (Chunks::default(), Vec::new());
            for part in sent.chunks(size) {
                chunks.waiting.extend(part);
                chunks.take(&mut text).unwrap();
            }
            assert_eq!(text, b"id: 4:h\ndata: \n\n");
        }
    }

    #[test]
    fn reads_the_position() {
        assert_eq!(position(b"id: 4:history_x\nevent: transaction").unwrap(), Some(4));
        assert_eq!(position(b": still here").unwrap(), None);
    }
}
