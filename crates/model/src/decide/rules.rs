//! The rules of an object, checked against a record about to be written.

use std::borrow::Cow;

use crate::catalog::Object;
use crate::decide::batch::{Batch, Halt};
use crate::decide::check::all_of;
use crate::expression::{Failure, Given, Own};
use crate::fault::{Code, Fault, Faults};
use crate::record::{Row, with_virtuals};

impl Batch<'_> {
    /// Checks every rule: one that is false refuses, one that is null passes. `old` is the
    /// record before the write, if there was one.
    pub(super) fn check_rules(&mut self, object: &Object, old: Option<&Row>, new: &Row) -> Result<(), Halt> {
        // What was removed is kept up to date, and refuses nothing.
        if object.rules.is_empty() || object.removed.is_some() {
            return Ok(());
        }
        let given = Given { now: self.at() };
        let whole = |row| match object.expressions().rules_read_virtuals() {
            true => with_virtuals(object, row, given.now),
            false => Cow::Borrowed(row),
        };
        let (old, new) = (old.map(whole), whole(new));
        let own = Own { object, row: &new, old: old.as_deref() };
        let mut faults = Faults::new();
        let mut missing = false;
        for (rule, check) in object.rules.iter().zip(object.expressions().rules()) {
            let passes = match self.reach(check, own) {
                Ok(reached) => check.evaluate_bool(&reached, &given),
                Err(_) => Err(Failure::Missing),
            };
            let fault = match passes {
                Ok(Some(true) | None) => continue,
                Ok(Some(false)) => {
                    let fault = Fault::new(Code::RuleViolated, rule.message.clone());
                    fault.hint(format!("rule `{}`", rule.name))
                }
                Err(Failure::Missing) => {
                    missing = true;
                    continue;
                }
                Err(Failure::Fault(fault)) => fault,
            };
            let field = rule.field.and_then(|number| object.slot(number)).map(|slot| &object.fields()[slot]);
            faults.push(match field {
                Some(field) => fault.at(&field.name).under("/record"),
                None => fault.at("record"),
            });
        }
        all_of(missing, faults)
    }
}
