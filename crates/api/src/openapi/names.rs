//! Names of the schemas that describe a tenant's objects.

use std::collections::{BTreeMap, BTreeSet};

use kith_model::catalog::Catalog;
use kith_model::id::ObjectNo;

/// What is put behind an object's name; `""` is the record itself.
const SUFFIXES: [&str; 5] = ["", "Create", "Patch", "Page", "Operation"];

/// A name for each object, such that no two schemas have the same.
pub(super) struct Names(BTreeMap<ObjectNo, String>);

impl Names {
    /// The names of a catalog's objects.
    pub(super) fn of(catalog: &Catalog) -> Self {
        let mut taken: BTreeSet<String> = BTreeSet::new();
        let mut names = BTreeMap::new();
        for object in catalog.visible() {
            let mut name = pascal_case(&object.name);
            // `line_2` and `line2`, or `contact_create` and what creates a `contact`.
            if SUFFIXES.iter().any(|suffix| taken.contains(&format!("{name}{suffix}"))) {
                name = format!("{name}_{}", object.number);
            }
            taken.extend(SUFFIXES.iter().map(|suffix| format!("{name}{suffix}")));
            names.insert(object.number, name);
        }
        Self(names)
    }

    /// The name of an object's records.
    pub(super) fn get(&self, object: ObjectNo) -> &str {
        self.0.get(&object).map_or("KithRecord", String::as_str)
    }
}

/// `deal_line` is `DealLine`. The schemas that are always there begin with `Kith`, as
/// no object's name does.
fn pascal_case(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for word in name.split('_') {
        let mut characters = word.chars();
        out.extend(characters.next().map(|first| first.to_ascii_uppercase()));
        out.extend(characters);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::pascal_case;

    #[test]
    fn spells_names_for_types() {
        assert_eq!(pascal_case("contact"), "Contact");
        assert_eq!(pascal_case("deal_line2"), "DealLine2");
    }
}
