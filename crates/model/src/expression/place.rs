//! Places in an expression's text, and the faults that name them.

use crate::fault::{Code, Fault};

/// A stretch of the text, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Span {
    /// Where it begins.
    pub(super) start: u32,
    /// Where it ends.
    pub(super) end: u32,
}

impl Span {
    /// From one byte to another. Sources are far shorter than 4 GiB.
    pub(super) fn new(start: usize, end: usize) -> Self {
        let narrow = |at| u32::try_from(at).unwrap_or(u32::MAX);
        Self { start: narrow(start), end: narrow(end) }
    }

    /// From the beginning of one to the end of another.
    pub(super) fn to(self, other: Self) -> Self {
        Self { start: self.start, end: other.end }
    }
}

/// What is wrong, and where; it becomes a fault with the text in hand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Mistake {
    /// Where.
    pub(super) span: Span,
    /// What is wrong.
    pub(super) message: String,
    /// What to do about it.
    pub(super) hint: Option<String>,
}

impl Mistake {
    /// A mistake without a remedy.
    pub(super) fn new(span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), hint: None }
    }

    /// Adds what to do about it.
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The fault, with line and column (both from 1, columns in characters) and byte.
    pub(super) fn fault(self, source: &str) -> Fault {
        let before = source.get(..self.span.start as usize).unwrap_or(source);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or(before).chars().count() + 1;
        let place = format!("line {line}, column {column} (byte {})", before.len());
        let fault = Fault::new(Code::InvalidExpression, format!("{place}: {}", self.message));
        match self.hint {
            Some(hint) => fault.hint(hint),
            None => fault,
        }
    }
}

/// A name or a piece of text as messages show it: bounded, in backticks.
pub(super) fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("`{}…`", &text[..end]),
        None => format!("`{text}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Mistake, Span};

    #[test]
    fn counts_lines_and_columns_from_one_and_bytes_from_zero() {
        let source = "é\n'ü' + x";
        let at = source.find('x').unwrap();
        let fault = Mistake::new(Span::new(at, at + 1), "wrong").hint("right").fault(source);
        assert_eq!(fault.message, "line 2, column 7 (byte 10): wrong");
        assert_eq!(fault.hint.as_deref(), Some("right"));
    }
}
