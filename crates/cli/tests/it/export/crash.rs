//! Exports whose server is killed, again and again, until they have come to their end.

use std::time::Duration;

use kith_testing::{Server, Tenant, each_db};
use serde_json::{Value as Json, json};

use super::{Exported, begin, finished};
use crate::crash::site::Site;
use crate::crm;
use crate::dice::{Dice, setting};
use crate::tasks::make_many;

each_db!(is_whole_however_often_it_is_killed);

const RECORDS: usize = 20_000;
const ROUNDS: u64 = 6;

/// The export at its end, whatever the server did meanwhile.
async fn ended(tenant: &Tenant, job: &str) -> Exported {
    loop {
        let asked = tenant.job(job).query("wait", "20s").may_fail().try_send().await;
        if let Ok(answer) = asked
            && answer.status() == 200
            && !matches!(answer.json()["state"].as_str(), Some("open" | "running"))
        {
            return finished(tenant, job).await;
        }
    }
}

async fn is_whole_however_often_it_is_killed(server: Server) {
    server.stop().await;
    let mut site = Site::open(server.database().engine()).await;
    let tenant = site.now();
    crm::define(&tenant).await;
    // Long enough for several pieces.
    let name = |n: usize| format!("{n} {}", "x".repeat(200));
    make_many(&tenant, "company", RECORDS, |n| json!({"name": name(n)})).await;
    make_many(&tenant, "contact", RECORDS, |n| json!({"full_name": name(n)})).await;
    let mut dice = Dice::new(setting("KITH_SEED", 2026));
    for (format, compression) in [("jsonl", "none"), ("csv", "zstd"), ("parquet", "none")] {
        let tenant = site.now();
        let definition =
            json!({"format": format, "compression": compression, "objects": ["company", "contact"]});
        let job = begin(&tenant, definition.clone()).await;
        for _ in 0..setting("KITH_CRASH_ROUNDS", ROUNDS) {
            let life = u64::try_from(10 + dice.below(150)).unwrap();
            tokio::time::sleep(Duration::from_millis(life)).await;
            site.crash(&mut dice).await;
        }
        let tenant = site.now();
        let crashed = ended(&tenant, &job).await;
        let again = begin(&tenant, definition).await;
        let undisturbed = ended(&tenant, &again).await;
        // Nothing was written in between, so the files are the same to the byte.
        let names = |exported: &Exported| exported.files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&crashed), names(&undisturbed));
        for (name, content) in &crashed.files {
            assert!(*content == undisturbed.files[name], "`{name}` is another one after crashes");
        }
        let rows = |exported: &Exported| exported.manifest["rows"].clone();
        assert_eq!((rows(&crashed), rows(&undisturbed)), (json!(2 * RECORDS), json!(2 * RECORDS)));
        let objects = |exported: &Exported| -> Json { exported.manifest["objects"].clone() };
        assert_eq!(objects(&crashed), objects(&undisturbed));
    }
    site.now().verify().await;
}
