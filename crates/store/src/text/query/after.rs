//! What comes after a place in an order.

use super::term::Term;

/// Conditions that a record comes after the place: `places` has the parameter of each
/// term's value there, none for null. The first says it of the first term alone, so that
/// an index finds the place.
pub(super) fn after(terms: &[Term], places: &[Option<String>]) -> Vec<String> {
    let Some((first, place)) = terms.first().zip(places.first()) else { return vec!["false".to_owned()] };
    let exact = beyond(terms, places);
    match place {
        Some(place) if terms.len() > 1 && !may_end_in_null(first) => {
            let sign = if first.is_descending { "<=" } else { ">=" };
            vec![format!("{} {sign} {place}", first.text), exact]
        }
        _ => vec![exact],
    }
}

/// Whether null comes after a value. In the first term null is a part of its own.
fn may_end_in_null(term: &Term) -> bool {
    !term.is_never_null && !term.is_null_first
}

fn beyond(terms: &[Term], places: &[Option<String>]) -> String {
    let Some(((term, rest), (place, places))) = terms.split_first().zip(places.split_first()) else {
        return "false".to_owned();
    };
    let strictly = match (place, term.is_null_first) {
        (Some(place), is_null_first) => {
            let sign = if term.is_descending { "<" } else { ">" };
            let greater = format!("{} {sign} {place}", term.text);
            if is_null_first || term.is_never_null {
                Some(greater)
            } else {
                Some(format!("({greater} or {} is null)", term.text))
            }
        }
        (None, true) => Some(format!("{} is not null", term.text)),
        (None, false) => None,
    };
    if rest.is_empty() {
        return strictly.unwrap_or_else(|| "false".to_owned());
    }
    let same = match place {
        Some(place) => format!("{} = {place}", term.text),
        None => format!("{} is null", term.text),
    };
    let beyond = beyond(rest, places);
    match strictly {
        Some(strictly) => format!("({strictly} or ({same} and {beyond}))"),
        None => format!("({same} and {beyond})"),
    }
}
