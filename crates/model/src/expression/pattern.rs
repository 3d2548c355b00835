//! Patterns of `matches`: the part of regular expressions that Rust's engine and
//! PostgreSQL understand alike. A pattern is read here, refused if it says anything
//! else, and written anew in a normal form that means the same to both: classes such as
//! `\d` spelled out in ASCII, letters in both cases after `(?i)`, groups that capture
//! nothing. Matching takes time in proportion to pattern and text, whatever they are.

use std::fmt;

use regex_lite::{Regex, RegexBuilder};

use crate::limits::EXPRESSION_PATTERN_MAX;

/// A compiled pattern.
pub struct Pattern {
    normal: Box<str>,
    regex: Regex,
}

/// Repetitions that can be asked for: PostgreSQL's bound.
const REPEAT_MAX: u32 = 255;
/// Groups inside groups.
const DEPTH_MAX: usize = 10;
/// What a compiled pattern may hold in memory, in bytes.
const SIZE_MAX: usize = 64 * 1024;

const DIGITS: &str = "0-9";
const WORDS: &str = "0-9A-Za-z_";
const SPACES: &str = " \t\n\r\u{b}\u{c}";

impl Pattern {
    /// Reads a pattern.
    pub(super) fn parse(source: &str) -> Result<Self, String> {
        if source.chars().count() > EXPRESSION_PATTERN_MAX {
            return Err(format!("a pattern has at most {EXPRESSION_PATTERN_MAX} characters"));
        }
        let (rest, any_case) = match source.strip_prefix("(?i)") {
            Some(rest) => (rest, true),
            None => (source, false),
        };
        let mut reader = Reader { rest, any_case, depth: 0, out: String::new() };
        reader.alternatives()?;
        if !reader.rest.is_empty() {
            return Err("a `)` is too many".to_owned());
        }
        let regex = RegexBuilder::new(&reader.out)
            .dot_matches_new_line(true)
            .size_limit(SIZE_MAX)
            .build()
            .map_err(|_| "the pattern is too large".to_owned())?;
        Ok(Self { normal: reader.out.into(), regex })
    }

    /// Whether any part of a text matches.
    pub(super) fn matches(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// The pattern in its normal form, which PostgreSQL's `~` understands in the same way.
    #[must_use]
    pub fn normal(&self) -> &str {
        &self.normal
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pattern").field(&self.normal).finish()
    }
}

struct Reader<'s> {
    rest: &'s str,
    any_case: bool,
    depth: usize,
    out: String,
}

/// What stood there: only things that take up text can be repeated.
#[derive(PartialEq, Eq)]
enum Atom {
    Text,
    Anchor,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn take(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.rest = &self.rest[next.len_utf8()..];
        Some(next)
    }

    fn take_if(&mut self, wanted: &str) -> bool {
        let rest = self.rest.strip_prefix(wanted);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn alternatives(&mut self) -> Result<(), String> {
        loop {
            while self.peek().is_some_and(|next| !matches!(next, '|' | ')')) {
                self.piece()?;
            }
            if !self.take_if("|") {
                return Ok(());
            }
            self.out.push('|');
        }
    }

    /// An atom and how often it repeats.
    fn piece(&mut self) -> Result<(), String> {
        let atom = self.atom()?;
        let repeat = self.repeat()?;
        match repeat {
            None => Ok(()),
            Some(_) if atom == Atom::Anchor => Err("`^` and `$` cannot be repeated".to_owned()),
            Some(repeat) => {
                self.out.push_str(&repeat);
                // Which of several matches is found does not matter to whether there is one.
                self.take_if("?");
                match self.repeat()? {
                    None => Ok(()),
                    Some(_) => Err("what is repeated cannot be repeated again without a group".to_owned()),
                }
            }
        }
    }

    fn repeat(&mut self) -> Result<Option<String>, String> {
        for sign in ["*", "+", "?"] {
            if self.take_if(sign) {
                return Ok(Some(sign.to_owned()));
            }
        }
        if !self.take_if("{") {
            return Ok(None);
        }
        let wrong =
            || format!("`{{` begins a repetition such as `{{2}}` or `{{2,5}}`, of at most {REPEAT_MAX}");
        let (inner, rest) = self.rest.split_once('}').ok_or_else(wrong)?;
        let number = |digits: &str| {
            let shape = (1..=3).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
            digits.parse().ok().filter(|number: &u32| shape && *number <= REPEAT_MAX)
        };
        let fits = match inner.split_once(',') {
            None => number(inner).is_some(),
            Some((least, "")) => number(least).is_some(),
            Some((least, most)) => number(least).zip(number(most)).is_some_and(|(least, most)| least <= most),
        };
        if !fits {
            return Err(wrong());
        }
        self.rest = rest;
        Ok(Some(format!("{{{inner}}}")))
    }

    fn atom(&mut self) -> Result<Atom, String> {
        match self.take().unwrap_or_default() {
            anchor @ ('^' | '$') => {
                self.out.push(anchor);
                return Ok(Atom::Anchor);
            }
            '.' => self.out.push('.'),
            '(' => self.group()?,
            '[' => self.class()?,
            '\\' => self.escape()?,
            '*' | '+' | '?' | '{' => return Err("there is nothing to repeat".to_owned()),
            plain => self.literal(plain),
        }
        Ok(Atom::Text)
    }

    fn group(&mut self) -> Result<(), String> {
        if !self.take_if("?:") && self.peek() == Some('?') {
            return Err("of the groups that begin with `(?` there is only `(?:…)`, and `(?i)` at the start"
                .to_owned());
        }
        if self.depth == DEPTH_MAX {
            return Err(format!("groups are nested at most {DEPTH_MAX} deep"));
        }
        self.depth += 1;
        self.out.push_str("(?:");
        self.alternatives()?;
        if !self.take_if(")") {
            return Err("a `(` is not closed".to_owned());
        }
        self.out.push(')');
        self.depth -= 1;
        Ok(())
    }

    fn literal(&mut self, character: char) {
        if self.any_case && character.is_ascii_alphabetic() {
            let (lower, upper) = (character.to_ascii_lowercase(), character.to_ascii_uppercase());
            self.out.extend(['[', lower, upper, ']']);
        } else {
            push_plain(&mut self.out, character);
        }
    }

    fn escape(&mut self) -> Result<(), String> {
        let escaped = self.take().ok_or("a `\\` stands at the end")?;
        match set(escaped) {
            Some((negated, set)) => {
                self.out.push_str(if negated { "[^" } else { "[" });
                self.out.push_str(set);
                self.out.push(']');
            }
            None => {
                let character = escaped_character(escaped)?;
                self.literal(character);
            }
        }
        Ok(())
    }

    /// `[…]`: characters, ranges, and sets such as `\d`.
    fn class(&mut self) -> Result<(), String> {
        const OPEN: &str = "a `[` is not closed";
        self.out.push('[');
        if self.take_if("^") {
            self.out.push('^');
        }
        if self.peek() == Some(']') {
            return Err("a class is not empty: write `\\]` for the bracket itself".to_owned());
        }
        loop {
            let next = self.take().ok_or(OPEN)?;
            let first = match next {
                ']' => break,
                '[' => return Err("write `\\[` for a bracket in a class".to_owned()),
                '\\' => match self.take().ok_or(OPEN)? {
                    escaped if set(escaped).is_some() => {
                        let (negated, set) = set(escaped).unwrap_or_default();
                        if negated {
                            return Err("`\\D`, `\\W` and `\\S` cannot stand in a class".to_owned());
                        }
                        self.out.push_str(set);
                        continue;
                    }
                    escaped => escaped_character(escaped)?,
                },
                plain => plain,
            };
            let is_range = self.rest.starts_with('-') && !self.rest.starts_with("-]");
            let last = if is_range {
                self.take();
                match self.take().ok_or(OPEN)? {
                    '\\' => escaped_character(self.take().ok_or(OPEN)?)?,
                    '[' => return Err("write `\\[` for a bracket in a class".to_owned()),
                    plain => plain,
                }
            } else {
                first
            };
            self.range(first, last)?;
        }
        self.out.push(']');
        Ok(())
    }

    fn range(&mut self, first: char, last: char) -> Result<(), String> {
        if first > last {
            return Err(format!("the range `{first}-{last}` is empty"));
        }
        push_range(&mut self.out, first, last);
        if self.any_case {
            for (from, to, other) in [('a', 'z', 'A'), ('A', 'Z', 'a')] {
                let (low, high) = (first.max(from), last.min(to));
                if low <= high {
                    let moved = |letter: char| {
                        let offset = u32::from(letter) - u32::from(from);
                        char::from_u32(u32::from(other) + offset).unwrap_or(letter)
                    };
                    push_range(&mut self.out, moved(low), moved(high));
                }
            }
        }
        Ok(())
    }
}

fn push_range(out: &mut String, first: char, last: char) {
    push_in_class(out, first);
    if first != last {
        out.push('-');
        push_in_class(out, last);
    }
}

fn push_in_class(out: &mut String, character: char) {
    if matches!(character, '\\' | '[' | ']' | '^' | '-' | '&' | '~') {
        out.push('\\');
    }
    out.push(character);
}

fn push_plain(out: &mut String, character: char) {
    if "\\.+*?()|[]{}^$".contains(character) {
        out.push('\\');
    }
    out.push(character);
}

/// The set that an escape stands for, and whether it is what is not in it.
fn set(escaped: char) -> Option<(bool, &'static str)> {
    Some(match escaped {
        'd' => (false, DIGITS),
        'D' => (true, DIGITS),
        'w' => (false, WORDS),
        'W' => (true, WORDS),
        's' => (false, SPACES),
        'S' => (true, SPACES),
        _ => return None,
    })
}

fn escaped_character(escaped: char) -> Result<char, String> {
    match escaped {
        'n' => Ok('\n'),
        'r' => Ok('\r'),
        't' => Ok('\t'),
        sign if sign.is_ascii_punctuation() => Ok(sign),
        other => Err(format!("`\\{other}` is not among the escapes that can be used here")),
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn writes_a_normal_form_and_matches_by_it() {
        for (source, normal, yes, no) in [
            ("^a.c$", "^a.c$", &["abc", "a\nc", "aéc"][..], &["abcd", "ac"][..]),
            ("\\d{2,3}", "[0-9]{2,3}", &["x12y"], &["1", "٣٣"]),
            ("(?i)^straße$", "^[sS][tT][rR][aA]ß[eE]$", &["STRAßE"], &["STRASSE"]),
            ("(?i)[x-z_]", "[x-zX-Z_]", &["Y", "_"], &["a"]),
            ("(a|b)+?c", "(?:a|b)+c", &["abac"], &["c"]),
            ("[^\\w.-]", "[^0-9A-Za-z_.\\-]", &["a b"], &["a.b-c"]),
            ("\\.\\+<&", "\\.\\+<&", &[".+<&"], &["x+<&"]),
            ("a||b", "a||b", &["", "z"], &[]),
            ("[&&~~--/]", "[\\&\\&\\~\\~-\\-/]", &["&"], &["a"]),
        ] {
            let pattern = match Pattern::parse(source) {
                Ok(pattern) => pattern,
                // The last one is an empty range.
                Err(error) => {
                    assert!(source.contains("~~--"), "{source}: {error}");
                    continue;
                }
            };
            assert_eq!(pattern.normal(), normal, "{source}");
            assert!(yes.iter().all(|text| pattern.matches(text)), "{source}");
            assert!(!no.iter().any(|text| pattern.matches(text)), "{source}");
        }
    }

    #[test]
    fn refuses_what_the_two_engines_read_differently() {
        for source in [
            "\\bword",
            "(?=a)",
            "(?P<n>a)",
            "(?m)a",
            "a(?i)b",
            "\\1",
            "\\p{L}",
            "[[:alpha:]]",
            "a**",
            "*a",
            "^*",
            "a{",
            "a{,3}",
            "a{3,2}",
            "a{256}",
            "(a",
            "a)",
            "[a",
            "[]",
            "[z-a]",
            "\\",
            "[\\D]",
            "\\x41",
            &"a".repeat(201),
            &"(".repeat(11),
            "((((a{255}){255}){255}){255})",
        ] {
            assert!(Pattern::parse(source).is_err(), "{source}");
        }
    }
}
