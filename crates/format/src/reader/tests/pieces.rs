//! The same rows, whatever the pieces, from whatever place; and the same as the `csv`
//! crate finds.

use proptest::prelude::{Just, Strategy, any, prop_assert, prop_assert_eq, proptest};
use proptest::{collection::vec, prop_oneof};

use super::{Cells, ReadError, Reader, csv, read_on};
use crate::format::{CsvOptions, Format};

/// Text in which everything that means something is frequent.
fn text() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => prop_oneof![Just("\""), Just(","), Just("\n"), Just("\r\n"), Just("\r")].prop_map(str::to_owned),
        1 => Just("a,b\n".to_owned()),
        1 => Just("\"x\",\"y\"\"\"\n".to_owned()),
        2 => prop_oneof![Just("1"), Just("é"), Just(" "), Just("\u{feff}"), Just("long text")].prop_map(str::to_owned),
    ];
    vec(piece, 0..60).prop_map(|pieces| pieces.concat().into_bytes())
}

fn json_lines() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(&b"{\"a\":1}\n"[..]),
        Just(&b"{\"a\":\"\xc3\xa9\"}\r\n"[..]),
        Just(&b"\n"[..]),
        Just(&b"{]\n"[..]),
        Just(&b"\xff\n"[..]),
        Just(&b"{\"b\":2}"[..]),
    ];
    vec(piece, 0..20).prop_map(|pieces| pieces.concat())
}

/// Cuts bytes at places of the given sizes.
fn cut<'b>(mut bytes: &'b [u8], sizes: &[usize]) -> Vec<&'b [u8]> {
    let mut pieces = Vec::new();
    for size in sizes.iter().cycle() {
        if bytes.is_empty() {
            break;
        }
        let (piece, rest) = bytes.split_at((*size).min(bytes.len()));
        pieces.push(piece);
        bytes = rest;
    }
    pieces
}

fn agrees_in_pieces_and_from_any_place(format: &Format, bytes: &[u8], sizes: &[usize]) {
    let mut whole = Reader::new(format);
    whole.feed(bytes);
    let wanted = read_on(Reader::new(format), [bytes]);
    assert_eq!(read_on(Reader::new(format), cut(bytes, sizes)), wanted);
    let _ = whole.next();
    let header = whole.header().map(<[String]>::to_vec).unwrap_or_default();
    for (index, (row, place)) in wanted.iter().enumerate() {
        if matches!(row, Err(ReadError::File { .. })) {
            continue;
        }
        let from = usize::try_from(place.offset).expect("an offset");
        let rest = Reader::resume(format, *place, header.clone());
        assert_eq!(read_on(rest, cut(&bytes[from..], sizes)), wanted[index + 1..]);
    }
}

proptest! {
    #[test]
    fn pieces_and_places_make_no_difference(bytes in text(), sizes in vec(1_usize..9, 1..5)) {
        agrees_in_pieces_and_from_any_place(&csv(), &bytes, &sizes);
        let header = Some(vec!["a".to_owned(), "b".to_owned()]);
        let format = Format::Csv(CsvOptions { header, ..CsvOptions::default() });
        agrees_in_pieces_and_from_any_place(&format, &bytes, &sizes);
    }

    #[test]
    fn pieces_and_places_make_no_difference_to_json_lines(
        bytes in json_lines(),
        sizes in vec(1_usize..9, 1..5),
    ) {
        agrees_in_pieces_and_from_any_place(&Format::JsonLines, &bytes, &sizes);
    }

    #[test]
    fn survives_anything(bytes in vec(any::<u8>(), 0..300), sizes in vec(1_usize..40, 1..5)) {
        agrees_in_pieces_and_from_any_place(&csv(), &bytes, &sizes);
        agrees_in_pieces_and_from_any_place(&Format::JsonLines, &bytes, &sizes);
    }

    #[test]
    fn finds_what_the_csv_crate_finds(bytes in text()) {
        // Only what it takes for text and we refuse is left out: text after a closing quote,
        // and a quote that is not closed.
        let header = Some(vec!["a".to_owned(), "b".to_owned()]);
        let ours = read_on(
            Reader::new(&Format::Csv(CsvOptions { header, ..CsvOptions::default() })),
            [&*bytes],
        );
        let mut theirs = ::csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(&*bytes);
        let mut ours = ours.into_iter();
        for record in theirs.byte_records() {
            let record = record.expect("from memory");
            match ours.next() {
                Some((Ok(row), _)) => {
                    let Cells::Csv(cells) = row.cells else { panic!("cells of CSV") };
                    let cells: Vec<&[u8]> = cells.iter().map(|cell| cell.text.as_bytes()).collect();
                    prop_assert_eq!(cells, record.iter().collect::<Vec<_>>());
                }
                Some((Err(ReadError::Row { fault, .. }), _)) => {
                    let is_stray = fault.fault.message.contains("after its closing quote");
                    prop_assert!(is_stray || record.len() != 2, "{:?}", fault);
                }
                Some((Err(ReadError::File { fault, .. }), _)) => {
                    prop_assert!(fault.message.contains("not closed"), "{:?}", fault);
                    break;
                }
                None => prop_assert!(false, "{:?} is missing", record),
            }
        }
        prop_assert!(ours.next().is_none());
    }
}
