//! An expression's text as tokens, in the lexical grammar of CEL.

use super::place::{Mistake, Span, shown};
use crate::value::nfc;

/// What stands in the text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Token<'s> {
    /// A name, or a word such as `true`.
    Word(&'s str),
    /// A name between backticks: never a word, never a variable.
    Quoted(&'s str),
    /// Digits, with or without a fraction.
    Number(&'s str),
    /// A text literal, as it reads, in Unicode normalization form C.
    Text(String),
    /// An operator or a bracket.
    Symbol(&'static str),
    /// The end of the text.
    End,
}

/// Longer ones first: the first that fits is taken.
const SYMBOLS: [&str; 24] = [
    "&&", "||", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%", "!", "?", ":", "(", ")", "[", "]",
    ",", ".", "{", "}",
];

/// Reads tokens one after the other.
pub(super) struct Lexer<'s> {
    source: &'s str,
    at: usize,
}

impl<'s> Lexer<'s> {
    /// Starts at the beginning of a text.
    pub(super) fn new(source: &'s str) -> Self {
        Self { source, at: 0 }
    }

    /// The next token and where it stands.
    pub(super) fn next(&mut self) -> Result<(Token<'s>, Span), Mistake> {
        self.skip_blanks();
        let start = self.at;
        let rest = &self.source[start..];
        let token = match rest.bytes().next() {
            None => Token::End,
            Some(b'`') => self.quoted()?,
            Some(b'0'..=b'9') => self.number()?,
            Some(b'.') if rest[1..].starts_with(|next: char| next.is_ascii_digit()) => {
                return Err(Mistake::new(self.here(start, 1), "a number begins with a digit")
                    .hint("write `0.5` for `.5`"));
            }
            Some(b'\'' | b'"') => self.text(false)?,
            Some(b'r' | b'R') if rest[1..].starts_with(['\'', '"']) => {
                self.at += 1;
                self.text(true)?
            }
            Some(b'b' | b'B') if rest[1..].starts_with(['\'', '"']) => {
                return Err(Mistake::new(self.here(start, 1), "there are no byte strings"));
            }
            Some(first) if first.is_ascii_alphabetic() || first == b'_' => self.word(),
            Some(_) => self.symbol()?,
        };
        Ok((token, Span::new(start, self.at)))
    }

    fn here(&self, start: usize, length: usize) -> Span {
        Span::new(start, (start + length).min(self.source.len()))
    }

    /// Blanks and `// comments`.
    fn skip_blanks(&mut self) {
        loop {
            let rest = &self.source[self.at..];
            let text = rest.trim_start_matches([' ', '\t', '\n', '\r', '\u{c}']);
            self.at += rest.len() - text.len();
            if !text.starts_with("//") {
                return;
            }
            self.at += text.find('\n').unwrap_or(text.len());
        }
    }

    fn take_while(&mut self, belongs: impl Fn(u8) -> bool) -> &'s str {
        let start = self.at;
        self.at += self.source[start..].bytes().take_while(|byte| belongs(*byte)).count();
        &self.source[start..self.at]
    }

    fn word(&mut self) -> Token<'s> {
        Token::Word(self.take_while(|byte| byte.is_ascii_alphanumeric() || byte == b'_'))
    }

    fn quoted(&mut self) -> Result<Token<'s>, Mistake> {
        let start = self.at;
        self.at += 1;
        let name = self.take_while(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if name.is_empty() || !self.source[self.at..].starts_with('`') {
            return Err(Mistake::new(self.here(start, 1), "a name between backticks is not closed")
                .hint("write `` `name` ``"));
        }
        self.at += 1;
        Ok(Token::Quoted(name))
    }

    fn number(&mut self) -> Result<Token<'s>, Mistake> {
        let start = self.at;
        self.take_while(|byte| byte.is_ascii_digit());
        let rest = &self.source[self.at..];
        if rest.starts_with('.') && rest[1..].starts_with(|next: char| next.is_ascii_digit()) {
            self.at += 1;
            self.take_while(|byte| byte.is_ascii_digit());
        }
        let digits = &self.source[start..self.at];
        let tail = self.take_while(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if tail.is_empty() {
            return Ok(Token::Number(digits));
        }
        let message = format!("{} is not a number", shown(&self.source[start..self.at]));
        let hint = match tail.as_bytes()[0] {
            b'e' | b'E' => "write it out, without an exponent",
            b'u' | b'U' => "integers have no suffix",
            _ => "write digits, with a `.` before a fraction",
        };
        Err(Mistake::new(Span::new(start, self.at), message).hint(hint))
    }

    fn symbol(&mut self) -> Result<Token<'s>, Mistake> {
        let rest = &self.source[self.at..];
        if let Some(symbol) = SYMBOLS.into_iter().find(|symbol| rest.starts_with(symbol)) {
            self.at += symbol.len();
            return Ok(Token::Symbol(symbol));
        }
        let character = rest.chars().next().unwrap_or_default();
        let span = self.here(self.at, character.len_utf8());
        let mistake = Mistake::new(span, format!("`{}` means nothing here", character.escape_debug()));
        Err(match character {
            '=' => mistake.hint("compare with `==`"),
            '&' => mistake.hint("write `&&`"),
            '|' => mistake.hint("write `||`"),
            '‘' | '’' | '“' | '”' => mistake.hint("write text between `'` or `\"`"),
            _ => mistake,
        })
    }

    /// A text literal from its first quote on. Raw ones have no escapes.
    fn text(&mut self, raw: bool) -> Result<Token<'s>, Mistake> {
        let start = self.at;
        let rest = &self.source[start..];
        let quote =
            ["'''", "\"\"\"", "'", "\""].into_iter().find(|quote| rest.starts_with(quote)).unwrap_or("'");
        let open = || Mistake::new(self.here(start, quote.len()), "a text is not closed");
        let mut text = String::new();
        let mut at = start + quote.len();
        loop {
            let rest = self.source.get(at..).ok_or_else(open)?;
            if rest.starts_with(quote) {
                break;
            }
            let character = rest.chars().next().ok_or_else(open)?;
            match character {
                '\n' | '\r' if quote.len() == 1 => return Err(open()),
                '\\' if !raw => {
                    let (escaped, length) =
                        escape(&rest[1..]).map_err(|message| Mistake::new(self.here(at, 2), message))?;
                    text.push(escaped);
                    at += 1 + length;
                }
                _ => {
                    text.push(character);
                    at += character.len_utf8();
                }
            }
        }
        if text.contains('\0') {
            return Err(Mistake::new(Span::new(start, at), "no text contains U+0000"));
        }
        self.at = at + quote.len();
        Ok(Token::Text(nfc(&text).into_owned()))
    }
}

/// The character that an escape stands for, and how many bytes follow the backslash.
fn escape(rest: &str) -> Result<(char, usize), &'static str> {
    const UNKNOWN: &str = "no such escape: write `\\\\` for a backslash";
    let code = |from: usize, digits: usize, radix: u32| {
        let number = rest.get(from..from + digits).filter(|text| text.bytes().all(|b| b.is_ascii_hexdigit()));
        let number = number.and_then(|text| u32::from_str_radix(text, radix).ok());
        number.and_then(char::from_u32).map(|character| (character, from + digits)).ok_or(UNKNOWN)
    };
    match rest.bytes().next() {
        Some(b'n') => Ok(('\n', 1)),
        Some(b'r') => Ok(('\r', 1)),
        Some(b't') => Ok(('\t', 1)),
        Some(b'a') => Ok(('\u{7}', 1)),
        Some(b'b') => Ok(('\u{8}', 1)),
        Some(b'f') => Ok(('\u{c}', 1)),
        Some(b'v') => Ok(('\u{b}', 1)),
        Some(same @ (b'\\' | b'\'' | b'"' | b'`' | b'?')) => Ok((char::from(same), 1)),
        Some(b'x' | b'X') => code(1, 2, 16),
        Some(b'u') => code(1, 4, 16),
        Some(b'U') => code(1, 8, 16),
        Some(b'0'..=b'3') => code(0, 3, 8),
        _ => Err(UNKNOWN),
    }
}
