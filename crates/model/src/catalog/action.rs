//! Actions: operations that an object has of its own, made of the operations that all
//! have. Leads are converted by one.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::id::{ActionNo, FieldNo, ObjectNo};

/// One action, called on a record: its steps are done in order, in one transaction.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Action {
    /// Its number within the object.
    pub number: ActionNo,
    /// Its name on the wire.
    pub name: String,
    /// For people and agents: what it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// A condition over the record; where it is not true the action is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// What the caller is told then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What it does, in order.
    pub steps: Vec<ActionStep>,
}

/// One step of an action.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ActionStep {
    /// Its name: later steps refer to its record by it, and callers say more of it.
    pub name: String,
    /// What it does.
    #[serde(flatten)]
    pub deed: Deed,
    /// A condition over the record; where it is not true the step is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// What it sets, in order.
    pub set: Vec<Setting>,
}

/// What a step does.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Deed {
    /// Makes a record.
    Create {
        /// Of this object.
        object: ObjectNo,
    },
    /// Takes the record that has these values of a unique key as it is, or makes one.
    FindOrCreate {
        /// Of this object.
        object: ObjectNo,
        /// The fields of the key.
        by: Vec<FieldNo>,
    },
    /// Changes the record that the action is called on.
    Update,
}

/// A field that a step sets.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Setting {
    /// The field, of the object of the step's record.
    pub field: FieldNo,
    /// To what.
    #[serde(flatten)]
    pub to: Source,
}

/// What a step sets a field to.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// What an expression over the record comes to.
    Expression(String),
    /// A reference to the record of an earlier step.
    Step(String),
    /// A reference to the record that the action is called on.
    Own,
    /// A value as on the wire.
    Value(Json),
}

/// The name by which a step refers to the record that the action is called on.
pub const OWN: &str = "self";

impl Action {
    /// All expressions in it, all over the record that it is called on.
    pub fn expressions(&self) -> impl Iterator<Item = &String> {
        let of_steps = self.steps.iter().flat_map(|step| {
            let settings = step.set.iter().filter_map(|setting| match &setting.to {
                Source::Expression(text) => Some(text),
                Source::Step(_) | Source::Own | Source::Value(_) => None,
            });
            step.when.iter().chain(settings)
        });
        self.when.iter().chain(of_steps)
    }

    /// The same, to rewrite names in them.
    pub fn expressions_mut(&mut self) -> impl Iterator<Item = &mut String> {
        let of_steps = self.steps.iter_mut().flat_map(|step| {
            let settings = step.set.iter_mut().filter_map(|setting| match &mut setting.to {
                Source::Expression(text) => Some(text),
                Source::Step(_) | Source::Own | Source::Value(_) => None,
            });
            step.when.iter_mut().chain(settings)
        });
        self.when.iter_mut().chain(of_steps)
    }
}
