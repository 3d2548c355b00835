//! What the server says on stdout once it serves: where it is, and what to try first.

use std::net::SocketAddr;
use std::path::Path;

use super::demo::TENANT;
use super::local_url;
use super::token::Place;
use crate::exit::Failure;
use crate::output::Output;

/// Prints the address and three requests that work as they stand.
///
/// # Errors
/// When stdout cannot be written to.
pub(super) fn print(address: SocketAddr, token: &Place) -> Result<(), Failure> {
    say(&text(address, token))
}

/// Prints the address and three requests about the demo, whose token is in a file.
///
/// # Errors
/// When stdout cannot be written to.
pub(super) fn print_demo(address: SocketAddr, admin: &Place, token: &Path) -> Result<(), Failure> {
    say(&demo_text(address, admin, token))
}

fn say(text: &str) -> Result<(), Failure> {
    match Output::new(false).text(text) {
        // Nobody reads it: that is no reason not to serve.
        Err(Failure::Closed) => Ok(()),
        printed => printed,
    }
}

fn text(address: SocketAddr, token: &Place) -> String {
    let url = local_url(address);
    let note = note(token);
    let token = match token {
        Place::File(path) => format!("$(cat {})", quoted(path)),
        Place::Environment | Place::Elsewhere => "$KITH_ADMIN_TOKEN".to_owned(),
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

fn demo_text(address: SocketAddr, admin: &Place, token: &Path) -> String {
    let url = local_url(address);
    let note = note(admin);
    let lines = [
        ("the pipeline: how many deals stand where, and what they are worth", "/v1/records/stage"),
        ("who may stand twice in the contacts", "/v1/duplicates?object=contact&limit=3"),
        ("the latest open deals", "/v1/records/deal?outcome=open&order=-created_at&limit=2"),
    ];
    let lines = lines.map(|(what, path)| {
        let token = quoted(token);
        format!("  # {what}\n  curl -H \"Authorization: Bearer $(cat {token})\" '{url}{path}'")
    });
    format!(
        "Kith listens on {url}\nThe administrator's token {note}\nThe token of the tenant `{TENANT}` is in {}\n\n\
         Try:\n{}\n",
        token.display(),
        lines.join("\n")
    )
}

/// Where the administrator's token is.
fn note(token: &Place) -> String {
    match token {
        Place::Environment => "is in KITH_ADMIN_TOKEN".to_owned(),
        Place::File(path) => format!("is in {}", path.display()),
        Place::Elsewhere => {
            "was made at the first start and is not here (KITH_ADMIN_TOKEN sets another)".to_owned()
        }
    }
}

/// A path as a shell takes it.
fn quoted(path: &Path) -> String {
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
