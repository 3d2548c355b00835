//! From JSON to YAML: in blocks, but short lists and short items of lists on one line.

use std::fmt::Write as _;

use serde_json::{Map, Value as Json};

use super::read::integer;

/// What is longer than this is broken into lines.
const WIDTH: usize = 100;

/// Words that would not be text without quotes.
const WORDS: &[&str] = &["null", "true", "false", "yes", "no", "on", "off", "y", "n"];

/// Writes a document.
#[must_use]
pub fn write(value: &Json) -> String {
    let mut out = String::new();
    match value {
        Json::Object(members) if !members.is_empty() => mapping(members, 0, &mut out),
        Json::Array(items) if !items.is_empty() => sequence(items, 0, &mut out),
        other => {
            flow(other, &mut out);
            out.push('\n');
        }
    }
    out
}

fn mapping(members: &Map<String, Json>, indent: usize, out: &mut String) {
    for (index, (name, value)) in members.iter().enumerate() {
        if index > 0 {
            pad(indent, out);
        }
        text(name, out);
        out.push(':');
        member(value, indent, name.len() + 2, out);
    }
}

/// The value behind a name, or behind the dash of an item.
fn member(value: &Json, indent: usize, used: usize, out: &mut String) {
    match value {
        Json::Object(members) if !members.is_empty() => {
            out.push('\n');
            pad(indent + 2, out);
            mapping(members, indent + 2, out);
        }
        Json::Array(items) if !items.is_empty() => match fits(value, indent + used) {
            Some(line) => put(&line, out),
            None => {
                out.push('\n');
                pad(indent + 2, out);
                sequence(items, indent + 2, out);
            }
        },
        Json::String(long) if is_block(long) => block(long, indent + 2, out),
        other => {
            out.push(' ');
            flow(other, out);
            out.push('\n');
        }
    }
}

fn put(line: &str, out: &mut String) {
    out.push(' ');
    out.push_str(line);
    out.push('\n');
}

fn sequence(items: &[Json], indent: usize, out: &mut String) {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            pad(indent, out);
        }
        out.push('-');
        match item {
            Json::Object(members) if !members.is_empty() => match fits(item, indent + 2) {
                Some(line) => put(&line, out),
                None => {
                    out.push(' ');
                    mapping(members, indent + 2, out);
                }
            },
            other => member(other, indent, 2, out),
        }
    }
}

/// The value on one line, when it is short and holds nothing that holds more.
fn fits(value: &Json, used: usize) -> Option<String> {
    let is_flat = |value: &Json| match value {
        Json::Array(items) => items.iter().all(|item| !item.is_array() && !item.is_object()),
        Json::Object(members) => members.is_empty(),
        Json::String(text) => !is_block(text),
        _ => true,
    };
    let is_shallow = match value {
        Json::Array(items) => items.iter().all(|item| is_flat(item) && !item.is_array()),
        Json::Object(members) => members.values().all(is_flat),
        _ => true,
    };
    if !is_shallow {
        return None;
    }
    let mut line = String::new();
    flow(value, &mut line);
    (used + line.chars().count() <= WIDTH).then_some(line)
}

fn flow(value: &Json, out: &mut String) {
    match value {
        Json::Null => out.push_str("null"),
        Json::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        // Without the tag it would be read as text.
        Json::Number(number) if number.is_f64() => {
            // Writing to a string cannot fail.
            let _ = write!(out, "!!float {number}");
        }
        Json::Number(number) => out.push_str(&number.to_string()),
        Json::String(string) => text(string, out),
        Json::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index > 0 { ", " } else { "" });
                flow(item, out);
            }
            out.push(']');
        }
        Json::Object(members) => {
            out.push('{');
            for (index, (name, value)) in members.iter().enumerate() {
                out.push_str(if index > 0 { ", " } else { "" });
                text(name, out);
                out.push_str(": ");
                flow(value, out);
            }
            out.push('}');
        }
    }
}

/// Text, in quotes where it would be something else without.
fn text(string: &str, out: &mut String) {
    if is_plain(string) {
        out.push_str(string);
    } else {
        // A JSON string is one in YAML's double quotes as well.
        out.push_str(&Json::String(string.to_owned()).to_string());
    }
}

fn is_plain(string: &str) -> bool {
    let is_inner = |character: char| {
        character.is_alphanumeric()
            || matches!(character, ' ' | '_' | '.' | '-' | '/' | '+' | '@' | '(' | ')')
    };
    string.starts_with(|first: char| first.is_alphabetic() || first == '_')
        && !string.ends_with(' ')
        && string.chars().all(is_inner)
        && !WORDS.contains(&string.to_ascii_lowercase().as_str())
        && integer(string).is_none()
}

/// Whether it reads best over several lines.
fn is_block(string: &str) -> bool {
    let is_shown = |character: char| !character.is_control() || character == '\n';
    string.contains('\n')
        && !string.starts_with([' ', '\n'])
        && !string.ends_with("\n\n")
        && string.chars().all(is_shown)
        && string.lines().all(|line| !line.ends_with(' '))
}

fn block(string: &str, indent: usize, out: &mut String) {
    out.push_str(if string.ends_with('\n') { " |\n" } else { " |-\n" });
    for line in string.lines() {
        if !line.is_empty() {
            pad(indent, out);
            out.push_str(line);
        }
        out.push('\n');
    }
}

fn pad(indent: usize, out: &mut String) {
    out.extend(std::iter::repeat_n(' ', indent));
}
