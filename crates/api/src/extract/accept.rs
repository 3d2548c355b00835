//! `Accept`: which media types an answer may have.

use http::HeaderMap;
use http::header::ACCEPT;

/// Whether JSON is welcome.
pub(crate) fn json(headers: &HeaderMap) -> bool {
    quality(headers, "application", "json") > 0
}

/// Whether an event stream may be answered.
pub(crate) fn events(headers: &HeaderMap) -> bool {
    quality(headers, "text", "event-stream") > 0
}

/// Whether an event stream is asked for: by name, and no less than JSON.
pub(crate) fn prefers_events(headers: &HeaderMap) -> bool {
    let is_named = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).any(|text| {
        text.split(',').any(|range| {
            range
                .split(';')
                .next()
                .is_some_and(|media| media.trim().eq_ignore_ascii_case("text/event-stream"))
        })
    });
    let events = quality(headers, "text", "event-stream");
    is_named && events > 0 && events >= quality(headers, "application", "json")
}

/// How welcome a media type is, in thousandths; the most specific range decides.
pub(crate) fn welcome(headers: &HeaderMap, kind: &str, subtype: &str) -> u16 {
    quality(headers, kind, subtype)
}

fn quality(headers: &HeaderMap, kind: &str, subtype: &str) -> u16 {
    let mut best = (0, 0);
    let mut is_given = false;
    for value in headers.get_all(ACCEPT) {
        let Ok(text) = value.to_str() else { continue };
        for range in text.split(',').map(str::trim).filter(|range| !range.is_empty()) {
            is_given = true;
            let (media, weight) = weighed(range);
            let Some((range_kind, range_subtype)) = media.split_once('/') else { continue };
            let specific = match (range_kind, range_subtype) {
                ("*", "*") => 1,
                (range_kind, "*") if range_kind.eq_ignore_ascii_case(kind) => 2,
                (range_kind, range_subtype)
                    if range_kind.eq_ignore_ascii_case(kind)
                        && range_subtype.eq_ignore_ascii_case(subtype) =>
                {
                    3
                }
                _ => continue,
            };
            best = best.max((specific, weight));
        }
    }
    if is_given { best.1 } else { 1000 }
}

/// A media range and its weight; a weight that cannot be read counts as none given.
fn weighed(range: &str) -> (&str, u16) {
    let mut parts = range.split(';').map(str::trim);
    let media = parts.next().unwrap_or_default();
    let weight = parts.find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("q").then(|| thousandths(value.trim()))?
    });
    (media, weight.unwrap_or(1000))
}

/// `0.25` is 250.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_digits = fraction.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits || fraction.len() > 3 {
        return None;
    }
    match whole {
        "1" => Some(1000),
        "0" => format!("{fraction:0<3}").parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(accept: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, accept.parse().unwrap());
        headers
    }

    #[test]
    fn takes_json_where_it_is_welcome() {
        assert!(json(&HeaderMap::new()));
        for accept in ["*/*", "application/*", "application/json;q=0.1", "text/html, */*;q=0.001", ""] {
            assert!(json(&with(accept)), "{accept}");
        }
        for accept in
            ["text/html", "application/json;q=0", "*/*, application/json;q=0.000", "application/xml"]
        {
            assert!(!json(&with(accept)), "{accept}");
        }
    }

    #[test]
    fn streams_only_when_asked_by_name() {
        assert!(prefers_events(&with("text/event-stream")));
        assert!(prefers_events(&with("application/json;q=0.5, Text/Event-Stream")));
        assert!(!prefers_events(&with("*/*")));
        assert!(!prefers_events(&with("application/json, text/event-stream;q=0.5")));
        assert!(!prefers_events(&with("text/event-stream;q=0")));
        assert!(!prefers_events(&HeaderMap::new()));
    }
}
