//! What is sent: a file or stdin, and of which format it is.

use std::fs::File;
use std::io::{self, Read};

use clap::ValueEnum;

use crate::exit::Failure;

/// A format of rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Kind {
    /// Comma-separated values with a header.
    Csv,
    /// One JSON object a line.
    Jsonl,
}

impl Kind {
    /// The format as the API calls it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
        }
    }

    fn media(self) -> &'static str {
        match self {
            Self::Csv => "text/csv",
            Self::Jsonl => "application/jsonl",
        }
    }
}

/// Where rows come from.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    path: String,
    kind: Option<Kind>,
}

/// How a file is compressed already, by its name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Packed {
    No,
    As(&'static str),
}

impl Source {
    /// A file, or `-` for stdin; the format is what is given, or what the name says.
    pub(crate) fn new(path: &str, kind: Option<Kind>) -> Self {
        Self { path: path.to_owned(), kind: kind.or_else(|| by_name(path)) }
    }

    /// The format.
    ///
    /// # Errors
    /// When nothing says which.
    pub(crate) fn kind(&self) -> Result<Kind, Failure> {
        let unknown = || Failure::usage(format!("`{}`: say with --format what it is", self.path));
        self.kind.ok_or_else(unknown)
    }

    /// The media type to send it as.
    pub(crate) fn media(&self) -> &'static str {
        self.kind.map_or("application/octet-stream", Kind::media)
    }

    /// How it is compressed.
    pub(super) fn packed(&self) -> Packed {
        let (_, packed) = unpacked(&self.path);
        packed
    }

    /// Its size in bytes, when that is known.
    pub(super) fn size(&self) -> Option<u64> {
        let is_file = self.path != "-";
        is_file
            .then(|| std::fs::metadata(&self.path).ok().filter(std::fs::Metadata::is_file))?
            .map(|data| data.len())
    }

    /// Opens it.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn open(&self) -> Result<Box<dyn Read + Send>, Failure> {
        if self.path == "-" {
            return Ok(Box::new(io::stdin()));
        }
        match File::open(&self.path) {
            Ok(file) => Ok(Box::new(file)),
            Err(error) => Err(Failure::usage(format!("`{}` cannot be read: {error}", self.path))),
        }
    }
}

fn by_name(path: &str) -> Option<Kind> {
    let (name, _) = unpacked(path);
    match name.rsplit_once('.')?.1.to_ascii_lowercase().as_str() {
        "csv" => Some(Kind::Csv),
        "jsonl" | "ndjson" => Some(Kind::Jsonl),
        _ => None,
    }
}

/// A name without what says how it is compressed.
fn unpacked(path: &str) -> (&str, Packed) {
    match path.rsplit_once('.') {
        Some((name, ending)) if ending.eq_ignore_ascii_case("gz") => (name, Packed::As("gzip")),
        Some((name, ending)) if ending.eq_ignore_ascii_case("zst") => (name, Packed::As("zstd")),
        _ => (path, Packed::No),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_formats_by_their_names() {
        for (path, kind, packed) in [
            ("a.csv", Some(Kind::Csv), Packed::No),
            ("dir.x/A.CSV.gz", Some(Kind::Csv), Packed::As("gzip")),
            ("a.ndjson.zst", Some(Kind::Jsonl), Packed::As("zstd")),
            ("a.jsonl", Some(Kind::Jsonl), Packed::No),
            ("a.txt", None, Packed::No),
            ("-", None, Packed::No),
        ] {
            let source = Source::new(path, None);
            assert_eq!((source.kind, source.packed()), (kind, packed), "{path}");
        }
        assert_eq!(Source::new("a.csv", Some(Kind::Jsonl)).kind, Some(Kind::Jsonl), "what is given is right");
    }
}
