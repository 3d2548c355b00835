//! Which records a roll-up computes over: a condition over the feeding object's own
//! fields, which the decision and both databases evaluate alike.

use crate::catalog::{Definition, FILTER, compile};
use crate::expression::Read;
use crate::fault::{Code, Fault};
use crate::id::FieldNo;
use crate::schema::members::Members;
use crate::schema::scope::{Known, Scope};

/// A filter's text, and the fields of the feeding object that it reads.
pub(super) type Filter = (String, Vec<FieldNo>);

/// Reads `where`; `Some(None)` when there is none.
pub(super) fn define(members: &mut Members<'_>, scope: Scope<'_>, from: Known<'_>) -> Option<Option<Filter>> {
    if members.get("where").is_none() {
        return Some(None);
    }
    let source = members.string("where")?;
    let over = Definition { fields: from.fields.to_vec(), ..Definition::new(from.number, from.name, "") };
    let find = |number| match scope.catalog.object(number) {
        _ if number == over.number => Some(&over),
        Some(object) => Some(object.definition()),
        None => None,
    };
    let expression = match compile(source, &over, &find, FILTER) {
        Ok(expression) => expression,
        Err(faults) => {
            faults.into_iter().for_each(|fault| members.refuse("where", fault));
            return None;
        }
    };
    let virtuals = over.fields.iter().filter(|field| {
        let is_read = |read: Read| read == Read::Field(field.number);
        field.is_virtual() && expression.reads().iter().any(|path| is_read(path.read))
    });
    let mut problems: Vec<Fault> = virtuals
        .map(|field| {
            let problem = format!("`{}.{}` is computed when it is read", from.name, field.name);
            let fault = Fault::new(Code::InvalidExpression, problem);
            fault.hint("give it `\"stored\": true`, or write what it computes in its place")
        })
        .chain(expression.kind().is_condition().err())
        .collect();
    if problems.is_empty() {
        problems.extend(expression.portable(&over).err());
    }
    let is_right = problems.is_empty();
    problems.into_iter().for_each(|fault| members.refuse("where", fault));
    let reads = expression.reads().iter().filter_map(|path| match path.read {
        Read::Field(number) => Some(number),
        Read::System(_) => None,
    });
    is_right.then(|| Some((source.to_owned(), reads.collect())))
}
