//! `Prefer: return=minimal` (RFC 7240).

use axum::extract::FromRequestParts;
use http::HeaderMap;
use http::request::Parts;

use crate::problem::Problem;
use crate::site::Site;

/// How much of a written record the caller wants back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Prefer {
    /// Nothing was said.
    Unsaid,
    /// All of it.
    Representation,
    /// Its id and version.
    Minimal,
}

impl Prefer {
    /// The preference as `Preference-Applied` repeats it.
    pub(crate) fn applied(self) -> Option<&'static str> {
        match self {
            Self::Unsaid => None,
            Self::Representation => Some("return=representation"),
            Self::Minimal => Some("return=minimal"),
        }
    }
}

impl FromRequestParts<Site> for Prefer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Site) -> Result<Self, Problem> {
        Ok(read(&parts.headers))
    }
}

/// Preferences that are not known are ignored, as the RFC wants; the first one counts.
fn read(headers: &HeaderMap) -> Prefer {
    let texts = headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
    for preference in texts.flat_map(|text| text.split(',')) {
        let word = preference.split(';').next().unwrap_or_default();
        let Some((name, value)) = word.split_once('=') else { continue };
        if !name.trim().eq_ignore_ascii_case("return") {
            continue;
        }
        match value.trim().trim_matches('"') {
            "minimal" => return Prefer::Minimal,
            "representation" => return Prefer::Representation,
            _ => {}
        }
    }
    Prefer::Unsaid
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_preference_among_others() {
        let cases = [
            ("return=minimal", Prefer::Minimal),
            ("respond-async, wait=10, Return = \"minimal\"; x=y", Prefer::Minimal),
            ("return=representation, return=minimal", Prefer::Representation),
            ("return=headers-only", Prefer::Unsaid),
            ("minimal", Prefer::Unsaid),
        ];
        for (text, wanted) in cases {
            let mut headers = HeaderMap::new();
            headers.insert("prefer", text.parse().unwrap());
            assert_eq!(read(&headers), wanted, "{text}");
        }
    }
}
