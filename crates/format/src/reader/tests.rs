//! Reading: against another reader, in pieces, from any place, and what is wrong said.

mod broken;
mod pieces;

use super::{Cells, Place, RawRow, ReadError, Reader};
use crate::format::{CsvOptions, Format};

fn csv() -> Format {
    Format::Csv(CsvOptions::default())
}

/// All that a reader gives for these pieces, with its place after each.
fn read_on<'p>(
    mut reader: Reader,
    pieces: impl IntoIterator<Item = &'p [u8]>,
) -> Vec<(Result<RawRow, ReadError>, Place)> {
    let mut rows = Vec::new();
    for piece in pieces {
        reader.feed(piece);
        while let Some(row) = reader.next() {
            rows.push((row, reader.place()));
        }
    }
    reader.finish();
    while let Some(row) = reader.next() {
        rows.push((row, reader.place()));
    }
    rows
}

fn read(format: &Format, bytes: &[u8]) -> Vec<Result<RawRow, ReadError>> {
    read_on(Reader::new(format), [bytes]).into_iter().map(|(row, _)| row).collect()
}

/// The cells of a row, a quoted one in brackets.
fn cells(row: &RawRow) -> Vec<String> {
    match &row.cells {
        Cells::Csv(cells) => cells
            .iter()
            .map(|cell| if cell.quoted { format!("[{}]", cell.text) } else { cell.text.to_string() })
            .collect(),
        Cells::Json(members) => vec![serde_json::to_string(members).expect("JSON")],
    }
}

fn good(format: &Format, bytes: &[u8]) -> Vec<(u64, u64, Vec<String>)> {
    let rows = read(format, bytes).into_iter();
    rows.map(|row| row.map(|row| (row.number, row.line, cells(&row))).expect("a row")).collect()
}

fn strings(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|cell| (*cell).to_owned()).collect()
}

#[test]
fn tells_what_stood_in_quotes_and_where() {
    let text = "\u{feff}a,b,c\r\n1,\"\",\r\n\r\n\"x\r\ny\n\",\"5\"\" pipe\",6\" \n,\"a,b\",ü";
    let wanted = [
        (1, 2, strings(&["1", "[]", ""])),
        (2, 4, strings(&["[x\r\ny\n]", "[5\" pipe]", "6\" "])),
        (3, 7, strings(&["", "[a,b]", "ü"])),
    ];
    assert_eq!(good(&csv(), text.as_bytes()), wanted);
    let mut reader = Reader::new(&csv());
    assert_eq!(reader.header(), None);
    reader.feed(text.as_bytes());
    let row = reader.next().expect("a row").expect("a good one");
    assert_eq!(reader.header(), Some(&*strings(&["a", "b", "c"])));
    assert_eq!(&*row.raw, "1,\"\",");
}

#[test]
fn reads_other_dialects_and_ends_of_lines() {
    let options = CsvOptions {
        delimiter: b';',
        quote: b'\'',
        header: Some(strings(&["a", "b"])),
        ..CsvOptions::default()
    };
    let rows = good(&Format::Csv(options), b"1;'it''s'\r'2';3\r\r4;\"");
    let wanted =
        [(1, 1, strings(&["1", "[it's]"])), (2, 2, strings(&["[2]", "3"])), (3, 4, strings(&["4", "\""]))];
    assert_eq!(rows, wanted);
}

#[test]
fn reads_json_lines_with_exact_numbers() {
    let text = "{\"n\":9223372036854775807,\"a\":[1.5,null]}\r\n\n  \n{\"b\":\"x\"}";
    let wanted = [
        (1, 1, strings(&["{\"n\":9223372036854775807,\"a\":[1.5,null]}"])),
        (2, 4, strings(&["{\"b\":\"x\"}"])),
    ];
    assert_eq!(good(&Format::JsonLines, text.as_bytes()), wanted);
    assert_eq!(read(&Format::JsonLines, b""), []);
}
