//! Labels of enums: one that is gone and one that is new at the same place are one label.

use common::Result;

use super::refusal::ambiguous;
use crate::{Attribute, Catalog, Id, Kind};

/// The renamed labels of all enums that both catalogs hold.
///
/// # Errors
/// Several labels of one enum went and as many came, at the same places.
pub fn renamed(from: &Catalog, to: &Catalog) -> Result<Vec<(Id, Id)>> {
    let mut renamed = Vec::new();
    for fact in from.of_kind(Kind::Enum) {
        let Some(other) = to.get(&fact.id) else { continue };
        let pairs = pairs(&fact.list(Attribute::Labels), &other.list(Attribute::Labels));
        let label = |label: &str| {
            let mut path = fact.id.path.clone();
            path.push(label.to_owned());
            Id { kind: Kind::Enum, path }
        };
        let pairs: Vec<(Id, Id)> =
            pairs.iter().map(|(old, new)| (label(old), label(new))).collect();
        if pairs.len() > 1 {
            let (gone, new): (Vec<Id>, Vec<Id>) = pairs.into_iter().unzip();
            return Err(ambiguous(&gone, &new));
        }
        renamed.extend(pairs);
    }
    Ok(renamed)
}

/// Old and new at the same place, where all others are as they were.
fn pairs(before: &[String], after: &[String]) -> Vec<(String, String)> {
    let pairs: Vec<(String, String)> = before
        .iter()
        .zip(after)
        .filter(|(old, new)| old != new)
        .map(|(old, new)| (old.clone(), new.clone()))
        .collect();
    let fresh = pairs.iter().all(|(old, new)| !after.contains(old) && !before.contains(new));
    if before.len() == after.len() && fresh { pairs } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::pairs;

    #[test]
    fn labels_are_paired_by_their_place() {
        #[track_caller]
        fn case(before: &[&str], after: &[&str], expected: &[(&str, &str)]) {
            let list = |labels: &[&str]| -> Vec<String> {
                labels.iter().map(|label| (*label).to_owned()).collect()
            };
            let pairs = pairs(&list(before), &list(after));
            let pairs: Vec<(&str, &str)> =
                pairs.iter().map(|(old, new)| (old.as_str(), new.as_str())).collect();
            assert_eq!(pairs, expected);
        }
        case(&["a", "b"], &["a", "z"], &[("b", "z")]);
        case(&["a", "b"], &["b", "a"], &[]);
        case(&["a", "b"], &["a"], &[]);
        case(&["a", "b", "c"], &["x", "y", "c"], &[("a", "x"), ("b", "y")]);
    }
}
