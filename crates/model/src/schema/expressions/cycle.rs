//! Whether a field follows from itself, through computed fields and roll-ups, in one
//! object or across several.

use std::collections::HashSet;

use super::Prospect;
use crate::catalog::{FILTER, FieldKind, Find, allowed, compile};
use crate::expression::{Expression, Read};
use crate::id::{FieldNo, ObjectNo};

type Place = (ObjectNo, FieldNo);

/// The way from a field back to itself, with the field at both ends.
pub(super) fn find(prospect: &Prospect<'_>, start: Place) -> Option<Vec<Place>> {
    let mut seen = HashSet::new();
    // What is on the way, each with those that are still to be tried behind it.
    let mut way = vec![(start, sources(prospect, start))];
    while let Some((_, waiting)) = way.last_mut() {
        let Some(next) = waiting.pop() else {
            way.pop();
            continue;
        };
        if next == start {
            let mut cycle: Vec<Place> = way.iter().map(|(place, _)| *place).collect();
            cycle.push(start);
            return Some(cycle);
        }
        if seen.insert(next) {
            way.push((next, sources(prospect, next)));
        }
    }
    None
}

/// The fields that a field follows from; none for one that is given.
fn sources(prospect: &Prospect<'_>, (number, field): Place) -> Vec<Place> {
    let Some(object) = prospect.find(number) else { return Vec::new() };
    let Some(field) = object.fields.iter().find(|other| other.number == field) else { return Vec::new() };
    let find: &Find<'_> = &|number| prospect.find(number);
    let reads = |expression: &Expression| {
        let place = |path: &crate::expression::Path| match path.read {
            Read::Field(field) => Some((path.object, field)),
            Read::System(_) => None,
        };
        expression.reads().iter().filter_map(place).collect::<Vec<Place>>()
    };
    if let Some(computed) = &field.computed {
        let expression = compile(&computed.expression, object, find, allowed(computed.stored));
        return expression.as_ref().map(reads).unwrap_or_default();
    }
    let FieldKind::Rollup { function, from, filter, .. } = &field.kind else { return Vec::new() };
    let mut sources: Vec<Place> = function.of().map(|of| (*from, of)).into_iter().collect();
    if let (Some(filter), Some(over)) = (filter, prospect.find(*from)) {
        sources.extend(compile(filter, over, find, FILTER).as_ref().map(reads).unwrap_or_default());
    }
    sources
}
