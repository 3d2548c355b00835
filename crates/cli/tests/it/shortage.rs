//! What happens when connections run out. (A full disk is the storage tests' business.)

use std::process::Command;

use kith_testing::{Database, Engine, Response, Server};
use serde_json::json;

/// Connections are PostgreSQL's alone.
#[test]
fn says_when_no_connection_comes_free() {
    kith_testing::run(Engine::Postgres, async |server: Server| {
        let tenant = server.tenant().await;
        let Database::Postgres(url) = server.database() else { unreachable!() };
        // Who reads named cursors waits for this, and keeps a connection meanwhile.
        let hold = format!(
            "begin; lock table \"{}\".kith_cursors in access exclusive mode; \\echo locked\nselect pg_sleep(8)",
            tenant.id()
        );
        let mut psql = Command::new("psql");
        psql.args(["-X", "-q", url]).stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
        let mut holding = psql.spawn().expect("`psql` comes with PostgreSQL");
        std::io::Write::write_all(&mut holding.stdin.take().unwrap(), format!("{hold};\n").as_bytes())
            .unwrap();
        let mut locked = String::new();
        let output = holding.stdout.take().unwrap();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(output), &mut locked).unwrap();
        let reads: Vec<_> = (0..12)
            .map(|_| {
                let call = tenant.caller().get("/v1/cursors").may_fail();
                tokio::spawn(async move { call.await })
            })
            .collect();
        let mut answers: Vec<Response> = Vec::new();
        for read in reads {
            answers.push(read.await.unwrap());
        }
        let refused: Vec<&Response> = answers.iter().filter(|answer| answer.status() != 200).collect();
        assert!(!refused.is_empty() && refused.len() < answers.len(), "{answers:?}");
        for answer in refused {
            assert_eq!((answer.status(), &answer.json()["code"]), (503, &json!("unavailable")), "{answer:?}");
            assert!(answer.header("retry-after").is_some(), "{answer:?}");
        }
        holding.wait().unwrap();
        tenant.caller().get("/v1/cursors").ok().await;
    });
}
