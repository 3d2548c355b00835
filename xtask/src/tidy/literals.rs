//! String literals of Rust source, told from comments, characters and lifetimes. Not a
//! parser: just enough to know what is a literal.

/// Every string literal's content with the line it starts on.
pub(super) fn strings(source: &str) -> Vec<(usize, &str)> {
    let bytes = source.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &source[at..];
        let next = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some((content, length)) = raw(source, at).or_else(|| quoted(rest)) {
            found.push((1 + source[..at].matches('\n').count(), content));
            length
        } else {
            character(rest).unwrap_or_else(|| rest.chars().next().map_or(1, char::len_utf8))
        };
        at += next;
    }
    found
}

/// `r"…"`, `r#"…"#`, not at the end of an identifier.
fn raw(source: &str, at: usize) -> Option<(&str, usize)> {
    let rest = source[at..].strip_prefix('r')?;
    let before = source[..at].chars().next_back();
    if before.is_some_and(|c| (c.is_alphanumeric() && c != 'b') || c == '_') {
        return None;
    }
    let hashes = rest.bytes().take_while(|byte| *byte == b'#').count();
    let content = rest[hashes..].strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    let end = content.find(&close).unwrap_or(content.len());
    let length = (1 + hashes + 1 + end + close.len()).min(source.len() - at);
    Some((&content[..end], length))
}

/// `"…"` with escapes.
fn quoted(rest: &str) -> Option<(&str, usize)> {
    let content = rest.strip_prefix('"')?;
    let mut escaped = false;
    for (index, byte) in content.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some((&content[..index], index + 2)),
            _ => {}
        }
    }
    Some((content, rest.len()))
}

/// The length of a character literal such as `'"'`; a lifetime is none.
fn character(rest: &str) -> Option<usize> {
    let content = rest.strip_prefix('\'')?;
    let mut chars = content.char_indices();
    let (_, first) = chars.next()?;
    if first == '\\' {
        let escaped = content.get(2..)?;
        return escaped.find('\'').map(|end| 1 + 2 + end + 1);
    }
    let (end, close) = chars.next()?;
    (close == '\'').then_some(1 + end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_literals_and_nothing_else() {
        let source = r####"// "no"
let a = "one \" two"; /* "no" */
let b = '"'; let c = '\''; fn d<'x>() {}
let e = r#"three "quoted""#; let f = br"four";
let g = "five
six";"####;
        assert_eq!(
            strings(source),
            [(2, "one \\\" two"), (4, "three \"quoted\""), (4, "four"), (5, "five\nsix")]
        );
    }
}
