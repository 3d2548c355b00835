//! Zstandard, one frame after another.

use kith_model::fault::{Code, Fault};
use zstd::stream::raw::{DParameter, Decoder, InBuffer, Operation as _, OutBuffer};

use super::{INFLATED_BYTES, Step, Trouble};

/// The largest window that every decoder of the web takes (RFC 9659): 8 MiB.
const WINDOW_LOG_MAX: u32 = 23;

/// A content compressed with Zstandard.
pub(super) struct Zstd {
    decoder: Decoder<'static>,
    buffer: Vec<u8>,
    /// Whether it is between two frames.
    is_at_end: bool,
    has_begun: bool,
}

impl Zstd {
    pub(super) fn new() -> Result<Self, Fault> {
        let no_memory = |_| Fault::new(Code::Internal, "zstd has no memory");
        let mut decoder = Decoder::new().map_err(no_memory)?;
        decoder.set_parameter(DParameter::WindowLogMax(WINDOW_LOG_MAX)).map_err(no_memory)?;
        Ok(Self { decoder, buffer: vec![0; INFLATED_BYTES], is_at_end: true, has_begun: false })
    }

    pub(super) fn step(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<Step, Trouble> {
        if bytes.is_empty() && self.is_at_end {
            return Ok(Step { taken: 0, has_more: false });
        }
        self.has_begun = true;
        let mut given = InBuffer::around(bytes);
        let mut room = OutBuffer::around(self.buffer.as_mut_slice());
        let wanted = self.decoder.run(&mut given, &mut room).map_err(|error| trouble(&error))?;
        let (taken, filled) = (given.pos(), room.pos());
        out.extend_from_slice(&self.buffer[..filled]);
        self.is_at_end = wanted == 0;
        if self.is_at_end {
            self.decoder.reinit().map_err(|error| trouble(&error))?;
        }
        Ok(Step { taken, has_more: filled == self.buffer.len() && !self.is_at_end })
    }

    pub(super) fn finish(&mut self) -> Result<(), Trouble> {
        if self.has_begun && self.is_at_end { Ok(()) } else { Err(Trouble::Truncated) }
    }
}

fn trouble(error: &std::io::Error) -> Trouble {
    // The crate hands on the library's own words, and no code.
    if error.to_string().contains("requires too much memory") { Trouble::Window } else { Trouble::Damaged }
}
