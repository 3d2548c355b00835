//! Absolute URLs in normal form: scheme and host in lower case, the rest as given.

use super::refusal::Objection;
use super::text::nfc;
use crate::limits::URL_BYTES_MAX;

/// Schemes that run what follows them when a link is followed.
const SCHEMES_REFUSED: &[&str] = &["javascript", "data", "vbscript"];

/// The URL in normal form.
pub(super) fn normalize(text: &str) -> Result<String, Objection> {
    let text = nfc(text.trim());
    let Some((scheme, rest)) = text.split_once("://") else {
        return Err(Objection::hinted(
            "it is not absolute",
            "begin with the scheme, as in `https://example.org`",
        ));
    };
    let scheme = scheme.to_ascii_lowercase();
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_lowercase())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    if !is_scheme {
        return Err(Objection::new("what stands before `://` is not a scheme"));
    }
    if SCHEMES_REFUSED.contains(&scheme.as_str()) {
        return Err(Objection::new("links of this scheme run programs"));
    }
    if rest.is_empty() {
        return Err(Objection::new("nothing follows the scheme"));
    }
    if rest.contains(|c: char| c.is_whitespace() || c.is_control() || "<>\"\\".contains(c)) {
        return Err(Objection::hinted(
            "it contains a character that URLs do not have",
            "percent-encode it: a space is `%20`",
        ));
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let (user, host) = match authority.rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, authority),
    };
    check_host(&scheme, host)?;
    let user = user.map(|user| format!("{user}@")).unwrap_or_default();
    let url = nfc(&format!("{scheme}://{user}{}{path}", host.to_lowercase())).into_owned();
    if url.len() > URL_BYTES_MAX {
        return Err(Objection::new("it is longer than 2,048 bytes"));
    }
    Ok(url)
}

fn check_host(scheme: &str, host: &str) -> Result<(), Objection> {
    let (name, port) = match host.rsplit_once(':') {
        // The colons of an IPv6 address stand within brackets.
        Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
        _ => (host, None),
    };
    if name.is_empty() && (matches!(scheme, "http" | "https") || port.is_some()) {
        return Err(Objection::new("it has no host"));
    }
    // An empty port is allowed (RFC 3986).
    if port.is_some_and(|port| !port.is_empty() && port.parse::<u16>().is_err()) {
        return Err(Objection::new("its port is not a number up to 65535"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::normalize;

    #[test]
    fn lowers_scheme_and_host_only() {
        for (given, wanted) in [
            (" HTTPS://Example.ORG/Path?Q=1#F ", "https://example.org/Path?Q=1#F"),
            ("https://User:Pass@Host:8080", "https://User:Pass@host:8080"),
            ("http://[::1]:80/x", "http://[::1]:80/x"),
            ("ftp://files.example.org", "ftp://files.example.org"),
            ("slack://channel?id=1", "slack://channel?id=1"),
            ("file:///etc/hosts", "file:///etc/hosts"),
            ("https://Müller.de/ä", "https://müller.de/ä"),
        ] {
            assert_eq!(normalize(given).expect(given), wanted);
        }
    }

    #[test]
    fn refuses_what_is_no_absolute_url() {
        for text in [
            "",
            "example.org",
            "//example.org",
            "https:/x",
            "://x",
            "1a://x",
            "https://",
            "https:///x",
            "https://a b",
            "https://a\n",
            "javascript://%0aalert(1)",
            "JavaScript://x",
            "https://a:b",
            "https://a:70000",
            "https://:1",
            "https://a/\u{7f}",
            "https://a\\b",
        ] {
            let text = if text.ends_with('\n') { "https://a\nb" } else { text };
            assert!(normalize(text).is_err(), "{text:?}");
        }
        assert!(normalize(&format!("https://a/{}", "b".repeat(2_048))).is_err());
    }
}
