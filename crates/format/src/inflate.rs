//! Undoing the compression of what is sent, piece by piece and within bounds: content that
//! grows out of all proportion, or beyond what a part may have, is refused as it comes.

mod gzip;
mod zstd;

#[cfg(test)]
mod tests;

use kith_model::fault::{Code, Fault};
use kith_model::limits::{COMPRESSION_RATIO_MAX, PART_BYTES_MAX};

use gzip::Gzip;
use zstd::Zstd;

/// The most bytes that one step appends.
pub const INFLATED_BYTES: usize = 128 * 1024;

/// Content of up to so many bytes may be compressed to any size.
const UNSUSPECTED_BYTES: u64 = 10 * 1024 * 1024;

/// How content is compressed: the codings of `Content-Encoding`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Encoding {
    /// Not at all.
    Identity,
    /// With gzip (RFC 1952); several members one after another are one content.
    Gzip,
    /// With Zstandard (RFC 8878), in windows of at most 8 MiB (RFC 9659).
    Zstd,
}

impl Encoding {
    /// The encoding of a name, as in `Content-Encoding`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let name = name.trim_ascii();
        let is = |wanted: &str| name.eq_ignore_ascii_case(wanted);
        match () {
            () if is("identity") || name.is_empty() => Some(Self::Identity),
            () if is("gzip") || is("x-gzip") => Some(Self::Gzip),
            () if is("zstd") => Some(Self::Zstd),
            () => None,
        }
    }
}

/// What one step did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Step {
    /// How many of the bytes that were given it took.
    pub taken: usize,
    /// Whether another step would append more, even without more bytes.
    pub has_more: bool,
}

/// Undoes the compression of one content.
pub struct Inflater {
    kind: Kind,
    received: u64,
    inflated: u64,
}

enum Kind {
    Identity,
    Gzip(Gzip),
    Zstd(Zstd),
}

/// Why content cannot be inflated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Trouble {
    /// It is not so compressed, or is damaged.
    Damaged,
    /// It ends in the middle.
    Truncated,
    /// It needs more memory than there is for it.
    Window,
}

impl Inflater {
    /// Begins a content.
    ///
    /// # Errors
    /// [`Code::Internal`] when there is no memory for it.
    pub fn new(encoding: Encoding) -> Result<Self, Fault> {
        let kind = match encoding {
            Encoding::Identity => Kind::Identity,
            Encoding::Gzip => Kind::Gzip(Gzip::new()),
            Encoding::Zstd => Kind::Zstd(Zstd::new()?),
        };
        Ok(Self { kind, received: 0, inflated: 0 })
    }

    /// Takes in what it can of `bytes` and appends at most [`INFLATED_BYTES`] to `out`. It is
    /// to be called with the rest until all is taken and there is no more to append.
    ///
    /// # Errors
    /// When the content is damaged, or grows beyond the bounds. There is no going on then.
    pub fn step(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<Step, Fault> {
        let before = out.len();
        let step = match &mut self.kind {
            Kind::Identity => {
                let taken = bytes.len().min(INFLATED_BYTES);
                out.extend_from_slice(&bytes[..taken]);
                Ok(Step { taken, has_more: false })
            }
            Kind::Gzip(gzip) => gzip.step(bytes, out),
            Kind::Zstd(zstd) => zstd.step(bytes, out),
        };
        let step = step.map_err(|trouble| self.refusal(trouble))?;
        self.count(step.taken, out.len() - before)?;
        Ok(step)
    }

    /// Says that no more bytes follow.
    ///
    /// # Errors
    /// When the content ends in the middle.
    pub fn finish(&mut self) -> Result<(), Fault> {
        let ended = match &mut self.kind {
            Kind::Identity => Ok(()),
            Kind::Gzip(gzip) => gzip.finish(),
            Kind::Zstd(zstd) => zstd.finish(),
        };
        ended.map_err(|trouble| self.refusal(trouble))
    }

    /// How many bytes came out so far.
    #[must_use]
    pub fn inflated(&self) -> u64 {
        self.inflated
    }

    fn count(&mut self, received: usize, inflated: usize) -> Result<(), Fault> {
        self.received += u64::try_from(received).unwrap_or(u64::MAX);
        self.inflated += u64::try_from(inflated).unwrap_or(u64::MAX);
        if self.inflated.max(self.received) > PART_BYTES_MAX {
            let fault = Fault::new(Code::TooLarge, format!("the part has more than {PART_BYTES_MAX} bytes"));
            return Err(fault.hint("send the file in several parts; a part may end anywhere"));
        }
        let suspected = self.inflated.saturating_sub(UNSUSPECTED_BYTES);
        if suspected > self.received.saturating_mul(COMPRESSION_RATIO_MAX) {
            let problem =
                format!("the content is more than {COMPRESSION_RATIO_MAX} times its compressed size");
            return Err(Fault::new(Code::InvalidFile, problem).hint("send it without compression"));
        }
        Ok(())
    }

    fn refusal(&self, trouble: Trouble) -> Fault {
        let name = match self.kind {
            Kind::Identity => "identity",
            Kind::Gzip(_) => "gzip",
            Kind::Zstd(_) => "zstd",
        };
        match trouble {
            Trouble::Damaged => Fault::new(Code::InvalidFile, format!("the content is not valid `{name}`"))
                .hint("what follows the compressed content, or is changed in it, is refused"),
            Trouble::Truncated => {
                Fault::new(Code::InvalidFile, format!("the `{name}` content ends in the middle"))
                    .hint("send the part again")
            }
            Trouble::Window => Fault::new(
                Code::InvalidFile,
                format!("the `{name}` content needs a window of more than 8 MiB"),
            )
            .hint("compress it without `--long` and `--ultra`"),
        }
    }
}
