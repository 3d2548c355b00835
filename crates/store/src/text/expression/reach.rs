//! What a query reads behind references: each reference on the way is one join, however
//! often it is gone through.

use std::cell::RefCell;

use kith_model::catalog::{Catalog, Definition, FieldKind, Object};
use kith_model::expression::{Expression, Given, Path};
use kith_model::id::{FieldNo, ObjectNo};

use super::{Stored, Unsupported};
use crate::dialect::Dialect;

/// All that a query may read beside the records that it lists, and the time that it is
/// asked at.
pub(crate) struct Reach<'c> {
    catalog: &'c Catalog,
    given: Given,
    joins: RefCell<Vec<Join>>,
}

/// A record behind a reference.
struct Join {
    /// What its table is called in the statement: by its place among the joins.
    name: String,
    /// The table that has the reference, by its name, and the reference's column.
    from: String,
    /// The object that it leads to.
    to: ObjectNo,
    /// The join as it stands in the statement.
    text: String,
}

impl<'c> Reach<'c> {
    pub(crate) fn new(catalog: &'c Catalog, given: Given) -> Self {
        Self { catalog, given, joins: RefCell::default() }
    }

    pub(crate) fn given(&self) -> Given {
        self.given
    }

    pub(super) fn definition(&self, number: ObjectNo) -> Option<&'c Definition> {
        self.catalog.definition(number)
    }

    /// Whether both databases decide the expression alike.
    pub(super) fn decides(&self, expression: &Expression, object: &Definition) -> bool {
        let definitions = |number| self.catalog.definition(number);
        expression.decidable(object, &definitions, self.given).is_ok()
    }

    /// The joins, in an order in which each follows those that it begins at.
    pub(crate) fn joins(&self) -> String {
        self.joins.borrow().iter().map(|join| join.text.as_str()).collect()
    }

    /// The columns of what is read behind references, from a table on.
    pub(crate) fn stored(
        &self,
        dialect: Dialect<'_>,
        (root, name): (ObjectNo, &str),
        path: &Path,
    ) -> Result<Stored<'c>, Unsupported> {
        let (mut at, mut name) = (root, name.to_owned());
        for (step, reference) in path.via.iter().enumerate() {
            let next = match path.via.get(step + 1) {
                Some(further) => self.owner(at, *reference, *further)?,
                None => path.object,
            };
            name = self.join(dialect, (at, &name), *reference, next)?;
            at = next;
        }
        let object = self.object(at)?;
        Stored::of(object.definition(), object.table(), name, path.read)
    }

    fn object(&self, number: ObjectNo) -> Result<&'c Object, Unsupported> {
        self.catalog.object(number).map(AsRef::as_ref).ok_or(Unsupported)
    }

    /// Which of the objects that a reference can lead to has a field.
    fn owner(&self, at: ObjectNo, reference: FieldNo, field: FieldNo) -> Result<ObjectNo, Unsupported> {
        let object = self.object(at)?;
        let kind = object.slot(reference).map(|slot| &object.fields()[slot].kind);
        let Some(FieldKind::Reference { to, .. }) = kind else { return Err(Unsupported) };
        let has_it =
            |target: &&ObjectNo| self.object(**target).is_ok_and(|object| object.slot(field).is_some());
        to.iter().find(has_it).copied().ok_or(Unsupported)
    }

    /// The name of the table behind a reference.
    fn join(
        &self,
        dialect: Dialect<'_>,
        (at, name): (ObjectNo, &str),
        reference: FieldNo,
        to: ObjectNo,
    ) -> Result<String, Unsupported> {
        let object = self.object(at)?;
        let slot = object.slot(reference).ok_or(Unsupported)?;
        let columns = &object.table().columns[object.table().range(slot)];
        let column = columns.iter().find(|column| column.target == Some(to)).ok_or(Unsupported)?;
        let from = format!("{name}.{}", column.name);
        let mut joins = self.joins.borrow_mut();
        if let Some(made) = joins.iter().find(|join| join.from == from && join.to == to) {
            return Ok(made.name.clone());
        }
        let name = format!("j{}", joins.len() + 1);
        let table = dialect.table(&self.object(to)?.table().name);
        let text = format!("\nleft join {table} as {name} on {name}.id = {from}");
        joins.push(Join { name: name.clone(), from, to, text });
        Ok(name)
    }
}
