//! `Range` and `If-None-Match` on a file (RFC 9110, 13 and 14).

use http::HeaderMap;

/// Which bytes of a file are answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Span {
    /// All of them.
    Whole,
    /// Those from the first up to the second, which is not among them.
    Part(u64, u64),
    /// None of those that were asked for are there.
    Outside,
}

impl Span {
    /// What is asked of a file of this length and tag. Several ranges at once, and what is
    /// no range of bytes, are as if nothing was asked, which the RFC leaves to a server.
    pub(super) fn of(headers: &HeaderMap, length: u64, tag: &str) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
        let Some(asked) = text("range").and_then(|range| range.strip_prefix("bytes=")) else {
            return Self::Whole;
        };
        if text("if-range").is_some_and(|seen| seen != tag) {
            return Self::Whole;
        }
        let Some((first, last)) = asked.trim().split_once('-') else { return Self::Whole };
        let number = |text: &str| text.trim().parse::<u64>().ok();
        match (first.trim().is_empty(), number(first), last.trim().is_empty(), number(last)) {
            (false, Some(first), true, _) => Self::within(first, length, length),
            (false, Some(first), false, Some(last)) if first <= last => {
                Self::within(first, last.saturating_add(1), length)
            }
            (true, _, false, Some(0)) => Self::Outside,
            (true, _, false, Some(count)) => Self::within(length.saturating_sub(count), length, length),
            _ => Self::Whole,
        }
    }

    fn within(from: u64, to: u64, length: u64) -> Self {
        if from >= length { Self::Outside } else { Self::Part(from, to.min(length)) }
    }
}

/// Whether the client has the file of this tag already.
pub(super) fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let texts = headers.get_all("if-none-match").iter().filter_map(|value| value.to_str().ok());
    texts
        .flat_map(|text| text.split(','))
        .map(str::trim)
        .any(|seen| seen == "*" || seen.strip_prefix("W/").unwrap_or(seen) == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(range: &str) -> Span {
        let mut headers = HeaderMap::new();
        headers.insert("range", range.parse().unwrap());
        Span::of(&headers, 100, "\"x\"")
    }

    #[test]
    fn reads_a_range_of_bytes() {
        assert_eq!(span("bytes=0-9"), Span::Part(0, 10));
        assert_eq!(span("bytes=90-"), Span::Part(90, 100));
        assert_eq!(span("bytes=90-1000"), Span::Part(90, 100));
        assert_eq!(span("bytes=-10"), Span::Part(90, 100));
        assert_eq!(span("bytes=-1000"), Span::Part(0, 100));
        for outside in ["bytes=100-", "bytes=100-200", "bytes=-0"] {
            assert_eq!(span(outside), Span::Outside, "{outside}");
        }
        for whole in ["rows=1-2", "bytes=5-2", "bytes=0-1,5-6", "bytes=-", "bytes=x-y", "bytes"] {
            assert_eq!(span(whole), Span::Whole, "{whole}");
        }
    }

    #[test]
    fn answers_all_of_a_file_that_is_another_by_now() {
        let mut headers = HeaderMap::new();
        headers.insert("range", "bytes=0-9".parse().unwrap());
        headers.insert("if-range", "\"y\"".parse().unwrap());
        assert_eq!(Span::of(&headers, 100, "\"x\""), Span::Whole);
        assert_eq!(Span::of(&headers, 100, "\"y\""), Span::Part(0, 10));
        headers.insert("if-none-match", "\"a\", W/\"y\"".parse().unwrap());
        assert!(is_known(&headers, "\"y\"") && !is_known(&headers, "\"x\""));
    }
}
