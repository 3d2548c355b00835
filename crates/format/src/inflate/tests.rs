//! What was compressed comes out again, whatever the pieces; what is wrong with it is said.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use kith_model::fault::{Code, Fault};
use kith_model::limits::PART_BYTES_MAX;
use proptest::prelude::{any, prop_assert_eq, proptest};

use super::{Encoding, INFLATED_BYTES, Inflater};
use crate::deflate;

const COMPRESSED: [Encoding; 2] = [Encoding::Gzip, Encoding::Zstd];

/// Feeds pieces of a size, and keeps what comes out.
fn inflate(encoding: Encoding, bytes: &[u8], piece: usize) -> Result<Vec<u8>, Fault> {
    let mut inflater = Inflater::new(encoding)?;
    let mut whole = Vec::new();
    let mut out = Vec::new();
    for mut rest in bytes.chunks(piece) {
        loop {
            let step = inflater.step(rest, &mut out)?;
            assert!(out.len() <= INFLATED_BYTES, "{}", out.len());
            whole.append(&mut out);
            rest = &rest[step.taken..];
            if rest.is_empty() && !step.has_more {
                break;
            }
        }
    }
    inflater.finish()?;
    assert_eq!(inflater.inflated(), whole.len() as u64);
    Ok(whole)
}

fn compress(encoding: Encoding, bytes: &[u8]) -> Vec<u8> {
    deflate(encoding, bytes).expect("compressed")
}

proptest! {
    #[test]
    fn gives_back_what_was_compressed(
        one in proptest::collection::vec(any::<u8>(), 0..5_000),
        zeros in 0_usize..400_000,
        piece in 1_usize..700,
    ) {
        let other = vec![7; zeros];
        for encoding in [Encoding::Identity, Encoding::Gzip, Encoding::Zstd] {
            let bytes = [compress(encoding, &one), compress(encoding, &other)].concat();
            prop_assert_eq!(inflate(encoding, &bytes, piece).expect("inflated"), [&*one, &*other].concat());
        }
    }
}

#[test]
fn says_that_content_ends_in_the_middle() {
    for encoding in COMPRESSED {
        let bytes = compress(encoding, &(0..100_000_u32).flat_map(u32::to_le_bytes).collect::<Vec<_>>());
        for length in [0, 1, 5, 11, bytes.len() / 2, bytes.len() - 1] {
            let fault =
                inflate(encoding, &bytes[..length], 100).map(|bytes| bytes.len()).expect_err("truncated");
            assert_eq!(fault.code, Code::InvalidFile, "{encoding:?} {length}: {fault:?}");
            assert!(fault.message.contains("ends in the middle"), "{encoding:?} {length}: {fault:?}");
        }
    }
}

#[test]
fn refuses_what_is_damaged_or_followed_by_something_else() {
    for encoding in COMPRESSED {
        let bytes = compress(encoding, &(0..5_000_u32).flat_map(u32::to_le_bytes).collect::<Vec<_>>());
        let followed = [&*bytes, b"name,email\n"].concat();
        let mut changed = bytes.clone();
        changed[bytes.len() / 2] ^= 0x55;
        for wrong in [&*followed, &*changed, b"name,email\nAda,ada@example.com\n"] {
            for piece in [1, 7, 100_000] {
                let fault = inflate(encoding, wrong, piece)
                    .map(|bytes| (encoding, bytes.len()))
                    .expect_err("damaged");
                assert_eq!(fault.code, Code::InvalidFile, "{encoding:?} {fault:?}");
            }
        }
    }
}

#[test]
fn refuses_a_bomb_before_it_goes_off() {
    let zeros = vec![0; 50 * 1024 * 1024];
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&zeros).expect("in memory");
    let gzip = encoder.finish().expect("in memory");
    for (encoding, bytes) in [(Encoding::Gzip, gzip), (Encoding::Zstd, compress(Encoding::Zstd, &zeros))] {
        let fault = inflate(encoding, &bytes, 64 * 1024).map(|bytes| bytes.len()).expect_err("a bomb");
        assert_eq!(fault.code, Code::InvalidFile);
        assert!(fault.message.contains("times its compressed size"), "{fault:?}");
    }
    let small = compress(Encoding::Zstd, &vec![0; 9 * 1024 * 1024]);
    assert!(inflate(Encoding::Zstd, &small, 1024).is_ok(), "the first ten megabytes may be of any ratio");
}

#[test]
fn bounds_a_part_and_a_window() {
    let mut inflater = Inflater::new(Encoding::Identity).expect("memory");
    (inflater.received, inflater.inflated) = (PART_BYTES_MAX - 2, PART_BYTES_MAX - 2);
    assert!(inflater.step(b"ab", &mut Vec::new()).is_ok());
    let fault = inflater.step(b"c", &mut Vec::new()).expect_err("too large");
    assert_eq!(fault.code, Code::TooLarge);

    // The header of a frame with a window of 128 MiB (RFC 8878, 3.1.1.1).
    let wide = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 17 << 3, 0, 0, 0, 0, 0];
    let fault = inflate(Encoding::Zstd, &wide, 100).expect_err("too wide");
    assert_eq!((fault.code, fault.message.contains("window")), (Code::InvalidFile, true), "{fault:?}");
}

#[test]
fn passes_over_all_that_a_header_may_have() {
    let plain = compress(Encoding::Gzip, b"x");
    let mut bytes = plain[..10].to_vec();
    bytes[3] = 0b1_1110;
    bytes.extend_from_slice(b"\x03\0abcname.csv\0a comment\0\x12\x34");
    bytes.extend_from_slice(&plain[10..]);
    assert_eq!(inflate(Encoding::Gzip, &bytes, 3).expect("inflated"), b"x");
}

#[test]
fn knows_the_names_of_encodings() {
    assert_eq!(Encoding::named("GZIP "), Some(Encoding::Gzip));
    assert_eq!(Encoding::named("zstd"), Some(Encoding::Zstd));
    assert_eq!(Encoding::named("identity"), Some(Encoding::Identity));
    assert_eq!(Encoding::named("br"), None);
}
