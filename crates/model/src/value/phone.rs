//! Telephone numbers in E.164: `+`, country code, number, and nothing else.

use super::refusal::Objection;

/// The shortest numbers in use (Niue) have seven digits with their country code.
const DIGITS_MIN: usize = 7;
/// E.164 allows fifteen.
const DIGITS_MAX: usize = 15;

/// The number in normal form.
pub(super) fn normalize(text: &str) -> Result<String, Objection> {
    let compact: String = text.chars().filter(|c| !is_separator(*c)).collect();
    let Some(digits) = compact.strip_prefix('+') else {
        return Err(match compact.starts_with("00") {
            true => Objection::hinted("it does not begin with `+`", "write `+` in place of the leading `00`"),
            false => Objection::hinted(
                "it does not begin with `+`",
                "begin with `+` and the country code, as in `+4930901820`",
            ),
        });
    };
    if text.contains("(0)") {
        return Err(Objection::hinted("`(0)` is not dialled from abroad", "leave out the `(0)`"));
    }
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Objection::hinted(
            "it contains more than digits",
            "an extension has its place in another field",
        ));
    }
    if digits.starts_with('0') {
        return Err(Objection::new("no country code begins with 0"));
    }
    if !(DIGITS_MIN..=DIGITS_MAX).contains(&digits.len()) {
        return Err(Objection::new("such a number has 7 to 15 digits"));
    }
    Ok(compact)
}

/// What people put between digits.
fn is_separator(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '-' | '\u{2010}'..='\u{2015}' | '.' | '(' | ')' | '/')
}

#[cfg(test)]
mod tests {
    use super::normalize;

    #[test]
    fn brings_numbers_to_e164() {
        for (given, wanted) in [
            ("+49 30 901820", "+4930901820"),
            ("+1 (415) 555-2671", "+14155552671"),
            ("+44.20.7946.0958", "+442079460958"),
            (" +683 4000 ", "+6834000"),
        ] {
            assert_eq!(normalize(given).expect(given), wanted);
        }
    }

    #[test]
    fn refuses_what_cannot_be_dialled_from_anywhere() {
        for text in ["", "+", "030 901820", "0049 30 901820", "+49 (0)30 901820", "+0301234567", "+123456"] {
            assert!(normalize(text).is_err(), "{text}");
        }
        for text in ["+1234567890123456", "+49 30 ext 5", "+49+30123456", "+４９30123456", "+49\t30123456"]
        {
            assert!(normalize(text).is_err(), "{text}");
        }
    }
}
