//! What cannot be read: a bad row does not end the file, a broken file does.

use kith_model::fault::Code;
use kith_model::limits::{FILE_COLUMNS_MAX, JSON_DEPTH_MAX, ROW_BYTES_MAX, ROW_SHOWN_BYTES_MAX};

use super::{ReadError, Reader, csv, read};
use crate::format::{CsvOptions, Format};

/// The number, line, code, column and message of the only row that cannot be read.
fn bad_row(format: &Format, bytes: &[u8]) -> (u64, u64, Code, Option<String>, String) {
    let mut bad = read(format, bytes).into_iter().filter_map(Result::err);
    let found = match bad.next() {
        Some(ReadError::Row { number, line, fault, .. }) => {
            (number, line, fault.fault.code, fault.column.map(Into::into), fault.fault.message)
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(bad.next(), None);
    found
}

/// The line, code, message and hint with which a file ends.
fn end(format: &Format, bytes: &[u8]) -> (u64, Code, String, String) {
    match read(format, bytes).pop() {
        Some(Err(ReadError::File { line, fault })) => {
            (line, fault.code, fault.message, fault.hint.unwrap_or_default())
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn sets_bad_rows_aside() {
    let (number, line, code, column, message) = bad_row(&csv(), b"a,b\n1,2\n3\n4,5\n");
    assert_eq!((number, line, code, column), (2, 3, Code::Malformed, None));
    assert_eq!(message, "the row has 1 cells, the header names 2 columns");
    let (number, _, _, column, message) = bad_row(&csv(), b"a,b\n1,\"2\" x\n3,4\n");
    assert_eq!((number, column.as_deref()), (1, Some("b")));
    assert_eq!(message, "cell 2 has text after its closing quote");
    let (_, line, _, column, message) = bad_row(&csv(), b"a,b\n\"1\n\",\"\xe9t\xe9\"\n3,4\n");
    assert_eq!((line, column.as_deref(), &*message), (2, Some("b"), "cell 2 is not UTF-8"));
    let (.., column, message) = bad_row(&csv(), b"a,b\n\xe9,2\n3,4\n");
    assert_eq!((column.as_deref(), &*message), (Some("a"), "cell 1 is not UTF-8"));
    let (.., column, message) = bad_row(&csv(), b"a,b\n1,x\0\n3,4\n");
    assert_eq!((column.as_deref(), &*message), (Some("b"), "cell 2 contains U+0000"));
    let many = format!("a,b\n1,2{}\n", ",".repeat(1_000_000));
    assert!(bad_row(&csv(), many.as_bytes()).4.contains("1000002 cells"));
}

#[test]
fn sets_bad_lines_aside() {
    for (line, message) in [
        (&b"{\"a\":1,\"a\":2}"[..], "the line is not valid JSON: the member `a` stands twice at byte 10"),
        (b"{\"a\":", "the line is not valid JSON: EOF while parsing a value at byte 5"),
        (b"{} {}", "the line is not valid JSON: trailing characters at byte 4"),
        (b"12", "the line is not a JSON object"),
        (b"{\"a\":\"\xff\"}", "the line is not UTF-8 from byte 6 on"),
    ] {
        let text = [b"{\"ok\":1}\n", line, b"\r\n{\"ok\":2}\n"].concat();
        let (number, at, code, _, found) = bad_row(&Format::JsonLines, &text);
        assert_eq!((number, at, code, &*found), (2, 2, Code::Malformed, message));
    }
    let deep = format!("{{\"a\":{}{}}}\n", "[".repeat(JSON_DEPTH_MAX + 1), "]".repeat(JSON_DEPTH_MAX + 1));
    assert_eq!(bad_row(&Format::JsonLines, deep.as_bytes()).2, Code::TooLarge);
}

#[test]
fn ends_with_a_quote_that_is_not_closed() {
    let (line, code, message, hint) = end(&csv(), b"a,b\n1,2\n\"x\ny\",\"z\nw\n");
    assert_eq!((line, code), (4, Code::InvalidFile));
    assert_eq!(message, "a quoted cell is not closed before the file ends: it begins on line 4");
    assert!(hint.contains("twice"));
    let long = [b"a\n\"".to_vec(), vec![b'x'; ROW_BYTES_MAX + 10]].concat();
    assert_eq!(end(&csv(), &long).0, 2);
}

#[test]
fn ends_with_a_row_that_is_too_long_but_goes_on_after_such_a_line() {
    let most = [b"a\n".to_vec(), vec![b'x'; ROW_BYTES_MAX], b"\r\n1\n".to_vec()].concat();
    assert!(read(&csv(), &most).iter().all(Result::is_ok));
    let more = [b"a\n".to_vec(), vec![b'x'; ROW_BYTES_MAX + 1], b"\n1\n".to_vec()].concat();
    assert_eq!(end(&csv(), &more).1, Code::InvalidFile);
    let mut text = vec![b' '; 3 * ROW_BYTES_MAX];
    text.extend_from_slice(b"\n{\"a\":1}\n");
    let (number, line, code, ..) = bad_row(&Format::JsonLines, &text);
    assert_eq!((number, line, code), (1, 1, Code::TooLarge));
}

#[test]
fn holds_no_more_than_a_row() {
    let mut reader = Reader::new(&Format::JsonLines);
    let piece = vec![b'x'; 1024 * 1024];
    for _ in 0..100 {
        reader.feed(&piece);
        assert_eq!(reader.next(), None);
    }
    let super::super::Kind::JsonLines(lines) = &reader.0 else { panic!("JSON Lines") };
    assert!(lines.held() < 2 * ROW_BYTES_MAX + 2 * piece.len(), "{}", lines.held());
    reader.feed(b"\n{\"a\":1}\n");
    match reader.next() {
        Some(Err(ReadError::Row { raw, .. })) => assert_eq!(raw.len(), ROW_SHOWN_BYTES_MAX),
        other => panic!("{other:?}"),
    }
    assert_eq!(reader.place().offset, 100 * 1024 * 1024 + 1);
    assert_eq!(reader.next().expect("a row").expect("a good one").number, 2);
}

#[test]
fn says_what_to_do_about_files_of_other_kinds() {
    for (bytes, what) in [
        (&b"\xff\xfea\0,\0"[..], "UTF-8"),
        (b"\xfe\xff\0a\0,", "UTF-8"),
        (b"\xff\xfe\0\0a\0\0\0", "UTF-8"),
        (b"a\0,\0b\0", "UTF-8"),
        (b"PK\x03\x04xlsx", "save the sheet as CSV"),
        (b"\x1f\x8b\x08\0", "Content-Encoding: gzip"),
        (b"\x28\xb5\x2f\xfd", "Content-Encoding: zstd"),
        (b"PAR1\x15\x04", "Parquet"),
    ] {
        for format in [csv(), Format::JsonLines] {
            let (line, code, message, hint) = end(&format, bytes);
            assert_eq!((line, code), (1, Code::InvalidFile));
            assert!(hint.contains(what) || message.contains(what), "{message}: {hint}");
        }
    }
    assert!(end(&Format::JsonLines, b"[\n{\"a\":1}\n]").3.contains("one object on each line"));
}

#[test]
fn wants_a_header_that_can_be_read() {
    assert_eq!(end(&csv(), b"").2, "the file has no header");
    assert_eq!(end(&csv(), b"\n\r\n").2, "the file has no header");
    assert_eq!(end(&csv(), b"a,\xe9\n").2, "the header cannot be read: cell 2 is not UTF-8");
    let wide = format!("{}\n", "a,".repeat(FILE_COLUMNS_MAX));
    assert_eq!(end(&csv(), wide.as_bytes()).1, Code::InvalidFile);
    let given = CsvOptions { header: Some(vec!["a".to_owned()]), ..CsvOptions::default() };
    assert_eq!(read(&Format::Csv(given), b""), []);
    assert_eq!(read(&csv(), b"a,b"), []);
}
