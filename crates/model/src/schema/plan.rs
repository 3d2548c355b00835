//! Plans: the steps from the schema that is in force to one that is described as a
//! whole, each as the change that carries it out, with what it does in words.
//!
//! A plan is found by trying: every step is decided, as it will be when it is carried
//! out, against the catalog that the steps before it make. What is refused because
//! something else must come first is tried again after that. So the order follows from
//! the rules of the changes themselves, and nothing here repeats them.

mod breaks;
mod compact;
mod draft;
mod effect;
mod fields;
mod objects;
mod parts;
mod past;
mod patch;
mod removal;
mod wanted;

#[cfg(test)]
mod tests;

use serde_json::{Map, Value as Json};

use crate::catalog::Catalog;
use crate::fault::Faults;
use crate::id::{FieldNo, ObjectNo};
use crate::journal::SchemaVersion;
use crate::schema::{Lock, SchemaChange};
use crate::time::Timestamp;
use draft::Draft;
use wanted::Wanted;

pub use breaks::{Break, Surface};
pub use compact::compact;
pub use past::document_from;

/// The steps from one schema to another.
#[derive(Debug)]
pub struct Plan {
    /// The schema version that it begins at.
    pub base: SchemaVersion,
    /// The steps, in order; none when everything is so already.
    pub steps: Vec<PlannedStep>,
    /// What a template would have made but for something that was removed on purpose.
    pub skipped: Vec<String>,
    /// The catalog as it will be.
    pub catalog: Catalog,
}

/// One step of a plan.
#[derive(Clone, PartialEq, Debug)]
pub struct PlannedStep {
    /// The change that carries it out.
    pub change: SchemaChange,
    /// What it is: noun and verb, as in `field.create`.
    pub action: &'static str,
    /// The object, by the name it has then.
    pub object: String,
    /// The object's number.
    pub number: ObjectNo,
    /// The part of the object that it is about, with its name.
    pub part: Option<(&'static str, String)>,
    /// The field, when it is about one.
    pub field: Option<FieldNo>,
    /// In a few words.
    pub summary: String,
    /// What it does to data.
    pub effect: String,
    /// How it is carried out.
    pub runs: Runs,
    /// Who waits for it.
    pub lock: Lock,
    /// The name by which it is accepted, when it destroys something.
    pub accept: Option<String>,
    /// What will not work any more as it did.
    pub breaks: Vec<Break>,
    /// The journal's account of it.
    pub account: Json,
}

/// How a step is carried out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Runs {
    /// At once: only the catalog changes, or columns and tables without values.
    Instant,
    /// After the records were looked at, in the same transaction.
    Check,
    /// Values are computed for the records there are.
    Backfill,
    /// Values of the records there are get another form.
    Rewrite,
    /// A key or an index is made over the records there are.
    Index,
}

impl Runs {
    /// Its name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Instant => "instant",
            Self::Check => "check",
            Self::Backfill => "backfill",
            Self::Rewrite => "rewrite",
            Self::Index => "index",
        }
    }
}

/// What a description of a schema leaves unsaid.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// What it does not name is to go, what it does not say is as if never given.
    Whole,
    /// What it does not name or say stays as it is, and what was removed stays removed.
    Template,
}

/// A schema as it is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Desired<'a> {
    /// The document: `{"objects": […]}`.
    pub document: &'a Map<String, Json>,
    /// What it leaves unsaid.
    pub mode: Mode,
    /// Where it stands in the request.
    pub pointer: &'a str,
}

/// Plans the way from the schema in force to the one that is wanted; `at` is the time to
/// decide at.
///
/// # Errors
/// Everything that is wrong with what is wanted, and everything that cannot be reached.
pub fn plan(present: &Catalog, desired: Desired<'_>, at: Timestamp) -> Result<Plan, Faults> {
    let wanted = Wanted::read(desired.document, desired.pointer)?;
    let mut draft = Draft::new(present, desired.mode, at);
    let mut pending = objects::meet(&mut draft, &wanted);
    fields::rename(&mut draft, &wanted);
    if desired.mode == Mode::Whole {
        parts::drop_unwanted(&mut draft, &wanted);
    }
    pending.extend(objects::create(&mut draft, &wanted));
    fields::settle(&mut draft, pending);
    if desired.mode == Mode::Whole {
        removal::remove_unwanted(&mut draft, &wanted, desired.pointer);
    }
    draft.finish(present.version())
}

/// The document of a catalog, as the wire shows it.
#[must_use]
pub fn whole_document(catalog: &Catalog) -> Map<String, Json> {
    let objects = catalog.visible().map(|object| super::document(object.definition(), catalog));
    let mut document = Map::new();
    document.insert("objects".to_owned(), objects.collect());
    document
}
