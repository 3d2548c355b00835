//! Text in normal form: NFC, without control characters; and its case-folded form.

use std::borrow::Cow;

use caseless::Caseless;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// The text in Unicode normalization form C.
#[must_use]
pub fn nfc(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfc().collect())
    }
}

/// What two texts have in common that differ in case only: Unicode default case
/// folding of the decomposed text, then NFC.
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfd().default_case_fold().nfc().collect()
}

/// The control character that one line of text must not have.
pub(super) fn control_in_line(text: &str) -> Option<char> {
    text.chars().find(|character| character.is_control())
}

/// The control character that lines of text must not have.
pub(super) fn control_in_lines(text: &str) -> Option<char> {
    text.chars().find(|character| character.is_control() && !matches!(character, '\n' | '\t' | '\r'))
}

#[cfg(test)]
mod tests {
    use super::{fold, nfc};

    #[test]
    fn folds_what_differs_in_case_only_to_one_text() {
        for (one, other) in
            [("Straße", "STRASSE"), ("ÉCOLE", "e\u{301}cole"), ("Σίσυφος", "ΣΊΣΥΦΟΣ"), ("aB", "Ab")]
        {
            assert_eq!(fold(&nfc(one)), fold(&nfc(other)), "{one}");
            assert_eq!(fold(&fold(one)), fold(one), "{one}");
        }
        assert_ne!(fold("a"), fold("á"));
    }

    /// Schema decisions count on this when they bound the entries of a key.
    #[test]
    fn folding_gives_a_character_at_most_five_bytes() {
        let mut text = String::new();
        for character in '\0'..=char::MAX {
            text.clear();
            text.push(character);
            assert!(fold(&nfc(&text)).len() <= 5 || nfc(&text).len() > 4, "{character:?}");
        }
    }
}
