//! Gzip (RFC 1952), one member after another: the frame around what the library inflates.
//! Its own readers of gzip pass over what follows a member, which would hide a broken file.

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::{INFLATED_BYTES, Step, Trouble};

/// Bytes of a header that are always there; the fourth says what follows them.
const FIXED_BYTES: usize = 10;
const FLAGS: usize = 3;

/// Checksum and length at a member's end.
const TRAILER_BYTES: usize = 8;

const HAS_CHECKSUM: u8 = 1 << 1;
const HAS_EXTRA: u8 = 1 << 2;
const HAS_NAME: u8 = 1 << 3;
const HAS_COMMENT: u8 = 1 << 4;
const RESERVED: u8 = 0b1110_0000;

/// Where in a member it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    /// In the first bytes of the header, of which so many are there.
    Fixed(usize),
    /// In the length of the extra part, of which so many bytes are there.
    ExtraLength(usize),
    /// In the extra part, of which so many bytes are missing.
    Extra(usize),
    /// In the name, which a zero ends.
    Name,
    /// In the comment, which a zero ends.
    Comment,
    /// In the header's checksum, of which so many bytes are missing.
    Checksum(usize),
    /// In what is compressed.
    Body,
    /// In the trailer, of which so many bytes are there.
    Trailer(usize),
}

/// A content compressed with gzip.
pub(super) struct Gzip {
    stage: Stage,
    flags: u8,
    /// Bytes of the part that is being read.
    part: [u8; TRAILER_BYTES],
    body: Decompress,
    crc: Crc,
    buffer: Vec<u8>,
    members: u64,
}

impl Gzip {
    pub(super) fn new() -> Self {
        Self {
            stage: Stage::Fixed(0),
            flags: 0,
            part: [0; TRAILER_BYTES],
            body: Decompress::new(false),
            crc: Crc::new(),
            buffer: vec![0; INFLATED_BYTES],
            members: 0,
        }
    }

    pub(super) fn step(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<Step, Trouble> {
        let mut taken = 0;
        while self.stage != Stage::Body {
            let Some(byte) = bytes.get(taken) else { return Ok(Step { taken, has_more: false }) };
            self.frame(*byte)?;
            taken += 1;
        }
        let (before_in, before_out) = (self.body.total_in(), self.body.total_out());
        let status = self.body.decompress(&bytes[taken..], &mut self.buffer, FlushDecompress::None);
        let since = |now: u64, before: u64| usize::try_from(now - before).unwrap_or(0);
        taken += since(self.body.total_in(), before_in);
        let inflated = &self.buffer[..since(self.body.total_out(), before_out)];
        self.crc.update(inflated);
        out.extend_from_slice(inflated);
        match status.map_err(|_| Trouble::Damaged)? {
            Status::StreamEnd => {
                self.stage = Stage::Trailer(0);
                Ok(Step { taken, has_more: false })
            }
            Status::Ok | Status::BufError => {
                Ok(Step { taken, has_more: inflated.len() == self.buffer.len() })
            }
        }
    }

    pub(super) fn finish(&mut self) -> Result<(), Trouble> {
        let is_between = self.stage == Stage::Fixed(0) && self.members > 0;
        if is_between { Ok(()) } else { Err(Trouble::Truncated) }
    }

    /// Takes one byte of a header or a trailer.
    fn frame(&mut self, byte: u8) -> Result<(), Trouble> {
        self.stage = match self.stage {
            Stage::Fixed(at) => return self.fixed(at, byte),
            Stage::ExtraLength(0) => {
                self.part[0] = byte;
                Stage::ExtraLength(1)
            }
            Stage::ExtraLength(_) => match u16::from_le_bytes([self.part[0], byte]) {
                0 => self.after(HAS_EXTRA),
                length => Stage::Extra(usize::from(length)),
            },
            Stage::Extra(1) => self.after(HAS_EXTRA),
            Stage::Extra(missing) => Stage::Extra(missing - 1),
            Stage::Name if byte == 0 => self.after(HAS_NAME),
            Stage::Comment if byte == 0 => self.after(HAS_COMMENT),
            Stage::Checksum(1) => self.after(HAS_CHECKSUM),
            Stage::Checksum(missing) => Stage::Checksum(missing - 1),
            Stage::Trailer(at) => return self.trailer(at, byte),
            stage @ (Stage::Name | Stage::Comment | Stage::Body) => stage,
        };
        Ok(())
    }

    fn fixed(&mut self, at: usize, byte: u8) -> Result<(), Trouble> {
        let is_right = match at {
            0 => byte == 0x1f,
            1 => byte == 0x8b,
            2 => byte == 8,
            FLAGS => byte & RESERVED == 0,
            _ => true,
        };
        if !is_right {
            return Err(Trouble::Damaged);
        }
        if at == FLAGS {
            self.flags = byte;
        }
        self.stage = if at + 1 == FIXED_BYTES { self.after(0) } else { Stage::Fixed(at + 1) };
        Ok(())
    }

    /// What follows a part of the header: they stand in this order.
    fn after(&self, part: u8) -> Stage {
        let order = [
            (HAS_EXTRA, Stage::ExtraLength(0)),
            (HAS_NAME, Stage::Name),
            (HAS_COMMENT, Stage::Comment),
            (HAS_CHECKSUM, Stage::Checksum(2)),
        ];
        let done = order.iter().position(|(flag, _)| *flag == part).map_or(0, |index| index + 1);
        let next = order[done..].iter().find(|(flag, _)| self.flags & flag != 0);
        next.map_or(Stage::Body, |(_, stage)| *stage)
    }

    fn trailer(&mut self, at: usize, byte: u8) -> Result<(), Trouble> {
        self.part[at] = byte;
        if at + 1 < TRAILER_BYTES {
            self.stage = Stage::Trailer(at + 1);
            return Ok(());
        }
        let [a, b, c, d, e, f, g, h] = self.part;
        let wanted = (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]));
        if (self.crc.sum(), self.crc.amount()) != wanted {
            return Err(Trouble::Damaged);
        }
        self.body.reset(false);
        self.crc.reset();
        self.members += 1;
        self.stage = Stage::Fixed(0);
        Ok(())
    }
}
