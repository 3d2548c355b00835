//! Following a job to its end, and what is said of it then.

use std::io::Write as _;
use std::time::Duration;

use indicatif::HumanCount;
use serde_json::Value as Json;

use super::{bar, send};
use crate::context::Context;
use crate::exit::Failure;

/// How long the server may hold a request that follows a job.
const WAIT: &str = "1s";

/// A server that is started again goes on with its jobs; so long it is waited for.
const ABSENCES_MAX: u32 = 60;

/// Between two tries to reach a server that is away.
const PAUSE: Duration = Duration::from_secs(1);

/// Rows that are shown of those that were refused.
const SHOWN: usize = 10;

/// Follows a job to its end, with a bar on a terminal; the job as it is then.
///
/// # Errors
/// When the server stays away, or there is no such job.
pub(crate) async fn follow(ctx: &Context, id: &str) -> Result<Json, Failure> {
    let bar = bar::done();
    let mut absences = 0;
    loop {
        let job = match ctx.client.get(&["jobs", id]).query("wait", WAIT).send().await {
            Ok(job) => job,
            Err(failure) if absences < ABSENCES_MAX && send::is_passing(&failure) => {
                absences += 1;
                tokio::time::sleep(PAUSE).await;
                continue;
            }
            Err(failure) => return Err(failure),
        };
        absences = 0;
        let state = job["state"].as_str().unwrap_or_default().to_owned();
        if state != "open" && state != "running" {
            bar.finish_and_clear();
            return Ok(job);
        }
        let rows = HumanCount(job["rows"]["done"].as_u64().unwrap_or_default());
        bar.set_message(format!("{state}, {rows} rows"));
        let bytes = &job["bytes"];
        if let (Some(done), Some(received @ 1..)) = (bytes["done"].as_u64(), bytes["received"].as_u64()) {
            bar::known(&bar, done.min(received), received);
        }
    }
}

/// Says how a job has ended, by words and by the exit code.
///
/// # Errors
/// When it has not come to a good end, or rows were refused.
pub(crate) async fn conclude(ctx: &Context, job: &Json) -> Result<(), Failure> {
    ctx.output.done(&sentence(job), job)?;
    let failed = job["rows"]["failed"].as_u64().unwrap_or_default();
    if failed > 0 && !ctx.output.is_json() {
        show_refused(ctx, job["id"].as_str().unwrap_or_default()).await?;
    }
    match job["state"].as_str() {
        Some("done") if failed == 0 => Ok(()),
        Some("done") => Err(Failure::Rows(failed)),
        Some("failed") => Err(Failure::Job(why(job))),
        _ => Err(Failure::Job("the job was canceled".to_owned())),
    }
}

/// Why a job failed, with what to do about it.
fn why(job: &Json) -> String {
    let error = &job["error"];
    let detail = error["detail"].as_str().unwrap_or("the job failed");
    match error["hint"].as_str() {
        Some(hint) => format!("{detail}\n    hint: {hint}"),
        None => detail.to_owned(),
    }
}

fn sentence(job: &Json) -> String {
    let text = |name: &str| job[name].as_str().unwrap_or_default().to_owned();
    let rows = &job["rows"];
    let kinds = ["created", "updated", "unchanged", "deleted", "failed"];
    let counts = kinds.iter().filter(|kind| rows[**kind].as_i64().unwrap_or_default() > 0);
    let counts: Vec<String> = counts.map(|kind| format!("{} {kind}", rows[*kind])).collect();
    let counts = if counts.is_empty() { String::new() } else { format!(": {}", counts.join(", ")) };
    let plan = if job["plan"] == Json::Bool(true) { " (a plan: nothing was written)" } else { "" };
    format!("{}: {}, {} rows{counts}{plan}", text("id"), text("state"), rows["done"])
}

/// Shows the first rows that were refused on stderr, and how to get them all.
async fn show_refused(ctx: &Context, id: &str) -> Result<(), Failure> {
    let mut text = Vec::new();
    let mut lines = 0;
    let call = ctx.client.get(&["jobs", id, "results"]).query("outcome", "failed");
    let taken = call
        .pipe(|piece| {
            text.extend_from_slice(piece);
            lines += piece.iter().filter(|byte| **byte == b'\n').count();
            // Enough has been seen: the rest need not come.
            if lines > SHOWN { Err(Failure::Closed) } else { Ok(()) }
        })
        .await;
    match taken {
        Ok(()) | Err(Failure::Closed) => {}
        Err(failure) => return Err(failure),
    }
    let mut stderr = std::io::stderr();
    for line in String::from_utf8_lossy(&text).lines().take(SHOWN) {
        let row: Json = serde_json::from_str(line).unwrap_or_default();
        for error in row["errors"].as_array().into_iter().flatten() {
            let detail = error["detail"].as_str().unwrap_or_default();
            let hint = error["hint"].as_str().map_or(String::new(), |hint| format!(" ({hint})"));
            let _ = writeln!(stderr, "  {}: {detail}{hint}", place(&row, error));
        }
    }
    let _ = writeln!(stderr, "  all of them: kith job results {id} --outcome failed");
    Ok(())
}

/// Where a fault is: the line, and where there are several files the file and the column.
fn place(row: &Json, error: &Json) -> String {
    let line = format!("line {}", row["line"]);
    match (row["file"].as_str(), error["column"].as_str()) {
        (Some(file), Some(column)) => format!("{file}, {line}, column `{column}`"),
        (Some(file), None) => format!("{file}, {line}"),
        (None, _) => line,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{sentence, why};

    #[test]
    fn says_what_became_of_the_rows() {
        let rows = json!({"done": 3, "total": 3, "created": 2, "updated": 0, "failed": 1});
        let job = json!({"id": "job_1", "state": "done", "plan": true, "rows": rows});
        assert_eq!(sentence(&job), "job_1: done, 3 rows: 2 created, 1 failed (a plan: nothing was written)");
        assert_eq!(why(&json!({"error": {"detail": "no", "hint": "do"}})), "no\n    hint: do");
    }
}
