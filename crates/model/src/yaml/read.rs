//! From YAML to JSON. A number with a fraction becomes the text that it is written as,
//! as decimals are on the wire: `0.10` must not lose its zero on the way.

use std::borrow::Cow;
use std::collections::HashMap;
use std::iter::Peekable;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Span, StrInput, Tag};
use serde_json::{Map, Number, Value as Json};

use crate::limits::JSON_DEPTH_MAX;

/// A document, and where each part of it stands.
#[derive(Clone, PartialEq, Debug)]
pub struct Document {
    /// The document.
    pub value: Json,
    marks: HashMap<String, Mark>,
}

/// A place in a text; both count from 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mark {
    /// The line.
    pub line: usize,
    /// The column, in characters.
    pub column: usize,
}

/// Why a text cannot be read, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unreadable {
    /// Where.
    pub mark: Mark,
    /// Why.
    pub message: String,
}

impl Document {
    /// Where the part at a JSON pointer stands; the nearest part around it, when there is
    /// nothing at the pointer itself.
    #[must_use]
    pub fn locate(&self, pointer: &str) -> Option<Mark> {
        let mut pointer = pointer;
        loop {
            if let Some(mark) = self.marks.get(pointer) {
                return Some(*mark);
            }
            pointer = &pointer[..pointer.rfind('/')?];
        }
    }
}

/// Reads one document.
///
/// # Errors
/// The first thing that cannot be read.
pub fn read(text: &str) -> Result<Document, Unreadable> {
    let mut reader = Reader { events: Parser::new_from_str(text).peekable(), marks: HashMap::new() };
    let mut value = Json::Null;
    let mut is_first = true;
    loop {
        let (event, span) = reader.next()?;
        match event {
            Event::StreamEnd => return Ok(Document { value, marks: reader.marks }),
            Event::DocumentStart(_) if !is_first => {
                return Err(unreadable(span.start, "there is more than one document"));
            }
            Event::DocumentStart(_) => {
                is_first = false;
                value = reader.node(&mut String::new(), 0)?;
            }
            _ => {}
        }
    }
}

struct Reader<'a> {
    events: Peekable<Parser<'a, StrInput<'a>>>,
    marks: HashMap<String, Mark>,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Span), Unreadable> {
        match self.events.next() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(broken(&error)),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn node(&mut self, pointer: &mut String, depth: usize) -> Result<Json, Unreadable> {
        let (event, span) = self.next()?;
        // The mark of a member stands at its name, and was set with it.
        self.marks.entry(pointer.clone()).or_insert_with(|| mark(span.start));
        if depth > JSON_DEPTH_MAX {
            return Err(unreadable(span.start, "it is nested too deeply"));
        }
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                no_anchor(anchor, span)?;
                scalar(&text, style, tag.as_deref(), span)
            }
            Event::SequenceStart(anchor, _) => {
                no_anchor(anchor, span)?;
                self.sequence(pointer, depth)
            }
            Event::MappingStart(anchor, _) => {
                no_anchor(anchor, span)?;
                self.mapping(pointer, depth)
            }
            Event::Alias(_) => Err(unreadable(span.start, "aliases are not understood here")),
            _ => Ok(Json::Null),
        }
    }

    fn sequence(&mut self, pointer: &mut String, depth: usize) -> Result<Json, Unreadable> {
        let mut items = Vec::new();
        let length = pointer.len();
        while !self.ends(&Event::SequenceEnd)? {
            pointer.push_str(&format!("/{}", items.len()));
            items.push(self.node(pointer, depth + 1)?);
            pointer.truncate(length);
        }
        Ok(Json::Array(items))
    }

    fn mapping(&mut self, pointer: &mut String, depth: usize) -> Result<Json, Unreadable> {
        let mut members = Map::new();
        let length = pointer.len();
        while !self.ends(&Event::MappingEnd)? {
            let (event, span) = self.next()?;
            let Event::Scalar(name, ..) = event else {
                return Err(unreadable(span.start, "the name of a member must be text"));
            };
            if members.contains_key(name.as_ref()) {
                return Err(unreadable(span.start, format!("`{name}` stands there twice")));
            }
            pointer.push('/');
            pointer.push_str(&escape(&name));
            self.marks.insert(pointer.clone(), mark(span.start));
            let value = self.node(pointer, depth + 1)?;
            pointer.truncate(length);
            members.insert(name.into_owned(), value);
        }
        Ok(Json::Object(members))
    }

    /// Whether the next event is the end; it is taken then.
    fn ends(&mut self, end: &Event<'_>) -> Result<bool, Unreadable> {
        match self.events.peek() {
            Some(Ok((event, _))) if event == end => {
                self.events.next();
                Ok(true)
            }
            Some(Ok(_)) => Ok(false),
            Some(Err(error)) => Err(broken(error)),
            None => Ok(true),
        }
    }
}

/// A member's name as it stands in a JSON pointer.
fn escape(name: &str) -> Cow<'_, str> {
    if name.contains(['~', '/']) {
        Cow::Owned(name.replace('~', "~0").replace('/', "~1"))
    } else {
        Cow::Borrowed(name)
    }
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>, span: Span) -> Result<Json, Unreadable> {
    match tag {
        None if style != ScalarStyle::Plain => Ok(Json::String(text.to_owned())),
        None => Ok(plain(text)),
        Some(tag) if tag.is_yaml_core_schema() && tag.suffix == "str" => Ok(Json::String(text.to_owned())),
        Some(tag) if tag.is_yaml_core_schema() && tag.suffix == "float" => {
            let number = text.parse::<f64>().ok().and_then(Number::from_f64).map(Json::Number);
            number.ok_or_else(|| unreadable(span.start, "not a number"))
        }
        Some(_) => Err(unreadable(span.start, "only the tags `!!str` and `!!float` are understood")),
    }
}

/// What stands there without quotes.
fn plain(text: &str) -> Json {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Json::Null,
        "true" | "True" | "TRUE" => Json::Bool(true),
        "false" | "False" | "FALSE" => Json::Bool(false),
        _ => integer(text).map_or_else(|| Json::String(text.to_owned()), Json::Number),
    }
}

/// A whole number as JSON writes it; `007` is text.
pub(super) fn integer(text: &str) -> Option<Number> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_written_so = !digits.is_empty()
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && (digits == "0" || !digits.starts_with('0'));
    if !is_written_so {
        return None;
    }
    text.parse::<i64>().ok().map(Number::from)
}

fn no_anchor(anchor: usize, span: Span) -> Result<(), Unreadable> {
    if anchor == 0 { Ok(()) } else { Err(unreadable(span.start, "anchors are not understood here")) }
}

fn broken(error: &ScanError) -> Unreadable {
    unreadable(*error.marker(), error.info())
}

fn unreadable(marker: Marker, message: impl Into<String>) -> Unreadable {
    Unreadable { mark: mark(marker), message: message.into() }
}

fn mark(marker: Marker) -> Mark {
    Mark { line: marker.line().max(1), column: marker.col() + 1 }
}
