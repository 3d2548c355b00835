//! Paths that lead nowhere, and where they were probably meant to lead.

use kith_model::fault::near_miss;

use crate::routes::ROUTES;

/// The path of a route that this one is probably a slip of.
pub(crate) fn nearest(path: &str) -> Option<&'static str> {
    let given: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).take(16).collect();
    ROUTES.iter().map(|route| route.path).find(|pattern| is_near(&given, pattern))
}

/// Whether every segment fits the pattern's, or nearly does.
fn is_near(given: &[&str], pattern: &str) -> bool {
    let wanted: Vec<&str> = pattern.split('/').filter(|segment| !segment.is_empty()).collect();
    // The version is what is forgotten most.
    let given: Vec<&str> = match wanted.first() {
        Some(&"v1") if given.len() + 1 == wanted.len() => {
            std::iter::once("v1").chain(given.iter().copied()).collect()
        }
        _ => given.to_vec(),
    };
    given.len() == wanted.len()
        && given.iter().zip(&wanted).all(|(given, wanted)| {
            wanted.starts_with('{') || given == wanted || near_miss(given, [*wanted]).is_some()
        })
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_what_was_meant() {
        assert_eq!(nearest("/v1/record/contact"), Some("/v1/records/{object}"));
        assert_eq!(nearest("/v1/records/contact/"), Some("/v1/records/{object}"));
        assert_eq!(nearest("/records/contact"), Some("/v1/records/{object}"));
        assert_eq!(nearest("/v1/schema/object/contact/feilds"), Some("/v1/schema/objects/{object}/fields"));
        assert_eq!(nearest("/health"), Some("/healthz"));
        assert_eq!(nearest("/favicon.ico"), None);
        assert_eq!(nearest("/"), None);
    }
}
