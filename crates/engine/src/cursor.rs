//! Page cursors: opaque to callers, a few words to us.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kith_model::fault::{Code, Fault};
use kith_model::id::HistoryId;
use kith_model::journal::TenantState;

use crate::position::history_changed;

/// Words of a cursor, as text that callers hand back unread.
pub(crate) fn seal(words: &[&str]) -> String {
    URL_SAFE_NO_PAD.encode(words.join("\n"))
}

/// The same of a place in what a tenant holds: it has a meaning in the tenant's present
/// history only.
pub(crate) fn seal_in(history: HistoryId, words: &[&str]) -> String {
    seal(&[words, &[&history.to_string()]].concat())
}

/// The words again. The first one says what kind of cursor it is.
///
/// # Errors
/// `invalid_parameter`, when it is no cursor of this kind and length.
pub(crate) fn open<const N: usize>(text: &str, kind: &str) -> Result<[String; N], Fault> {
    words(text).and_then(|words| of_kind(words, kind)).ok_or_else(unfit)
}

/// A place in what a tenant holds.
pub(crate) struct Place<const N: usize> {
    /// The words.
    pub(crate) words: [String; N],
    history: HistoryId,
}

/// The place that a cursor of [`seal_in`] says.
///
/// # Errors
/// `invalid_parameter`, when it is no cursor of this kind and length.
pub(crate) fn open_in<const N: usize>(text: &str, kind: &str) -> Result<Place<N>, Fault> {
    let place = || {
        let mut words = words(text)?;
        let history = words.pop()?.parse().ok()?;
        Some(Place { words: of_kind(words, kind)?, history })
    };
    place().ok_or_else(unfit)
}

/// Refuses a place of another history.
///
/// # Errors
/// `history_changed`.
pub(crate) fn check<const N: usize>(place: Option<&Place<N>>, state: &TenantState) -> Result<(), Fault> {
    match place {
        Some(place) if place.history != state.history => {
            Err(history_changed("`cursor` is of another history of this tenant".to_owned(), state))
        }
        _ => Ok(()),
    }
}

fn words(text: &str) -> Option<Vec<String>> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    Some(text.split('\n').map(str::to_owned).collect())
}

fn of_kind<const N: usize>(words: Vec<String>, kind: &str) -> Option<[String; N]> {
    let words: [String; N] = words.try_into().ok()?;
    words.first().is_some_and(|word| word == kind).then_some(words)
}

fn unfit() -> Fault {
    damaged().hint("pass `next_cursor` of the page before, unchanged, with the same parameters")
}

/// That a cursor's words do not say what they should.
pub(crate) fn damaged() -> Fault {
    Fault::new(Code::InvalidParameter, "`cursor` is not one that this list gave").at("cursor")
}

#[cfg(test)]
mod tests {
    use kith_model::journal::{Position, SchemaVersion};
    use kith_model::time::Timestamp;
    use uuid::Uuid;

    use super::*;

    fn state(history: u128) -> TenantState {
        TenantState {
            history: HistoryId(Uuid::from_u128(history)),
            last_position: Position(1),
            first_position: Position(1),
            last_at: Timestamp(1),
            schema_version: SchemaVersion(1),
            access_version: 0,
        }
    }

    #[test]
    fn a_place_is_of_one_history() {
        let (now, later) = (state(1), state(2));
        let text = seal_in(now.history, &["tokens", "x"]);
        let place = open_in::<2>(&text, "tokens").unwrap();
        assert_eq!(place.words, ["tokens", "x"]);
        assert_eq!(check(Some(&place), &now), Ok(()));
        assert_eq!(check(Some(&place), &later).unwrap_err().code, Code::HistoryChanged);
        assert_eq!(check::<2>(None, &later), Ok(()));
    }

    #[test]
    fn another_kind_or_length_is_none() {
        let text = seal_in(state(1).history, &["tokens", "x"]);
        for refused in [open_in::<2>(&text, "trash").err(), open_in::<3>(&text, "tokens").err()] {
            assert_eq!(refused.unwrap().code, Code::InvalidParameter);
        }
        for text in ["", "x", "!", &seal(&["tokens", "x"])] {
            assert!(open_in::<2>(text, "tokens").is_err(), "{text}");
            assert!(open::<3>(text, "tokens").is_err(), "{text}");
        }
        assert_eq!(open::<2>(&seal(&["tokens", "x"]), "tokens").unwrap(), ["tokens", "x"]);
    }
}
