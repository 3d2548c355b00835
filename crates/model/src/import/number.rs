//! Numbers as people write them: brought to `-?digits(.digits)?`, exactly.

use super::mapping::NumberForm;

/// The number in its plain form, multiplied by the form's power of ten by moving the
/// point; nothing is rounded.
pub(super) fn plain(form: &NumberForm, text: &str) -> Option<String> {
    let (is_negative, text) = match text.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = match text.split_once(form.decimal) {
        Some((whole, fraction)) => (whole, fraction),
        None => (text, ""),
    };
    let whole: String = match form.group {
        // Groups are of any size: they are of two digits in some places.
        Some(group) if whole.starts_with(group) || whole.ends_with(group) => return None,
        Some(group) => whole.chars().filter(|c| *c != group).collect(),
        None => whole.to_owned(),
    };
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() && fraction.is_empty() || !is_digits(&whole) || !is_digits(fraction) {
        return None;
    }
    let (whole, fraction) = shift(whole, fraction.to_owned(), form.scale);
    let whole = whole.trim_start_matches('0');
    let fraction = fraction.trim_end_matches('0');
    let is_zero = whole.is_empty() && fraction.is_empty();
    let mut out = String::with_capacity(whole.len() + fraction.len() + 3);
    if is_negative && !is_zero {
        out.push('-');
    }
    out.push_str(if whole.is_empty() { "0" } else { whole });
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    Some(out)
}

/// Moves the point to the right, or to the left when negative.
fn shift(mut whole: String, mut fraction: String, places: i8) -> (String, String) {
    let count = usize::from(places.unsigned_abs());
    if places >= 0 {
        while fraction.len() < count {
            fraction.push('0');
        }
        let rest = fraction.split_off(count);
        whole.push_str(&fraction);
        (whole, rest)
    } else {
        let missing = count.saturating_sub(whole.len());
        whole.insert_str(0, &"0".repeat(missing));
        let moved = whole.split_off(whole.len() - count);
        (whole, moved + &fraction)
    }
}
