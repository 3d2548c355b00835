//! Tasks: long work that a schema change leaves to be done while the records are in use,
//! and the change that ends each.

use serde_json::{Value as Json, json};

use super::decide::{Decision, revise, summary};
use super::document::{field_document, key_document};
use super::field;
use super::key::folds_dropped;
use super::matching;
use super::step::Step;
use crate::catalog::{Catalog, Definition, FieldState, KeyState};
use crate::fault::Faults;
use crate::id::{FieldNo, KeyNo, MatchingNo, ObjectNo, RecordId, TaskId};
use crate::journal::{Position, SchemaVersion};
use crate::time::Timestamp;

/// Long work on the schema, with how far it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// What it is about.
    pub work: TaskWork,
    /// Where it stands.
    pub state: TaskState,
    /// The last record that it has dealt with.
    pub after: Option<RecordId>,
    /// How many records it has dealt with.
    pub done: i64,
    /// Of about how many; 0 until they were counted.
    pub total: i64,
    /// Why it failed, or which records it had to pass over.
    pub error: Option<String>,
    /// When the schema change left it.
    pub created_at: Timestamp,
    /// When it last came forward.
    pub updated_at: Timestamp,
}

/// What a task does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TaskWork {
    /// Evaluates a stored computed field, or sets a default, in the records there were.
    Fill(ObjectNo, FieldNo),
    /// Builds the index of a key.
    Key(ObjectNo, KeyNo),
    /// Writes the values of a field in the form of its new type.
    Widen(ObjectNo, FieldNo),
    /// Files the records there were by a matching rule, and notes the pairs it finds.
    Match(ObjectNo, MatchingNo),
}

impl TaskWork {
    /// What it is called, in the store and on the wire.
    #[must_use]
    pub fn kind(self) -> &'static str {
        match self {
            Self::Fill(..) => "fill",
            Self::Key(..) => "key",
            Self::Widen(..) => "widen",
            Self::Match(..) => "match",
        }
    }

    /// The work of a kind on a part of an object.
    #[must_use]
    pub fn of(kind: &str, object: ObjectNo, part: u32) -> Option<Self> {
        match kind {
            "fill" => Some(Self::Fill(object, FieldNo(part))),
            "key" => Some(Self::Key(object, KeyNo(part))),
            "widen" => Some(Self::Widen(object, FieldNo(part))),
            "match" => Some(Self::Match(object, MatchingNo(part))),
            _ => None,
        }
    }

    /// The object.
    #[must_use]
    pub fn object(self) -> ObjectNo {
        match self {
            Self::Fill(object, _) | Self::Widen(object, _) => object,
            Self::Key(object, _) => object,
            Self::Match(object, _) => object,
        }
    }

    /// The number of the field, key or matching rule.
    #[must_use]
    pub fn part(self) -> u32 {
        match self {
            Self::Fill(_, field) | Self::Widen(_, field) => field.0,
            Self::Key(_, key) => key.0,
            Self::Match(_, matching) => matching.0,
        }
    }
}

/// Where a task stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TaskState {
    /// A node works on it, or will.
    Running,
    /// It has come to its end.
    Done,
    /// It was given up.
    Failed,
}

impl TaskState {
    /// The word as it is stored and as it stands on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Running, Self::Done, Self::Failed].into_iter().find(|state| state.as_str() == text)
    }
}

/// What a schema change writes of tasks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TaskWrite {
    /// A new one; it takes the place of one that does the same and is under way.
    Create {
        /// Its id.
        id: TaskId,
        /// What it does.
        work: TaskWork,
        /// When.
        at: Timestamp,
    },
    /// One that has come to its end.
    End {
        /// Its id.
        id: TaskId,
        /// Done or failed.
        state: TaskState,
        /// Why it failed, or which records it passed over.
        error: Option<String>,
        /// When.
        at: Timestamp,
    },
    /// A consumer of the journal begins, unless it is there.
    Follow {
        /// Which: [`FOLLOWER`].
        name: &'static str,
        /// The position after which it begins.
        after: Position,
        /// When.
        at: Timestamp,
    },
    /// A consumer of the journal ends: there is nothing for it to do.
    Unfollow {
        /// Which.
        name: &'static str,
    },
}

/// The consumer that brings computed fields up to date with the records they refer to.
pub const FOLLOWER: &str = "computed";

/// The end of a task, as the node asks for it that has come there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TaskEnd {
    /// The task.
    pub id: TaskId,
    /// What it did.
    pub work: TaskWork,
    /// Whether it was done; otherwise it was given up.
    pub state: TaskState,
    /// Why it failed, or which records it passed over.
    pub error: Option<String>,
}

/// Decides what the end of a task makes of the schema; nothing, when its part is gone.
///
/// # Errors
/// Bounds that the object has come to exceed.
pub(super) fn end(catalog: &Catalog, end: &TaskEnd, next: SchemaVersion) -> Result<Decision, Faults> {
    let Some(object) = catalog.object(end.work.object()) else {
        return Ok(nothing(end.work.object()));
    };
    let before = object.definition();
    match end.work {
        TaskWork::Fill(_, field) => filled(catalog, before, field, next),
        TaskWork::Key(_, key) if end.state == TaskState::Done => built(before, key, next),
        TaskWork::Key(_, key) => given_up(before, key, next),
        TaskWork::Match(object, rule) => matching::ready(catalog, object, &[rule], next),
        TaskWork::Widen(_, field) => {
            let decision = field::widened(catalog, before, field, end.state, next)?;
            Ok(decision.unwrap_or_else(|| nothing(before.number)))
        }
    }
}

fn nothing(object: ObjectNo) -> Decision {
    Decision { object, definitions: Vec::new(), steps: Vec::new(), summary: Json::Null, result: Json::Null }
}

fn filled(
    catalog: &Catalog,
    before: &Definition,
    number: FieldNo,
    next: SchemaVersion,
) -> Result<Decision, Faults> {
    let mut after = before.clone();
    let Some(field) = after.fields.iter_mut().find(|field| field.number == number && !field.state.is_ready())
    else {
        return Ok(nothing(before.number));
    };
    field.state = FieldState::Ready;
    let field = field.clone();
    let after = revise(before, after, next)?;
    let result = field_document(&after, &field, catalog);
    let account = summary("field.filled", &after.name, Some(("field", &field.name)), Json::Null, Json::Null);
    Ok(Decision::of(after, Vec::new(), account, result))
}

fn built(before: &Definition, number: KeyNo, next: SchemaVersion) -> Result<Decision, Faults> {
    let mut after = before.clone();
    let Some(key) = after.keys.iter_mut().find(|key| key.number == number && !key.state.is_ready()) else {
        return Ok(nothing(before.number));
    };
    key.state = KeyState::Ready;
    let key = key.clone();
    let after = revise(before, after, next)?;
    let result = key_document(&after, &key);
    let account = summary("key.built", &after.name, Some(("key", &key.name)), Json::Null, result.clone());
    Ok(Decision::of(after, Vec::new(), account, result))
}

/// The key goes, as if it had never been asked for.
fn given_up(before: &Definition, number: KeyNo, next: SchemaVersion) -> Result<Decision, Faults> {
    let Some(key) = before.keys.iter().find(|key| key.number == number && !key.state.is_ready()) else {
        return Ok(nothing(before.number));
    };
    let mut after = before.clone();
    after.keys.retain(|other| other.number != number);
    let after = revise(before, after, next)?;
    let mut steps = vec![Step::DropKey { object: Box::new(before.clone()), key: key.clone() }];
    steps.extend(folds_dropped(before, &after));
    let document = key_document(before, key);
    let account = summary("key.given_up", &after.name, Some(("key", &key.name)), document, Json::Null);
    Ok(Decision::of(after, steps, account, Json::Null))
}

/// A task on the wire. Names come from the catalog; what is gone has none.
#[must_use]
pub fn task_document(task: &Task, catalog: &Catalog) -> Json {
    let object = catalog.definition(task.work.object());
    let (noun, part) = match task.work {
        TaskWork::Fill(_, number) | TaskWork::Widen(_, number) => {
            let field = object.and_then(|object| object.fields.iter().find(|field| field.number == number));
            ("field", field.map(|field| &field.name))
        }
        TaskWork::Key(_, number) => {
            let key = object.and_then(|object| object.keys.iter().find(|key| key.number == number));
            ("key", key.map(|key| &key.name))
        }
        TaskWork::Match(_, number) => {
            let rule = object.and_then(|object| object.matching.iter().find(|rule| rule.number == number));
            ("matching", rule.map(|rule| &rule.name))
        }
    };
    let mut document = json!({
        "id": task.id,
        "kind": task.work.kind(),
        "object": object.map(|object| &object.name),
        "state": task.state.as_str(),
        "done": task.done,
        "total": task.total,
        "created_at": task.created_at.to_string(),
        "updated_at": task.updated_at.to_string(),
    });
    document[noun] = json!(part);
    if let Some(error) = &task.error {
        document["error"] = json!(error);
    }
    document
}
