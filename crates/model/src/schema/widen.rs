//! Types that a field can be given in place of its own: every value that it can hold is
//! a value of the other. What cannot be widened is another field.

use crate::catalog::FieldKind;

/// What widening a field does to the values that records have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Widening {
    /// Nothing: the column holds both alike.
    Relabel,
    /// Each is written again in its new form, in the background.
    Rewrite,
}

/// How a field of one type becomes one of another; `None` when it cannot. Both are whole
/// kinds, so that what belongs to the type is looked at as well.
#[must_use]
pub fn widening(from: &FieldKind, to: &FieldKind) -> Option<Widening> {
    match (from, to) {
        // A shorter bound is checked against the records as for any text.
        (FieldKind::Text { .. }, FieldKind::LongText { .. })
        | (
            FieldKind::Select { .. } | FieldKind::Email | FieldKind::Phone | FieldKind::Url,
            FieldKind::Text { .. },
        ) => Some(Widening::Relabel),
        (FieldKind::Integer { .. }, FieldKind::Decimal { .. }) | (FieldKind::Date, FieldKind::Datetime) => {
            Some(Widening::Rewrite)
        }
        (FieldKind::Select { options: before }, FieldKind::MultiSelect { options }) => {
            let keeps = before.iter().all(|old| options.iter().any(|new| new.value == old.value));
            keeps.then_some(Widening::Rewrite)
        }
        (
            FieldKind::Decimal { precision: digits, scale: fraction, .. },
            FieldKind::Decimal { precision, scale, .. },
        ) => {
            let keeps = scale >= fraction
                && precision.saturating_sub(*scale) >= digits.saturating_sub(*fraction)
                && (scale, precision) != (fraction, digits);
            let is_same_column = scale == fraction;
            keeps.then_some(if is_same_column { Widening::Relabel } else { Widening::Rewrite })
        }
        // The code stands beside the amount and stays what it is.
        (FieldKind::Currency { scale: fraction, .. }, FieldKind::Currency { scale, .. }) => {
            (scale > fraction).then_some(Widening::Rewrite)
        }
        _ => None,
    }
}

/// The types, by their names on the wire, that a field of a type can be given.
#[must_use]
pub fn wider_types(from: &str) -> &'static [&'static str] {
    match from {
        "text" => &["long_text"],
        "email" | "phone" | "url" => &["text"],
        "integer" => &["decimal"],
        "date" => &["datetime"],
        "select" => &["text", "multi_select"],
        _ => &[],
    }
}
