//! What the expressions of a definition must keep, beyond being well typed: what computed
//! fields may read, that none follows from itself, and that a change leaves none behind
//! that it breaks.

mod cycle;

use crate::catalog::{Catalog, Definition, FILTER, Field, FieldKind, Find, RULE, Rule, allowed, compile};
use crate::expression::{Expression, Path, Read, SystemField};
use crate::fault::{Code, Fault, Faults};
use crate::id::{FieldNo, ObjectNo};

/// The definitions as they would be: those that change, then the catalog's.
pub(super) struct Prospect<'a> {
    catalog: &'a Catalog,
    changed: &'a [Definition],
}

impl<'a> Prospect<'a> {
    /// The catalog with some definitions changed.
    pub(super) fn new(catalog: &'a Catalog, changed: &'a [Definition]) -> Self {
        Self { catalog, changed }
    }

    /// An object as it would be.
    fn find(&self, number: ObjectNo) -> Option<&'a Definition> {
        match self.changed.iter().find(|definition| definition.number == number) {
            Some(definition) => (!definition.dropped).then_some(definition),
            None => self.catalog.object(number).map(|object| object.definition()),
        }
    }

    /// Checks a computed field; the faults point nowhere.
    pub(super) fn check_computed(&self, object: &Definition, field: &Field) -> Faults {
        let Some(computed) = &field.computed else { return Faults::new() };
        let find: &Find<'_> = &|number| self.find(number);
        let expression = match compile(&computed.expression, object, find, allowed(computed.stored)) {
            Ok(expression) => expression,
            Err(faults) => return faults,
        };
        let mut faults: Faults = expression.kind().fits(&field.kind).err().into_iter().collect();
        faults.extend(self.unreadable(&expression, computed.stored));
        if faults.is_empty() {
            faults.extend(self.check_cycle(object, field));
        }
        faults
    }

    /// Checks a rule's condition; the faults point nowhere.
    pub(super) fn check_rule(&self, object: &Definition, rule: &Rule) -> Faults {
        match compile(&rule.check, object, &|number| self.find(number), RULE) {
            Ok(expression) => {
                let mut faults: Faults = expression.kind().is_condition().err().into_iter().collect();
                let others = expression.reads().iter().filter(|path| !path.via.is_empty());
                faults.extend(others.filter_map(|path| self.is_virtual(path)));
                faults
            }
            Err(faults) => faults,
        }
    }

    /// Checks the filter of a roll-up that was there before; the faults point nowhere. That
    /// what it reads stays is seen to where fields are removed.
    fn check_filter(&self, object: &Definition, field: &Field) -> Faults {
        let FieldKind::Rollup { from, filter: Some(filter), .. } = &field.kind else { return Faults::new() };
        let (Some(from), Some(before)) = (self.find(*from), self.catalog.object(object.number)) else {
            return Faults::new();
        };
        let is_there = |path: &Path| match path.read {
            Read::Field(number) => from.fields.iter().any(|read| read.number == number && read.is_visible()),
            Read::System(_) => true,
        };
        let reads = before.expressions().filter(field.number).map_or(&[][..], Expression::reads);
        if !reads.iter().all(is_there) {
            return Faults::new();
        }
        match compile(filter, from, &|number| self.find(number), FILTER) {
            Ok(expression) => expression.portable(from).err().into_iter().collect(),
            Err(faults) => faults,
        }
    }

    /// What an expression reads that it must not.
    fn unreadable(&self, expression: &Expression, stored: bool) -> Faults {
        let mut faults = Faults::new();
        for path in expression.reads() {
            if stored {
                faults.extend(self.is_virtual(path));
                faults.extend(is_fleeting(path));
            }
        }
        faults
    }

    /// A virtual field has no value that could be read from elsewhere.
    fn is_virtual(&self, path: &Path) -> Option<Fault> {
        let Read::Field(number) = path.read else { return None };
        let object = self.find(path.object)?;
        let field = object.fields.iter().find(|field| field.number == number && field.is_virtual())?;
        let problem =
            format!("`{}.{}` is evaluated when it is read, and not stored", object.name, field.name);
        let fault = Fault::new(Code::InvalidExpression, problem);
        Some(fault.hint("give it `\"stored\": true`, or write what it computes in its place"))
    }

    /// That a computed field or roll-up follows from itself.
    pub(super) fn check_cycle(&self, object: &Definition, field: &Field) -> Option<Fault> {
        let cycle = cycle::find(self, (object.number, field.number))?;
        let is_one_object = cycle.iter().all(|(number, _)| *number == object.number);
        let name = |(number, field): &(ObjectNo, FieldNo)| {
            let object = self.find(*number)?;
            let field = object.fields.iter().find(|other| other.number == *field)?;
            Some(if is_one_object { field.name.clone() } else { format!("{}.{}", object.name, field.name) })
        };
        let names: Vec<String> = cycle.iter().filter_map(name).collect();
        let problem = format!("it would follow from itself: `{}`", names.join("` → `"));
        Some(Fault::new(Code::InvalidExpression, problem))
    }

    /// What a change breaks of expressions that it does not itself define: those of other
    /// objects, and those of the object that were there before.
    pub(super) fn broken(&self) -> Faults {
        let mut faults = Faults::new();
        let of_changed = self.changed.iter().filter(|definition| !definition.dropped);
        for definition in of_changed {
            faults.extend(self.broken_in(definition));
            faults.extend(self.unsteady_keys(definition));
        }
        let is_changed = |number: ObjectNo| self.changed.iter().any(|definition| definition.number == number);
        for object in self.catalog.objects().filter(|object| !is_changed(object.number)) {
            if self.changed.iter().any(|definition| object.expressions().looks_at(definition.number)) {
                faults.extend(self.broken_in(object.definition()));
            }
        }
        faults
    }

    fn broken_in(&self, object: &Definition) -> Faults {
        let mut faults = Faults::new();
        // What was broken before must not stand in the way of mending it.
        let before = self.catalog.object(object.number);
        if before.is_some_and(|before| !before.expressions().broken().is_empty()) {
            return faults;
        }
        let mut note = |what: String, found: Faults| {
            let said = |fault: Fault| {
                let message = format!("{what} would not be valid any more: {}", fault.message);
                Fault { message, code: Code::Referenced, ..fault }
            };
            faults.extend(found.into_iter().map(said));
        };
        for field in object.fields.iter().filter(|field| field.is_visible()) {
            let name = format!("`{}.{}`", object.name, field.name);
            if field.computed.is_some() {
                note(format!("the computed field {name}"), self.check_computed(object, field));
            } else if field.kind.is_rollup() {
                let mut found: Faults = self.check_cycle(object, field).into_iter().collect();
                found.extend(self.check_filter(object, field));
                note(format!("the roll-up {name}"), found);
            }
        }
        for rule in &object.rules {
            note(format!("the rule `{}.{}`", object.name, rule.name), self.check_rule(object, rule));
        }
        faults
    }

    /// Unique keys over what can change without a write that could be refused.
    fn unsteady_keys(&self, object: &Definition) -> Faults {
        let mut faults = Faults::new();
        for key in object.keys.iter().filter(|key| key.unique) {
            for field in object.fields.iter().filter(|field| key.fields.contains(&field.number)) {
                if field.computed.is_some() && !self.is_steady(object, field) {
                    let problem = format!(
                        "the unique key `{}` cannot be over `{}`, which follows from other records",
                        key.name, field.name
                    );
                    let fault = Fault::new(Code::InvalidDefinition, problem);
                    faults.push(fault.hint("a plain index can: `\"unique\": false`"));
                }
            }
        }
        faults
    }

    /// Whether a field changes only with its own record's given values.
    fn is_steady(&self, object: &Definition, field: &Field) -> bool {
        let Some(computed) = &field.computed else { return !field.kind.is_rollup() };
        let find: &Find<'_> = &|number| self.find(number);
        let Ok(expression) = compile(&computed.expression, object, find, allowed(computed.stored)) else {
            return true;
        };
        expression.reads().iter().all(|path| {
            let read = object.fields.iter().find(|other| path.read == Read::Field(other.number));
            path.via.is_empty() && read.is_none_or(|read| self.is_steady(object, read))
        })
    }
}

/// Members of other records that change with every write of them.
fn is_fleeting(path: &Path) -> Option<Fault> {
    let Read::System(member) = path.read else { return None };
    let changes = matches!(member, SystemField::Version | SystemField::UpdatedAt | SystemField::UpdatedBy);
    if path.via.is_empty() || !changes {
        return None;
    }
    let problem = format!("`{}` of another record changes with its every write", member.name());
    let fault = Fault::new(Code::InvalidExpression, problem);
    Some(fault.hint("a stored computed field can read `id`, `created_at`, `created_by` and `owner` of it"))
}
