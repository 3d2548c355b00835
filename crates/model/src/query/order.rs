//! By what records are ordered: members of theirs, and of what is behind their
//! references, in either direction, with null first or last.

use super::filter::compile;
use crate::catalog::{Catalog, FieldKind, Object};
use crate::expression::{Expression, Node, Path, Read, SystemField, Type};
use crate::fault::{Code, Fault, Faults};
use crate::limits::SORTS_MAX;
use crate::value::ColumnKind;

/// One thing that records are ordered by.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sort {
    /// What: a member of the record, or of one behind a reference.
    pub path: Path,
    /// The kinds of its columns, in the order in which they count. Money is ordered by its
    /// amount, and then by its currency.
    pub columns: Vec<ColumnKind>,
    /// Whether the greatest comes first.
    pub is_descending: bool,
    /// Whether records without a value come first.
    pub is_null_first: bool,
}

impl Sort {
    /// By creation, the order of ids.
    #[must_use]
    pub fn by_creation(object: &Object, is_descending: bool) -> Self {
        let read = Read::System(SystemField::Id);
        let path = Path { via: Vec::new(), object: object.number, read, old: false };
        Self { path, columns: vec![ColumnKind::Uuid], is_descending, is_null_first: !is_descending }
    }

    /// Whether every record has a value.
    #[must_use]
    pub fn is_never_null(&self) -> bool {
        self.path.via.is_empty() && matches!(self.path.read, Read::System(_))
    }
}

/// Reads an order: names and paths separated by commas, `-` before one for the greatest
/// first, `:nulls_first` or `:nulls_last` behind one. Unless said, null is less than
/// everything. The id comes last by itself, so that every order is a total one.
///
/// # Errors
/// Every fault of the text.
pub fn order(text: &str, object: &Object, catalog: &Catalog) -> Result<Vec<Sort>, Faults> {
    let parts: Vec<&str> = text.split(',').map(str::trim).collect();
    if parts.len() > SORTS_MAX {
        let message = format!("records are ordered by at most {SORTS_MAX} members, not {}", parts.len());
        return Err(vec![Fault::new(Code::InvalidParameter, message).at("order")]);
    }
    let mut sorts: Vec<Sort> = Vec::with_capacity(parts.len() + 1);
    let mut faults = Faults::new();
    for part in parts {
        match sort(part, object, catalog) {
            Ok(sort) if sorts.iter().any(|other| other.path == sort.path) => {
                let message = format!("records are ordered by `{part}` already");
                faults.push(Fault::new(Code::InvalidParameter, message).at("order"));
            }
            Ok(sort) => sorts.push(sort),
            Err(found) => faults.extend(found.into_iter().map(|fault| Fault {
                code: Code::InvalidParameter,
                pointer: "/order".to_owned(),
                ..fault
            })),
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    // What follows the id in an order decides nothing.
    let id = Sort::by_creation(object, sorts.last().is_some_and(|sort| sort.is_descending));
    match sorts.iter().position(|sort| sort.path == id.path) {
        Some(place) => sorts.truncate(place + 1),
        None => sorts.push(id),
    }
    Ok(sorts)
}

fn sort(part: &str, object: &Object, catalog: &Catalog) -> Result<Sort, Faults> {
    let (is_descending, rest) = match part.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, part),
    };
    let (name, nulls) = rest.split_once(':').map_or((rest, None), |(name, nulls)| (name, Some(nulls)));
    let is_null_first = match nulls {
        None => !is_descending,
        Some("nulls_first") => true,
        Some("nulls_last") => false,
        Some(other) => {
            let shown: String = other.chars().take(20).collect();
            let message = format!("`:{shown}` says nothing about an order");
            return Err(vec![
                Fault::new(Code::InvalidParameter, message)
                    .hint("behind a name stands `:nulls_first` or `:nulls_last`"),
            ]);
        }
    };
    let expression = compile(name, object, catalog)?;
    let path = only_path(&expression).ok_or_else(|| {
        let message = "records are ordered by a field, or by one behind references, and not by an expression";
        vec![Fault::new(Code::InvalidParameter, message).hint("a stored computed field can be ordered by")]
    })?;
    if path.via.is_empty() && path.read == Read::System(SystemField::CreatedAt) {
        return Ok(Sort::by_creation(object, is_descending));
    }
    let columns = columns(&path, expression.kind(), object, catalog).map_err(|fault| vec![fault])?;
    Ok(Sort { path, columns, is_descending, is_null_first })
}

/// What an expression reads, if it does nothing else.
fn only_path(expression: &Expression) -> Option<Path> {
    match (expression.tree().node(expression.tree().root()), expression.reads()) {
        (Node::Read(_), [path]) => Some(path.clone()),
        _ => None,
    }
}

/// The columns that an order goes by.
fn columns(path: &Path, kind: &Type, own: &Object, catalog: &Catalog) -> Result<Vec<ColumnKind>, Fault> {
    let refused = |message: String| Fault::new(Code::InvalidParameter, message);
    let object =
        if path.object == own.number { Some(own) } else { catalog.object(path.object).map(AsRef::as_ref) };
    let object = object.ok_or_else(|| refused("the object behind a reference is gone".to_owned()))?;
    match path.read {
        Read::System(SystemField::Id) => Ok(vec![ColumnKind::Uuid]),
        Read::System(SystemField::Version) => Ok(vec![ColumnKind::Integer]),
        Read::System(SystemField::CreatedAt | SystemField::UpdatedAt) => Ok(vec![ColumnKind::Timestamp]),
        Read::System(SystemField::CreatedBy | SystemField::UpdatedBy | SystemField::Owner) => {
            Ok(vec![ColumnKind::Text])
        }
        Read::Field(number) => {
            let slot = object.slot(number).ok_or_else(|| refused("no such field".to_owned()))?;
            let field = &object.fields()[slot];
            if field.is_virtual() {
                let message =
                    format!("`{}` is evaluated when it is read, so nothing is ordered by it", field.name);
                return Err(refused(message).hint("a computed field with `\"stored\": true` can be"));
            }
            let has_order = matches!(kind, Type::Boolean)
                || !matches!(kind, Type::Record { .. } | Type::Texts | Type::Json);
            if !has_order {
                let fault = refused(format!("`{}` has no order: it is {kind}", field.name));
                return Err(match kind {
                    Type::Record { .. } => fault.hint("order by a field behind it, as in `company.name`"),
                    _ => fault,
                });
            }
            let columns = &object.table().columns[object.table().range(slot)];
            let most = if matches!(field.kind, FieldKind::Currency { .. }) { 2 } else { 1 };
            Ok(columns.iter().take(most).map(|column| column.kind).collect())
        }
    }
}
