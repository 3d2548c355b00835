//! Conditions of queries: expressions over the record, what is behind its references, and
//! the time.

use crate::catalog::{Catalog, Object};
use crate::expression::{Allowed, Expression, Given, Surroundings, Type};
use crate::fault::{Code, Fault, Faults};
use crate::limits::EXPRESSION_PATH_MAX;

/// What a condition of a query may use.
pub(super) const ALLOWED: Allowed = Allowed { clock: true, paths: EXPRESSION_PATH_MAX, old: false };

/// Compiles a condition over the records of an object.
///
/// # Errors
/// Every fault with its place in the text; or that the databases cannot decide it.
pub fn filter(source: &str, object: &Object, catalog: &Catalog, given: Given) -> Result<Expression, Faults> {
    let expression = compile(source, object, catalog)?;
    if !matches!(expression.kind(), Type::Boolean | Type::Null) {
        let message = format!("a condition is true or false, and not {}", expression.kind());
        return Err(vec![Fault::new(Code::InvalidExpression, message)]);
    }
    let definitions = |number| catalog.definition(number);
    expression.decidable(object.definition(), &definitions, given).map_err(|fault| vec![fault])?;
    Ok(expression)
}

/// Compiles an expression as a query may have it.
pub(super) fn compile(source: &str, object: &Object, catalog: &Catalog) -> Result<Expression, Faults> {
    let definitions = |number| catalog.definition(number);
    let surroundings =
        Surroundings { object: object.definition(), definitions: &definitions, allowed: ALLOWED };
    Expression::compile(source, &surroundings)
}
