//! Telephone numbers as people write them, with the country code that goes without saying.

/// Countries where the zero at the beginning is part of the number.
const ZERO_STAYS: [&str; 5] = ["+39", "+225", "+241", "+242", "+378"];

/// The number with a `+` and its country code before it; what is no number at all is
/// refused later, by the field's type.
pub(super) fn international(country: &str, text: &str) -> String {
    if text.starts_with('+') {
        return text.to_owned();
    }
    if let Some(rest) = text.strip_prefix("00") {
        return format!("+{rest}");
    }
    let is_separator = |c: char| c.is_whitespace() || matches!(c, '-' | '.' | '(' | ')' | '/');
    let national = text.strip_prefix("(0)").unwrap_or_else(|| {
        let digits = text.trim_start_matches(is_separator);
        // Elsewhere it is only dialled within the country.
        if ZERO_STAYS.contains(&country) { digits } else { digits.strip_prefix('0').unwrap_or(digits) }
    });
    format!("{country} {national}")
}
