//! What the server says on stdout once it serves: where it is, and what to try first.

use std::net::SocketAddr;

use super::local_url;
use super::token::Place;
use crate::exit::Failure;
use crate::output::Output;

/// Prints the address and three requests that work as they stand.
///
/// # Errors
/// When stdout cannot be written to.
pub(super) fn print(address: SocketAddr, token: &Place) -> Result<(), Failure> {
    match Output::new(false).text(&text(address, token)) {
        // Nobody reads it: that is no reason not to serve.
        Err(Failure::Closed) => Ok(()),
        printed => printed,
    }
}

fn text(address: SocketAddr, token: &Place) -> String {
    let url = local_url(address);
    let (token, note) = match token {
        Place::Environment => ("$KITH_ADMIN_TOKEN".to_owned(), "is in KITH_ADMIN_TOKEN".to_owned()),
        Place::File(path) => (format!("$(cat {})", quoted(path)), format!("is in {}", path.display())),
        Place::Elsewhere => (
            "$KITH_ADMIN_TOKEN".to_owned(),
            "was made at the first start and is not here (KITH_ADMIN_TOKEN sets another)".to_owned(),
        ),
    };
    let curl = |path: &str, tenant: &str, body: &str| {
        format!(
            "  curl -H \"Authorization: Bearer {token}\" {tenant}-H 'Content-Type: application/json' \
             {url}{path} -d '{body}'"
        )
    };
    let lines = [
        curl("/v1/tenants", "", r#"{"name": "acme"}"#),
        curl(
            "/v1/schema/objects",
            "-H 'Kith-Tenant: acme' ",
            r#"{"name": "contact", "fields": [{"name": "email", "type": "email", "unique": true}]}"#,
        ),
        curl("/v1/records/contact", "-H 'Kith-Tenant: acme' ", r#"{"email": "ada@example.com"}"#),
    ];
    format!("Kith listens on {url}\nThe administrator's token {note}\n\nTry:\n{}\n", lines.join("\n"))
}

/// A path as a shell takes it.
fn quoted(path: &std::path::Path) -> String {
    let text = path.display().to_string();
    let is_plain = text.chars().all(|letter| letter.is_ascii_alphanumeric() || "/._-".contains(letter));
    if is_plain { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::{Place, text};

    #[test]
    fn shows_three_requests_that_read_the_token_from_its_file() {
        let place = Place::File("my data/admin-token".into());
        let text = text("0.0.0.0:7800".parse().unwrap(), &place);
        assert_eq!(text.matches("curl ").count(), 3);
        assert_eq!(text.matches("Bearer $(cat 'my data/admin-token')").count(), 3);
        assert!(text.starts_with("Kith listens on http://127.0.0.1:7800\n"));
    }
}
