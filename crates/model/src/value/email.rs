//! E-mail addresses in normal form: lower case, no display name, no quoted local part.

use super::refusal::Objection;
use super::text::nfc;
use crate::limits::EMAIL_BYTES_MAX;

/// The address in normal form.
pub(super) fn normalize(text: &str) -> Result<String, Objection> {
    let address = nfc(&nfc(text.trim()).to_lowercase()).into_owned();
    let Some((local, domain)) = address.split_once('@') else {
        return Err(Objection::new("it has no `@`"));
    };
    if domain.contains('@') {
        return Err(Objection::new("it has more than one `@`"));
    }
    if address.contains(['<', '>', ' ']) {
        return Err(Objection::hinted(
            "it is more than an address",
            "send the address alone: `ada@example.org`",
        ));
    }
    if address.len() > EMAIL_BYTES_MAX {
        return Err(Objection::new("it is longer than 254 bytes"));
    }
    check_local(local)?;
    check_domain(domain)?;
    Ok(address)
}

fn check_local(local: &str) -> Result<(), Objection> {
    if local.is_empty() || local.len() > 64 {
        return Err(Objection::new("there must be 1 to 64 bytes before the `@`"));
    }
    if local.starts_with('.') || local.ends_with('.') || local.contains("..") {
        return Err(Objection::new("before the `@`, dots may only stand between other characters"));
    }
    let is_allowed = |c: char| is_letter(c) || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    if !local.chars().all(is_allowed) {
        return Err(Objection::new("it has a character before the `@` that addresses do not have"));
    }
    Ok(())
}

fn check_domain(domain: &str) -> Result<(), Objection> {
    if !domain.contains('.') {
        return Err(Objection::new("its domain has no dot"));
    }
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| is_letter(c) || c == '-')
    };
    if domain.split('.').all(is_label) {
        Ok(())
    } else {
        Err(Objection::new("its domain is not a domain name"))
    }
}

/// Letters and digits of any script (RFC 6531), with the marks that belong to them.
fn is_letter(c: char) -> bool {
    c.is_ascii_alphanumeric() || (!c.is_ascii() && !c.is_control() && !c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::normalize;

    #[test]
    fn accepts_addresses_in_normal_form() {
        for (given, wanted) in [
            (" Ada.Lovelace@Example.ORG ", "ada.lovelace@example.org"),
            ("a+b_c'd@x-y.co.uk", "a+b_c'd@x-y.co.uk"),
            ("jörg@müller.de", "jörg@müller.de"),
        ] {
            assert_eq!(normalize(given).expect(given), wanted);
        }
    }

    #[test]
    fn refuses_what_is_no_address() {
        for text in [
            "",
            "a",
            "@",
            "a@",
            "@b.c",
            "a@b",
            "a@@b.c",
            "a@b@c.d",
            ".a@b.c",
            "a.@b.c",
            "a..b@c.d",
            "a b@c.d",
            "a@b..c",
            "a@.b.c",
            "a@-b.c",
            "a@b-.c",
            "a@b.c.",
            "Ada <a@b.c>",
            "\"a\"@b.c",
            "a\n@b.c",
            "a@b.c\0",
        ] {
            assert!(normalize(text).is_err(), "{text:?}");
        }
        assert!(normalize(&format!("{}@example.org", "a".repeat(65))).is_err());
        assert!(normalize(&format!("a@{}.org", "b.".repeat(130))).is_err());
    }
}
