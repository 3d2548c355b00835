//! Page cursors: opaque to callers, a few words to us.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kith_model::fault::{Code, Fault};

/// Words of a cursor, as text that callers hand back unread.
pub(crate) fn seal(words: &[&str]) -> String {
    URL_SAFE_NO_PAD.encode(words.join("\n"))
}

/// The words again. The first one says what kind of cursor it is.
///
/// # Errors
/// `invalid_parameter`, when it is no cursor of this kind and length.
pub(crate) fn open<const N: usize>(text: &str, kind: &str) -> Result<[String; N], Fault> {
    let invalid = || {
        Fault::new(Code::InvalidParameter, "`cursor` is not one that this list gave")
            .at("cursor")
            .hint("pass `next_cursor` of the page before, unchanged, with the same parameters")
    };
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| invalid())?;
    let text = String::from_utf8(bytes).map_err(|_| invalid())?;
    let words: Vec<String> = text.split('\n').map(str::to_owned).collect();
    let words: [String; N] = words.try_into().map_err(|_| invalid())?;
    if words.first().is_some_and(|word| word == kind) { Ok(words) } else { Err(invalid()) }
}

/// That a cursor's words do not say what they should.
pub(crate) fn damaged() -> Fault {
    Fault::new(Code::InvalidParameter, "`cursor` is not one that this list gave").at("cursor")
}
