//! The commands of `kith`, against a server, by what they print and how they exit.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output, Stdio};

use kith_testing::{Server, Tenant, each_db};
use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::crm;

each_db!(
    creates_a_tenant_and_works_in_it,
    prints_json_or_text,
    exits_with_codes_that_scripts_can_trust,
    reads_json_from_argument_file_and_stdin,
    does_everything_to_records,
    lists_records,
    changes_the_schema,
    follows_changes_with_a_cursor,
    verifies,
    takes_what_is_not_given_from_a_profile,
);

/// Runs `kith` with a clean environment and a home of its own.
#[derive(Clone)]
pub(crate) struct Kith {
    home: std::sync::Arc<TempDir>,
    environment: Vec<(&'static str, String)>,
}

/// What a run came to.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Kith {
    pub(crate) fn new(url: &str) -> Self {
        let home = std::sync::Arc::new(TempDir::new().unwrap());
        Self { home, environment: vec![("KITH_URL", url.to_owned())] }
    }

    pub(crate) fn of(server: &Server, tenant: &Tenant) -> Self {
        let token = tenant.caller().token().unwrap().to_owned();
        Self::new(&server.url()).with("KITH_TOKEN", token)
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.environment.push((name, value.into()));
        self
    }

    pub(crate) async fn run(&self, arguments: &[&str]) -> Run {
        self.run_with(arguments, "").await
    }

    pub(crate) async fn run_with(&self, arguments: &[&str], stdin: &str) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kith"));
        command.args(arguments).env_clear().env("HOME", self.home.path()).env("RUST_BACKTRACE", "1");
        command.envs(self.environment.iter().cloned());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let stdin = stdin.to_owned();
        let output = tokio::task::spawn_blocking(move || -> Output {
            let mut child = command.spawn().unwrap();
            // A command that reads no input has closed it.
            let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
            child.wait_with_output().unwrap()
        });
        let output = output.await.unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Run { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Expects success and gives the JSON that `--json` prints.
    pub(crate) async fn json(&self, arguments: &[&str]) -> Json {
        let run = self.run(&[arguments, &["--json"]].concat()).await;
        assert_eq!(run.code, 0, "{arguments:?}: {run:?}");
        assert_eq!(run.out.lines().count(), 1, "one line: {run:?}");
        serde_json::from_str(&run.out).unwrap()
    }
}

impl Run {
    /// Expects a failure with this code and these words on stderr, and nothing on stdout.
    #[track_caller]
    pub(crate) fn expect_failure(&self, code: i32, words: &str) {
        assert!(self.code == code && self.err.contains(words), "expected {code}, {words}: {self:?}");
        assert!(self.out.is_empty() && !self.err.contains("backtrace"), "{self:?}");
    }
}

async fn creates_a_tenant_and_works_in_it(server: Server) {
    let token = server.admin().caller().token().unwrap().to_owned();
    let admin = Kith::new(&server.url()).with("KITH_TOKEN", token);
    let made = admin.json(&["tenant", "create", "acme"]).await;
    assert!(made["id"].is_string() && made["token"].is_string(), "{made}");
    let tenant = Kith::new(&server.url()).with("KITH_TOKEN", made["token"].as_str().unwrap());
    let object = r#"{"name": "contact", "fields": [{"name": "email", "type": "email", "unique": true}]}"#;
    assert_eq!(tenant.run(&["object", "create", object]).await.out, "created object contact\n");
    let record = tenant.json(&["record", "create", "contact", r#"{"email": "ada@example.com"}"#]).await;
    assert_eq!(record["email"], "ada@example.com");
    // An administrator does the same with --tenant.
    let listed = admin.json(&["record", "list", "contact", "--tenant", "acme"]).await;
    assert_eq!(listed["data"], json!([record]));
    assert!(admin.run(&["tenant", "list"]).await.out.contains("acme"));
    assert_eq!(admin.json(&["tenant", "get", "acme"]).await["id"], made["id"]);
    let updated = admin.json(&["tenant", "update", "acme", "--retention-days", "30"]).await;
    assert_eq!(updated["retention_days"], 30);
    assert_eq!(
        admin.json(&["tenant", "update", "acme", "--keep-forever"]).await["retention_days"],
        json!(null)
    );
    assert_eq!(tenant.json(&["whoami"]).await["tenant"], made["id"]);
}

async fn prints_json_or_text(server: Server) {
    let tenant = crm::tenant(&server).await;
    let kith = Kith::of(&server, &tenant);
    let id = tenant
        .make("contact", json!({"full_name": "Ada\nLovelace".replace('\n', " "), "stage": "won"}))
        .await;
    let text = kith.run(&["record", "get", "contact", &id]).await.out;
    assert!(text.contains("full_name   Ada Lovelace\n"), "{text}");
    assert!(text.contains("email       -\n"), "{text}");
    let table = kith.run(&["record", "list", "contact"]).await.out;
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 2, "{table}");
    assert!(lines[0].starts_with("ID ") && lines[1].starts_with(&id), "{table}");
    let provenance = kith.run(&["record", "get", "contact", &id, "--provenance"]).await.out;
    assert!(provenance.contains("\nSET "), "{provenance}");
    assert!(kith.run(&["limits"]).await.out.contains("batch_operations"));
    assert!(kith.run(&["object", "get", "contact"]).await.out.contains("full_name"));
    let schema: Json = serde_json::from_str(&kith.run(&["schema", "get"]).await.out).unwrap();
    assert_eq!(schema, kith.json(&["schema", "get"]).await);
    assert_eq!(kith.json(&["object", "list"]).await["data"].as_array().unwrap().len(), 3);
    assert!(kith.json(&["object", "storage", "contact"]).await["columns"].is_array());
}

async fn exits_with_codes_that_scripts_can_trust(server: Server) {
    let tenant = crm::tenant(&server).await;
    let kith = Kith::of(&server, &tenant);
    let id = tenant.make("contact", json!({"full_name": "Ada", "email": "ada@example.com"})).await;
    let blocking = format!("    records: {id}");
    let cases: &[(i32, &[&str], &str)] = &[
        (1, &["record", "create", "contact", "{}"], "  at /full_name"),
        (1, &["record", "create", "contact", r#"{"full_name": "x", "stage": "wonn"}"#], "    hint: "),
        (2, &["record", "create", "contact", "{nonsense"], "is not JSON"),
        (2, &["record", "create", "contact", "no-such-file"], "cannot be read"),
        (2, &["record"], "Usage"),
        (2, &["recrod", "list"], "record"),
        (3, &["record", "get", "contact", "contact_01h455vb4pex5vsknk084sn02q"], "(not_found)"),
        (
            4,
            &["record", "create", "contact", r#"{"full_name": "x", "email": "ada@example.com"}"#],
            "(not_unique)",
        ),
        (4, &["record", "create", "contact", r#"{"full_name": "x", "email": "ada@example.com"}"#], &blocking),
        (4, &["record", "update", "contact", &id, "{}", "--if-version", "9"], "(version_mismatch)"),
        (5, &["whoami", "--url", "http://127.0.0.1:1"], "no answer from"),
        (2, &["whoami", "--url", "https://example.com"], "http only"),
        (1, &["whoami", "--token", "wrong"], "(unauthenticated)"),
    ];
    for (code, arguments, message) in cases {
        kith.run(arguments).await.expect_failure(*code, message);
    }
    let unnamed = Kith::new(&server.url()).run(&["whoami"]).await;
    unnamed.expect_failure(1, "KITH_TOKEN");
}

async fn reads_json_from_argument_file_and_stdin(server: Server) {
    let tenant = crm::tenant(&server).await;
    let kith = Kith::of(&server, &tenant);
    let path = kith.home.path().join("record.json");
    std::fs::write(&path, r#"{"title": "from a file"}"#).unwrap();
    let record = kith.json(&["record", "create", "deal", path.to_str().unwrap()]).await;
    assert_eq!(record["title"], "from a file");
    let arguments = ["record", "create", "deal", "-", "--json"];
    let run = kith.run_with(&arguments, r#"{"title": "from stdin"}"#).await;
    assert!(run.code == 0 && run.out.contains("from stdin"), "{run:?}");
    let batch = r#"{"operations": [{"op": "create", "object": "deal", "record": {"title": "x"}}]}"#;
    let run = kith.run_with(&["batch", "-"], batch).await;
    assert!(run.code == 0 && run.out.contains("201"), "{run:?}");
}

async fn does_everything_to_records(server: Server) {
    let tenant = crm::tenant(&server).await;
    let kith = Kith::of(&server, &tenant);
    let upsert = ["record", "upsert", "contact", "email", "ada@example.com", r#"{"full_name": "Ada"}"#];
    let made = kith.json(&upsert).await;
    let id = made["id"].as_str().unwrap();
    let keyed = [
        "record",
        "update",
        "contact",
        id,
        r#"{"stage": "won"}"#,
        "--if-version",
        "1",
        "--idempotency-key",
        "k",
    ];
    assert_eq!(kith.json(&keyed).await["version"], 2);
    assert_eq!(kith.json(&keyed).await["version"], 2, "replayed");
    assert_eq!(kith.json(&["record", "delete", "contact", id]).await, json!({"id": id, "deleted": true}));
    assert_eq!(kith.json(&["record", "trash", "contact"]).await["data"][0]["id"], id);
    assert_eq!(kith.json(&["record", "restore", "contact", id]).await["id"], id);
    let history = kith.json(&["record", "history", "contact", id]).await;
    assert_eq!(history["data"].as_array().unwrap().len(), 4);
    assert_eq!(
        kith.json(&["record", "delete", "contact", id, "--hard"]).await,
        json!({"id": id, "purged": true})
    );
    assert_eq!(kith.run(&["record", "restore", "contact", id]).await.code, 3);
}

async fn lists_records(server: Server) {
    let tenant = crm::tenant(&server).await;
    let kith = Kith::of(&server, &tenant);
    tenant.make("contact", json!({"full_name": "Ada", "email": "ada@example.com"})).await;
    for n in 0..4 {
        tenant.make("contact", json!({"full_name": format!("Bob {n}"), "stage": "lead"})).await;
    }
    let found =
        kith.json(&["record", "list", "contact", "--equals", "stage=lead", "--order", "-created_at"]).await;
    assert_eq!(found["data"][0]["full_name"], "Bob 3");
    let without_email = kith.json(&["record", "list", "contact", "--is-null", "email"]).await;
    assert_eq!(without_email["data"].as_array().unwrap().len(), 4);
    let all = kith.run(&["record", "list", "contact", "--all", "--limit", "2", "--json"]).await;
    assert_eq!(all.out.lines().count(), 5, "{all:?}");
}

async fn changes_the_schema(server: Server) {
    let tenant = crm::tenant(&server).await;
    let kith = Kith::of(&server, &tenant);
    let made = kith.json(&["field", "create", "contact", r#"{"name": "phone", "type": "phone"}"#]).await;
    assert_eq!(made["type"], "phone");
    assert_eq!(
        kith.json(&["field", "update", "contact", "phone", r#"{"label": "Tel"}"#]).await["label"],
        "Tel"
    );
    assert_eq!(kith.json(&["field", "drop", "contact", "phone"]).await["removed"], true);
    assert_eq!(
        kith.json(&["object", "update", "contact", r#"{"label": "Person"}"#]).await["label"],
        "Person"
    );
    kith.json(&["object", "create", r#"{"name": "thing"}"#]).await;
    tenant.make("thing", json!({})).await;
    assert_eq!(kith.run(&["object", "drop", "thing", "--hard"]).await.code, 4);
    assert_eq!(kith.json(&["object", "drop", "thing", "--hard", "--with-records"]).await["dropped"], true);
    let token = kith.json(&["token", "create", "importer"]).await;
    assert_eq!(kith.json(&["token", "list"]).await["data"].as_array().unwrap().len(), 2);
    kith.json(&["token", "revoke", token["id"].as_str().unwrap()]).await;
}

async fn follows_changes_with_a_cursor(server: Server) {
    let tenant = crm::tenant(&server).await;
    let kith = Kith::of(&server, &tenant);
    let mark = tenant.mark().await;
    for seats in 0..3 {
        tenant.make("deal", json!({"seats": seats})).await;
    }
    let lines = |run: Run| -> Vec<Json> {
        assert_eq!(run.code, 0, "{run:?}");
        run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let after = mark.to_string();
    let seen = lines(kith.run(&["changes", "--after", &after, "--object", "deal", "--limit", "1"]).await);
    assert_eq!(seen.len(), 3, "page after page to the end");
    assert_eq!(seen, tenant.transactions(mark).await);
    kith.json(&["cursor", "set", "mine", &after]).await;
    assert_eq!(lines(kith.run(&["changes", "--cursor", "mine"]).await).len(), 3);
    assert_eq!(lines(kith.run(&["changes", "--cursor", "mine"]).await).len(), 0, "they are dealt with");
    assert_eq!(kith.json(&["cursor", "get", "mine"]).await["lag"], 0);
    assert_eq!(kith.run(&["cursor", "set", "mine", "1", "--expect", "1"]).await.code, 4);
    assert_eq!(kith.json(&["cursor", "list"]).await["data"].as_array().unwrap().len(), 1);
    kith.json(&["cursor", "delete", "mine"]).await;
    assert_eq!(kith.run(&["cursor", "get", "mine"]).await.code, 3);
    assert_eq!(kith.run(&["changes", "--after", "99999"]).await.code, 1);
}

async fn verifies(server: Server) {
    let tenant = crm::tenant(&server).await;
    let kith = Kith::of(&server, &tenant);
    for seats in 0..7 {
        tenant.make("deal", json!({"seats": seats})).await;
    }
    let run = kith.run(&["tenant", "verify", "--limit", "2"]).await;
    assert!(run.code == 0 && run.out.contains(": 0 faults"), "{run:?}");
    let checked = kith.json(&["tenant", "verify"]).await;
    assert_eq!((&checked["checked"]["records"], &checked["faults"]), (&json!(7), &json!([])));
}

async fn takes_what_is_not_given_from_a_profile(server: Server) {
    let tenant = crm::tenant(&server).await;
    let token = tenant.caller().token().unwrap();
    let mut kith = Kith::new(&server.url());
    kith.environment.clear();
    let url = server.url();
    kith.json(&["config", "set-profile", "--url", &url, "--token", token]).await;
    kith.json(&["config", "set-profile", "broken", "--url", "http://127.0.0.1:1"]).await;
    let path = kith.home.path().join(".config/kith/profiles.toml");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(kith.json(&["whoami"]).await["tenant"], tenant.id());
    assert_eq!(kith.run(&["whoami", "--profile", "broken"]).await.code, 5);
    assert_eq!(
        kith.json(&["whoami", "--profile", "broken", "--url", &url, "--token", token]).await["tenant"],
        tenant.id()
    );
    assert_eq!(kith.run(&["whoami", "--profile", "nothing"]).await.code, 2);
    let listed = kith.run(&["config", "list-profiles"]).await.out;
    assert!(listed.contains("default") && !listed.contains(token), "{listed}");
    kith.json(&["config", "remove-profile", "broken"]).await;
    assert_eq!(kith.json(&["config", "list-profiles"]).await["data"].as_array().unwrap().len(), 1);
    std::fs::write(&path, "[default]\nurrl = 1\n").unwrap();
    assert_eq!(kith.run(&["whoami"]).await.code, 2);
}

#[test]
fn completes_for_shells() {
    let output = Command::new(env!("CARGO_BIN_EXE_kith")).args(["completions", "bash"]).output().unwrap();
    assert!(output.status.success() && String::from_utf8_lossy(&output.stdout).contains("complete -F"));
}
