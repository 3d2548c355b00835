//! Rows to cells of their table and back, and to the documents that the trash keeps.

use std::borrow::Cow;

use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use crate::catalog::{Catalog, Object, SYSTEM_COLUMNS};
use crate::id::RecordId;
use crate::journal::Actor;
use crate::record::{Provenance, Row};
use crate::time::Timestamp;
use crate::value::{self, Cell, Value};

impl Object {
    /// The cells of a row, one for each of [`crate::catalog::Table::columns`].
    #[must_use]
    pub fn cells<'a>(&self, row: &'a Row) -> Vec<Cell<'a>> {
        let mut cells = Vec::with_capacity(self.table().columns.len());
        cells.push(Cell::Uuid(row.id.0));
        cells.push(Cell::Integer(row.version));
        cells.push(Cell::Timestamp(row.created_at));
        cells.push(Cell::Timestamp(row.updated_at));
        for actor in [row.created_by, row.updated_by, row.owner] {
            cells.push(Cell::Text(Cow::Owned(actor.to_string())));
        }
        cells.push(Cell::Json(Cow::Owned(row.provenance.to_text())));
        for (slot, (field, value)) in self.fields().iter().zip(&row.values).enumerate() {
            value::encode(field, value, &mut cells);
            if self.table().fold(slot).is_some() {
                cells.push(match value {
                    Value::Text(text) => Cell::Text(Cow::Owned(value::fold(text))),
                    _ => Cell::Null,
                });
            }
            if let Some(kind) = &field.widening {
                value::wide_cells(value, kind, &mut cells);
            }
        }
        cells
    }

    /// The row of a table's cells, in the order of its columns.
    ///
    /// # Errors
    /// What cannot be read, when the database holds what Kith never wrote.
    pub fn row(&self, cells: Vec<Cell<'_>>) -> Result<Row, String> {
        if cells.len() != self.table().columns.len() {
            return Err(format!("{} cells for {} columns", cells.len(), self.table().columns.len()));
        }
        let mut cells = cells.into_iter();
        let mut system = System::default();
        for (name, _) in SYSTEM_COLUMNS {
            system.read(name, cells.next().unwrap_or(Cell::Null))?;
        }
        let mut values = Vec::with_capacity(self.fields().len());
        for (slot, field) in self.fields().iter().enumerate() {
            values.push(
                value::decode(field, &mut cells).map_err(|fault| format!("`{}`: {fault}", field.name))?,
            );
            if self.table().fold(slot).is_some() {
                cells.next();
            }
            self.table().wider(slot).for_each(|_| drop(cells.next()));
        }
        system.finish(values)
    }
}

/// The system columns as they are read.
#[derive(Default)]
struct System {
    id: Option<Uuid>,
    version: i64,
    times: [Option<Timestamp>; 2],
    actors: Vec<Actor>,
    provenance: Provenance,
}

impl System {
    fn read(&mut self, name: &str, cell: Cell<'_>) -> Result<(), String> {
        match (name, cell) {
            ("id", Cell::Uuid(id)) => self.id = Some(id),
            ("version", Cell::Integer(version)) => self.version = version,
            ("created_at", Cell::Timestamp(at)) => self.times[0] = Some(at),
            ("updated_at", Cell::Timestamp(at)) => self.times[1] = Some(at),
            ("provenance", Cell::Json(text)) => {
                self.provenance = Provenance::parse(&text).ok_or("`provenance` cannot be read")?;
            }
            (_, Cell::Text(text)) => {
                self.actors.push(text.parse().map_err(|_| format!("`{name}` is no actor"))?)
            }
            (_, cell) => return Err(format!("`{name}` holds {cell:?}")),
        }
        Ok(())
    }

    fn finish(self, values: Vec<Value>) -> Result<Row, String> {
        let (Some(id), [Some(created_at), Some(updated_at)], &[created_by, updated_by, owner]) =
            (self.id, self.times, self.actors.as_slice())
        else {
            return Err("a system column is missing".to_owned());
        };
        Ok(Row {
            id: RecordId(id),
            version: self.version,
            created_at,
            updated_at,
            created_by,
            updated_by,
            owner,
            provenance: self.provenance,
            values,
        })
    }
}

impl Row {
    /// The row as a JSON document, for the trash: its fields by number, so that it
    /// outlives changes of the schema.
    #[must_use]
    pub fn to_document(&self, object: &Object, catalog: &Catalog) -> Box<str> {
        let provenance: Json = serde_json::from_str(&self.provenance.to_text()).unwrap_or_default();
        let fields: Map<String, Json> = object
            .fields()
            .iter()
            .zip(&self.values)
            .filter(|(_, value)| !value.is_null())
            .map(|(field, value)| (field.number.to_string(), value::render(field, value, catalog)))
            .collect();
        json!({
            "version": self.version,
            "created_at": self.created_at.0,
            "updated_at": self.updated_at.0,
            "created_by": self.created_by.to_string(),
            "updated_by": self.updated_by.to_string(),
            "owner": self.owner.to_string(),
            "provenance": provenance,
            "fields": fields,
        })
        .to_string()
        .into_boxed_str()
    }

    /// Reads such a document under the present schema: fields that are gone are left
    /// out, fields that came since are null.
    ///
    /// # Errors
    /// What cannot be read.
    pub fn from_document(
        id: RecordId,
        text: &str,
        object: &Object,
        catalog: &Catalog,
    ) -> Result<Self, String> {
        let document: Json = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let time = |name: &str| document[name].as_i64().map(Timestamp).ok_or(format!("`{name}` is missing"));
        let actor = |name: &str| -> Result<Actor, String> {
            document[name].as_str().and_then(|text| text.parse().ok()).ok_or(format!("`{name}` is missing"))
        };
        let mut values = Vec::with_capacity(object.fields().len());
        for field in object.fields() {
            let stored = &document["fields"][field.number.to_string()];
            values.push(value::read(field, stored, catalog)?);
        }
        Ok(Self {
            id,
            version: document["version"].as_i64().ok_or("`version` is missing")?,
            created_at: time("created_at")?,
            updated_at: time("updated_at")?,
            created_by: actor("created_by")?,
            updated_by: actor("updated_by")?,
            owner: actor("owner")?,
            provenance: Provenance::parse(&document["provenance"].to_string())
                .ok_or("`provenance` is missing")?,
            values,
        })
    }
}
