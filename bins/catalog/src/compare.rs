//! The difference of two catalogs, which knows nothing of kinds.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::catalog::side_by_side;
use crate::{Attribute, Catalog, Id};

/// One attribute before and after; `None` is the default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Alteration {
    pub attribute: Attribute,
    pub from: Option<String>,
    pub to: Option<String>,
}

/// Whether a column is a child table's own is settled when the table is made, and no statement
/// changes it afterwards.
pub(crate) const UNREACHABLE: Attribute = Attribute::Inherited;

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

fn alterations(
    from: &BTreeMap<Attribute, String>,
    to: &BTreeMap<Attribute, String>,
) -> Vec<Alteration> {
    let attributes: BTreeSet<Attribute> = from.keys().chain(to.keys()).copied().collect();
    attributes
        .into_iter()
        .filter(|attribute| from.get(attribute) != to.get(attribute) && *attribute != UNREACHABLE)
        .map(|attribute| Alteration {
            attribute,
            from: from.get(&attribute).cloned(),
            to: to.get(&attribute).cloned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::by_name;
    use crate::{Attribute, Catalog, Fact, Id, Kind};

    fn catalog(facts: &[(&str, &[(Attribute, &str)])]) -> Catalog {
        let mut catalog = Catalog::new(150_000, "me");
        for (name, attributes) in facts {
            let mut fact = Fact::new(Id::new(Kind::Schema, [*name]));
            for (attribute, value) in *attributes {
                fact.set(*attribute, *value);
            }
            catalog.insert(fact);
        }
        catalog
    }

    #[test]
    fn facts_are_added_removed_or_altered_attribute_by_attribute() {
        let from = catalog(&[
            ("a", &[(Attribute::Owner, "x"), (Attribute::Comment, "c")]),
            ("b", &[]),
            ("c", &[]),
        ]);
        let to = catalog(&[("a", &[(Attribute::Owner, "y")]), ("c", &[]), ("d", &[])]);
        let changes = by_name(&from, &to);
        assert_eq!(changes.removed, [Id::new(Kind::Schema, ["b"])]);
        assert_eq!(changes.added, [Id::new(Kind::Schema, ["d"])]);
        let (id, alterations) = &changes.altered[0];
        assert_eq!(id.to_string(), "schema a");
        assert_eq!(alterations[0].attribute, Attribute::Comment);
        assert_eq!(alterations[0].to, None);
        assert_eq!(alterations[1].to.as_deref(), Some("y"));
        assert!(by_name(&to, &to).is_empty());
    }
}
