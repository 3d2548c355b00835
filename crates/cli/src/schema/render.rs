//! Plans and comparisons as people read them.

use std::fmt::Write as _;

use serde_json::Value as Json;

/// A plan, step by step, with what to do next.
pub(super) fn plan(plan: &Json) -> String {
    let count = plan["steps"].as_array().map_or(0, Vec::len);
    if count == 0 {
        return format!("nothing to do: version {} is so already", plan["version"]);
    }
    let id = plan["id"].as_str().unwrap_or_default();
    let mut text = format!("{id}: {count} steps from version {}\n\n{}", plan["version"], steps(plan));
    for line in plan["skipped"].as_array().into_iter().flatten().filter_map(Json::as_str) {
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "  left out: {line}");
    }
    let accepts: Vec<String> = list(&plan["steps"])
        .filter_map(|step| step["accept"].as_str())
        .map(|name| format!(" --accept {name}"))
        .collect();
    let _ = write!(text, "\napply it with --plan {id}{}", accepts.concat());
    text
}

/// The steps of a plan.
pub(super) fn steps(plan: &Json) -> String {
    let mut text = String::new();
    for step in list(&plan["steps"]) {
        let word = |member: &str| step[member].as_str().unwrap_or_default();
        let mark = if step["destructive"] == true { "!" } else { " " };
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "{mark} {:>3}  {}", step["step"].to_string(), word("summary"));
        let _ = writeln!(text, "       {}; {}", word("effect"), cost(step));
        if word("runs") != "instant" {
            let _ = writeln!(text, "       meanwhile {}", word("locks"));
        }
        for each in list(&step["breaks"]) {
            let what = each["what"].as_str().unwrap_or_default();
            let _ = writeln!(text, "       breaks {}: {what}", each["surface"].as_str().unwrap_or_default());
        }
        for each in list(&step["uses"]) {
            let _ = writeln!(text, "       used: {}", used(each));
        }
    }
    text
}

fn list(value: &Json) -> impl Iterator<Item = &Json> {
    value.as_array().into_iter().flatten()
}

fn cost(step: &Json) -> String {
    let runs = step["runs"].as_str().unwrap_or_default();
    match (step["records"].as_i64(), step["estimated_seconds"].as_i64()) {
        (Some(records), Some(seconds)) if runs != "instant" => {
            format!("{runs} of {records} records, about {seconds} s")
        }
        (Some(records), _) => format!("{runs}, {records} records"),
        _ => runs.to_owned(),
    }
}

fn used(each: &Json) -> String {
    let token = each["token_name"].as_str().or(each["token"].as_str()).unwrap_or_default();
    let kind = each["kind"].as_str().unwrap_or_default();
    let name = each["alias"].as_str().map(|alias| format!(" as `{alias}`")).unwrap_or_default();
    let day = each["last_at"].as_str().and_then(|at| at.get(..10)).unwrap_or_default();
    format!("{kind}{name} by `{token}`, {} times, last on {day}", each["uses"])
}

/// Two versions beside each other.
pub(super) fn comparison(comparison: &Json) -> String {
    let mut text = format!("from version {} to {}\n", comparison["from"], comparison["to"]);
    let steps: Vec<&str> = list(&comparison["steps"]).filter_map(|step| step["summary"].as_str()).collect();
    if comparison["steps"].is_null() {
        text.push_str("  no plan leads from the one to the other\n");
    } else if steps.is_empty() {
        text.push_str("  nothing differs\n");
    }
    for step in steps {
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "  {step}");
    }
    if comparison["steps"].is_null() {
        for object in list(&comparison["objects"]) {
            let name = object["object"].as_str().unwrap_or_default();
            let _ = writeln!(text, "  {} {name}", object["change"].as_str().unwrap_or_default());
        }
    }
    text.trim_end().to_owned()
}
