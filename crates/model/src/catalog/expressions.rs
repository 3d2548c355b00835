//! An object's expressions, compiled: its computed fields in the order in which they are
//! evaluated, its rules, and the filters of its roll-ups.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::field::{Field, FieldKind};
use crate::catalog::object::Definition;
use crate::expression::{Allowed, Expression, Path, Read, Surroundings};
use crate::fault::{Code, Fault, Faults};
use crate::id::{FieldNo, ObjectNo};
use crate::limits::EXPRESSION_PATH_MAX;

/// What a rule may use.
pub(crate) const RULE: Allowed = Allowed { clock: true, paths: EXPRESSION_PATH_MAX, old: true };

/// What a roll-up's filter may use.
pub(crate) const FILTER: Allowed = Allowed { clock: false, paths: 0, old: false };

/// What a computed field's expression may use.
#[must_use]
pub(crate) fn allowed(stored: bool) -> Allowed {
    let paths = if stored { EXPRESSION_PATH_MAX } else { 0 };
    Allowed { clock: !stored, paths, old: false }
}

/// Definitions by number, as an expression is compiled against.
pub(crate) type Find<'a> = dyn Fn(ObjectNo) -> Option<&'a Definition> + 'a;

/// The compiled expressions of one object.
#[derive(Debug, Default)]
pub struct Expressions {
    stored: Box<[Evaluated]>,
    virtuals: Box<[Evaluated]>,
    /// By their place in the definition.
    rules: Box<[Expression]>,
    rules_read_virtuals: bool,
    filters: BTreeMap<FieldNo, Expression>,
    /// What did not compile; the rules of definitions see to it that nothing does.
    broken: Faults,
    /// The other objects whose definitions were looked at.
    others: Box<[ObjectNo]>,
}

/// A computed field with its expression.
#[derive(Debug)]
pub struct Evaluated {
    /// The field's slot.
    pub slot: usize,
    /// What it follows from.
    pub expression: Expression,
    /// The slots of its own record's fields that it reads, references on the way included.
    pub reads: Box<[usize]>,
    /// Whether it reads what changes with every write: the version, the last change.
    pub reads_version: bool,
}

impl Evaluated {
    /// Whether it reads a record that is referred to.
    #[must_use]
    pub fn reads_others(&self) -> bool {
        self.expression.reads().iter().any(|path| !path.via.is_empty())
    }
}

impl Expressions {
    /// Compiles the expressions of an object. What does not compile is noted.
    pub(super) fn compile(object: &Definition, find: &Find<'_>) -> Self {
        if !has_any(object) {
            return Self::default();
        }
        let others = RefCell::new(BTreeSet::new());
        let noting = |number: ObjectNo| {
            if number == object.number {
                return Some(object);
            }
            others.borrow_mut().insert(number);
            find(number)
        };
        let mut compiler = Compiler { object, find: &noting, broken: Faults::new() };
        let (stored, virtuals) = (compiler.computed(true), compiler.computed(false));
        let (rules, filters) = (compiler.rules(), compiler.filters());
        // An object that was removed rests when what it reads is removed as well.
        let broken = if object.removed.is_some() { Faults::new() } else { compiler.broken };
        let others = others.into_inner().into_iter().collect();
        let is_virtual = |path: &Path| {
            let numbers = virtuals.iter().map(|computed| object.fields[computed.slot].number);
            path.via.is_empty() && numbers.into_iter().any(|number| path.read == Read::Field(number))
        };
        let rules_read_virtuals = rules.iter().flat_map(Expression::reads).any(is_virtual);
        Self { stored, virtuals, rules, rules_read_virtuals, filters, broken, others }
    }

    /// The stored computed fields, each after those of the same record that it reads.
    #[must_use]
    pub fn stored(&self) -> &[Evaluated] {
        &self.stored
    }

    /// The virtual ones, each after those that it reads.
    #[must_use]
    pub fn virtuals(&self) -> &[Evaluated] {
        &self.virtuals
    }

    /// The rules' conditions, in the order of [`Definition::rules`].
    #[must_use]
    pub fn rules(&self) -> &[Expression] {
        &self.rules
    }

    /// Whether any rule reads a virtual field.
    #[must_use]
    pub fn rules_read_virtuals(&self) -> bool {
        self.rules_read_virtuals
    }

    /// The filter of one of the object's roll-ups: over the records that feed it.
    #[must_use]
    pub fn filter(&self, rollup: FieldNo) -> Option<&Expression> {
        self.filters.get(&rollup)
    }

    /// The filters of the object's roll-ups.
    pub fn filters(&self) -> impl Iterator<Item = (FieldNo, &Expression)> {
        self.filters.iter().map(|(rollup, filter)| (*rollup, filter))
    }

    /// The expression of a computed field.
    #[must_use]
    pub fn of(&self, slot: usize) -> Option<&Evaluated> {
        self.stored.iter().chain(&self.virtuals).find(|computed| computed.slot == slot)
    }

    /// What cannot be evaluated any more; the object's records cannot be written then.
    #[must_use]
    pub fn broken(&self) -> &[Fault] {
        &self.broken
    }

    /// Whether any of them was compiled against another object's definition.
    #[must_use]
    pub fn looks_at(&self, other: ObjectNo) -> bool {
        self.others.contains(&other)
    }

    /// Whether it must be compiled again once these objects have changed.
    pub(super) fn depends_on(&self, changed: &BTreeSet<ObjectNo>) -> bool {
        self.others.iter().any(|other| changed.contains(other))
    }
}

/// Compiles an expression over records of an object.
///
/// # Errors
/// See [`Expression::compile`].
pub(crate) fn compile(
    source: &str,
    object: &Definition,
    find: &Find<'_>,
    allowed: Allowed,
) -> Result<Expression, Faults> {
    let definitions = |number| find(number);
    Expression::compile(source, &Surroundings { object, definitions: &definitions, allowed })
}

fn has_any(object: &Definition) -> bool {
    let is_expressed = |field: &Field| {
        field.computed.is_some() || matches!(&field.kind, FieldKind::Rollup { filter: Some(_), .. })
    };
    !object.rules.is_empty() || object.fields.iter().any(is_expressed)
}

struct Compiler<'a, 'd> {
    object: &'d Definition,
    find: &'a Find<'d>,
    broken: Faults,
}

impl<'d> Compiler<'_, 'd> {
    fn compile(
        &mut self,
        what: &str,
        source: &str,
        over: &Definition,
        allowed: Allowed,
    ) -> Option<Expression> {
        match compile(source, over, self.find, allowed) {
            Ok(expression) => Some(expression),
            Err(faults) => {
                let reason = faults.first().map_or("", |fault| fault.message.as_str()).to_owned();
                self.break_off(what, &reason);
                None
            }
        }
    }

    fn break_off(&mut self, what: &str, reason: &str) {
        let message = format!("{what} of `{}` does not suit the schema any more: {reason}", self.object.name);
        self.broken.push(Fault::new(Code::InvalidExpression, message).hint("change or drop it"));
    }

    fn computed(&mut self, stored: bool) -> Box<[Evaluated]> {
        let mut found = Vec::new();
        for (slot, field) in self.object.fields.iter().enumerate() {
            let Some(computed) = field.computed.as_ref().filter(|computed| computed.stored == stored) else {
                continue;
            };
            let what = format!("the computed field `{}`", field.name);
            // A field that was removed rests when what it reads is removed as well.
            let known = self.broken.len();
            let compiled = self.compile(&what, &computed.expression, self.object, allowed(stored));
            if !field.is_visible() {
                self.broken.truncate(known);
            }
            if let Some(expression) = compiled {
                found.push(evaluated(self.object, slot, expression));
            }
        }
        self.in_order(found)
    }

    /// Each after those that it reads.
    fn in_order(&mut self, mut waiting: Vec<Evaluated>) -> Box<[Evaluated]> {
        let mut ordered = Vec::with_capacity(waiting.len());
        while !waiting.is_empty() {
            let slots: Vec<usize> = waiting.iter().map(|computed| computed.slot).collect();
            let is_free = |computed: &Evaluated| computed.reads.iter().all(|slot| !slots.contains(slot));
            let (free, rest): (Vec<_>, Vec<_>) = waiting.into_iter().partition(is_free);
            if free.is_empty() {
                let names: Vec<String> =
                    slots.iter().map(|slot| format!("`{}`", self.object.fields[*slot].name)).collect();
                self.break_off("a computed field", &format!("{} read each other", names.join(" and ")));
                break;
            }
            ordered.extend(free);
            waiting = rest;
        }
        ordered.into()
    }

    fn rules(&mut self) -> Box<[Expression]> {
        let object = self.object;
        let compile = |rule: &crate::catalog::Rule| {
            self.compile(&format!("the rule `{}`", rule.name), &rule.check, object, RULE)
        };
        object.rules.iter().filter_map(compile).collect()
    }

    fn filters(&mut self) -> BTreeMap<FieldNo, Expression> {
        let mut filters = BTreeMap::new();
        for field in &self.object.fields {
            let FieldKind::Rollup { from, filter: Some(filter), .. } = &field.kind else { continue };
            let what = format!("the filter of the roll-up `{}`", field.name);
            match (self.find)(*from) {
                Some(over) => {
                    filters.extend(
                        self.compile(&what, filter, over, FILTER).map(|filter| (field.number, filter)),
                    );
                }
                None => self.break_off(&what, "its object is gone"),
            }
        }
        filters
    }
}

fn evaluated(object: &Definition, slot: usize, expression: Expression) -> Evaluated {
    let slot_of = |number: FieldNo| object.fields.iter().position(|field| field.number == number);
    let own = |path: &Path| match (path.via.first(), path.read) {
        (Some(first), _) => slot_of(*first),
        (None, Read::Field(number)) => slot_of(number),
        (None, Read::System(_)) => None,
    };
    let mut reads: Vec<usize> = expression.reads().iter().filter_map(own).collect();
    reads.sort_unstable();
    reads.dedup();
    let reads_version =
        expression.reads().iter().any(|path| path.via.is_empty() && matches!(path.read, Read::System(_)));
    Evaluated { slot, reads: reads.into(), reads_version, expression }
}
