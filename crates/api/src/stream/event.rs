//! The framing of server-sent events (WHATWG HTML, 9.2).

/// What a stream begins with: how long a client that lost it waits, in milliseconds,
/// before it comes back. A comment opens proxies that hold back an empty answer.
pub(super) const OPENING: &str = "retry: 1000\n: kith\n\n";

/// What says that an idle stream lives.
pub(super) const HEARTBEAT: &str = ": \n\n";

/// Appends one event.
pub(super) fn append(id: Option<&str>, name: &str, data: &str, out: &mut String) {
    if let Some(id) = id {
        line("id", id, out);
    }
    line("event", name, out);
    // Data of several lines is several `data` lines; our JSON has one.
    for part in data.split(['\n', '\r']) {
        line("data", part, out);
    }
    out.push('\n');
}

fn line(name: &str, value: &str, out: &mut String) {
    out.push_str(name);
    out.push_str(": ");
    out.push_str(value);
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_an_event() {
        let mut out = String::new();
        append(Some("10:history_1"), "transaction", "{\"a\":1}", &mut out);
        append(None, "error", "one\ntwo", &mut out);
        assert_eq!(
            out,
            "id: 10:history_1\nevent: transaction\ndata: {\"a\":1}\n\nevent: error\ndata: one\ndata: two\n\n"
        );
    }

    #[test]
    fn comments_are_blocks_of_their_own() {
        for text in [OPENING, HEARTBEAT] {
            assert!(text.ends_with("\n\n") && !text.contains("data:"), "{text}");
        }
    }
}
