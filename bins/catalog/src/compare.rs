//! The difference of two catalogs, which knows nothing of kinds.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::catalog::side_by_side;
use crate::{Catalog, Id};

/// One attribute before and after; `None` is the default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Alteration {
    pub attribute: String,
    pub from: Option<String>,
    pub to: Option<String>,
}

/// Whether a column is a child table's own is settled when the table is made, and no statement
/// changes it afterwards.
const UNREACHABLE: &str = "inherited";

/// What differs. Renamed facts are compared under their new name, and so may be altered, too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Changes {
    pub renamed: Vec<(Id, Id)>,
    pub removed: Vec<Id>,
    pub added: Vec<Id>,
    pub altered: Vec<(Id, Vec<Alteration>)>,
}

impl Changes {
    pub fn is_empty(&self) -> bool {
        self.renamed.is_empty()
            && self.removed.is_empty()
            && self.added.is_empty()
            && self.altered.is_empty()
    }
}

/// Compares by name alone.
pub(crate) fn by_name(from: &Catalog, to: &Catalog) -> Changes {
    let mut changes = Changes::default();
    for sides in side_by_side(from, to) {
        match sides {
            (Some(fact), None) => changes.removed.push(fact.id.clone()),
            (None, Some(fact)) => changes.added.push(fact.id.clone()),
            (Some(fact), Some(other)) if other.attributes != fact.attributes => {
                let altered = alterations(&fact.attributes, &other.attributes);
                if !altered.is_empty() {
                    changes.altered.push((fact.id.clone(), altered));
                }
            }
            _ => {}
        }
    }
    changes
}

fn alterations(from: &BTreeMap<String, String>, to: &BTreeMap<String, String>) -> Vec<Alteration> {
    let names: BTreeSet<&String> = from.keys().chain(to.keys()).collect();
    names
        .into_iter()
        .filter(|name| from.get(*name) != to.get(*name) && *name != UNREACHABLE)
        .map(|name| Alteration {
            attribute: name.clone(),
            from: from.get(name).cloned(),
            to: to.get(name).cloned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::by_name;
    use crate::{Catalog, Fact, Id, Kind};

    fn catalog(facts: &[(&str, &[(&str, &str)])]) -> Catalog {
        let mut catalog = Catalog::new(150_000, "me");
        for (name, attributes) in facts {
            let mut fact = Fact::new(Id::new(Kind::Schema, [*name]));
            for (attribute, value) in *attributes {
                fact.attributes.insert((*attribute).to_owned(), (*value).to_owned());
            }
            catalog.insert(fact);
        }
        catalog
    }

    #[test]
    fn facts_are_added_removed_or_altered_attribute_by_attribute() {
        let from = catalog(&[("a", &[("owner", "x"), ("comment", "c")]), ("b", &[]), ("c", &[])]);
        let to = catalog(&[("a", &[("owner", "y")]), ("c", &[]), ("d", &[])]);
        let changes = by_name(&from, &to);
        assert_eq!(changes.removed, [Id::new(Kind::Schema, ["b"])]);
        assert_eq!(changes.added, [Id::new(Kind::Schema, ["d"])]);
        let (id, alterations) = &changes.altered[0];
        assert_eq!(id.to_string(), "schema a");
        assert_eq!(alterations[0].attribute, "comment");
        assert_eq!(alterations[0].to, None);
        assert_eq!(alterations[1].to.as_deref(), Some("y"));
        assert!(by_name(&to, &to).is_empty());
    }
}
