//! An expression's text after a field got another name.

use super::lex::{Lexer, Token};
use super::path::Name;
use crate::id::{FieldNo, ObjectNo};

/// Words that are no names unless they stand between backticks.
const WORDS: [&str; 5] = ["true", "false", "null", "in", "old"];

/// The text with the new name, or `None` when nothing in it has to change.
pub(super) fn renamed(
    source: &str,
    names: &[Name],
    object: ObjectNo,
    field: FieldNo,
    new_name: &str,
) -> Option<String> {
    let is_shared =
        |name: &Name| names.iter().any(|other| other.start == name.start && other.field != name.field);
    let mut text = String::with_capacity(source.len() + new_name.len());
    let mut end = 0;
    for name in names.iter().filter(|name| name.object == object && name.field == field && !is_shared(name)) {
        text.push_str(source.get(end..name.start as usize)?);
        if needs_quotes(source, new_name) {
            text.extend(["`", new_name, "`"]);
        } else {
            text.push_str(new_name);
        }
        end = name.end as usize;
    }
    if end == 0 {
        return None;
    }
    text.push_str(source.get(end..)?);
    Some(text)
}

/// Whether the name means something else in this text: it may be that of an element.
fn needs_quotes(source: &str, name: &str) -> bool {
    if WORDS.contains(&name) {
        return true;
    }
    let mut lexer = Lexer::new(source);
    loop {
        match lexer.next() {
            Ok((Token::Word(word), _)) if word == name => return true,
            Ok((Token::End, _)) | Err(_) => return false,
            Ok(_) => {}
        }
    }
}
