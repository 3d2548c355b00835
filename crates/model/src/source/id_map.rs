//! The id map: the object that says which record stands for which id of another system.
//! It is an object like any other, known by its name and by what its fields are.

use std::sync::Arc;

use super::SourceId;
use crate::catalog::{Catalog, FieldKind, Object};
use crate::decide::KeyValue;
use crate::fault::{Code, Fault};
use crate::id::{KeyNo, ObjectNo};
use crate::record::Row;
use crate::value::{Link, Value};

/// The id map of a catalog: where its fields are.
#[derive(Clone, Debug)]
pub struct IdMap {
    /// Its object.
    pub object: Arc<Object>,
    /// The unique key over a source id.
    pub key: KeyNo,
    /// The slots of the parts of a source id: system, object, id.
    pub parts: [usize; 3],
    /// The slot of the record that stands for it.
    pub record: usize,
    /// The slot of the actor that it stands for where it is the author of something.
    pub actor: usize,
    /// Which part of a source id stands at each place of the key.
    order: [usize; 3],
}

impl IdMap {
    /// Its name.
    pub const NAME: &'static str = "id_map";

    /// The names of the fields that hold a source id, in its order.
    pub const PARTS: [&'static str; 3] = ["system", "source_object", "source_id"];

    /// The id map of a catalog, if it has one.
    ///
    /// # Errors
    /// `invalid_definition`, when there is an object of its name that is something else.
    pub fn of(catalog: &Catalog) -> Result<Option<Self>, Fault> {
        let Some(object) = catalog.object_named(Self::NAME) else { return Ok(None) };
        let slot = |name: &'static str| object.slot_named(name).ok_or_else(|| other(object, name));
        let text = |name: &'static str| {
            let slot = slot(name)?;
            let is_text = matches!(object.fields()[slot].kind, FieldKind::Text { .. });
            if is_text { Ok(slot) } else { Err(other(object, name)) }
        };
        let parts = [text(Self::PARTS[0])?, text(Self::PARTS[1])?, text(Self::PARTS[2])?];
        let (record, actor) = (slot("record")?, text("actor")?);
        if !matches!(object.fields()[record].kind, FieldKind::Reference { .. }) {
            return Err(other(object, "record"));
        }
        let mut order = [0; 3];
        let key = object.unique_keys().find(|key| {
            let mut places = key
                .fields
                .iter()
                .map(|field| parts.iter().position(|slot| object.slot(*field) == Some(*slot)));
            let [Some(Some(one)), Some(Some(two)), Some(Some(three)), None] =
                [places.next(), places.next(), places.next(), places.next()]
            else {
                return false;
            };
            order = [one, two, three];
            !key.case_insensitive
        });
        let Some(key) = key.map(|key| key.number) else {
            let fault =
                Fault::new(Code::InvalidDefinition, not_ours("it has no unique key over a source id"));
            return Err(fault.hint(HINT));
        };
        Ok(Some(Self { object: object.clone(), key, parts, record, actor, order }))
    }

    /// The objects whose records it can name.
    #[must_use]
    pub fn targets(&self) -> &[ObjectNo] {
        match &self.object.fields()[self.record].kind {
            FieldKind::Reference { to, .. } => to,
            _ => &[],
        }
    }

    /// A source id as the unique key has it.
    #[must_use]
    pub fn key_value(&self, source: &SourceId) -> KeyValue {
        let parts = self.values(source);
        self.order.map(|part| parts[part].clone()).into()
    }

    /// A source id as the values of its parts.
    #[must_use]
    pub fn values(&self, source: &SourceId) -> [Value; 3] {
        [source.system(), source.object(), source.id()].map(|text| Value::Text(text.into()))
    }

    /// The record that a row says stands for its source id.
    #[must_use]
    pub fn link(&self, row: &Row) -> Option<Link> {
        row.values[self.record].link()
    }
}

const HINT: &str = "give that object another name and no alias of this one: Kith keeps here which record \
                    stands for which id of another system";

fn other(object: &Object, field: &str) -> Fault {
    let problem = if object.slot_named(field).is_some() {
        format!("its field `{field}` is of another type")
    } else {
        format!("it has no field `{field}`")
    };
    Fault::new(Code::InvalidDefinition, not_ours(&problem)).hint(HINT)
}

fn not_ours(problem: &str) -> String {
    format!("the object `{}` is not the id map that imports need: {problem}", IdMap::NAME)
}
