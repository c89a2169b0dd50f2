//! Owners and grants where they are not compared: what exists keeps its own, what is new gets none.

use std::borrow::Cow;

use crate::catalog::side_by_side;
use crate::{Attribute, Catalog, Fact, Kind, Options};

/// The desired state with the owners and grants that there are.
pub(crate) fn keep<'a>(from: &Catalog, to: &'a Catalog, options: &Options) -> Cow<'a, Catalog> {
    let mut kept: Vec<Attribute> = Vec::new();
    if !options.owners {
        kept.push(Attribute::Owner);
    }
    if !options.grants {
        kept.extend([Attribute::Grants, Attribute::ColumnAcls, Attribute::IdentityGrants]);
    }
    if kept.is_empty() || are_as_they_were(&kept, from, to) {
        return Cow::Borrowed(to);
    }
    let mut desired = to.filtered(|fact| options.grants || fact.id.kind != Kind::DefaultPrivileges);
    for fact in desired.facts.values_mut() {
        let before = from.get(&fact.id);
        for attribute in kept.iter().copied() {
            match before.and_then(|before| before.get(attribute)) {
                Some(value) => fact.set(attribute, value),
                None => drop(fact.attributes.remove(&attribute)),
            }
        }
    }
    if !options.grants {
        for fact in from.of_kind(Kind::DefaultPrivileges) {
            desired.insert(fact.clone());
        }
    }
    Cow::Owned(desired)
}

/// Whether the two say the same of the attributes, and of default privileges, as far as these are
/// kept.
fn are_as_they_were(kept: &[Attribute], from: &Catalog, to: &Catalog) -> bool {
    let same =
        |a: &Fact, b: &Fact| kept.iter().all(|attribute| a.get(*attribute) == b.get(*attribute));
    side_by_side(from, to).all(|sides| match sides {
        (Some(before), Some(after)) => same(before, after),
        (Some(gone), None) => gone.id.kind != Kind::DefaultPrivileges,
        (None, Some(new)) => {
            new.id.kind != Kind::DefaultPrivileges
                && kept.iter().all(|attribute| !new.is(*attribute))
        }
        (None, None) => true,
    })
}

#[cfg(test)]
mod tests {
    use super::keep;
    use crate::{Attribute, Catalog, Fact, Id, Kind, Options};

    fn table(name: &str, attributes: &[(Attribute, &str)]) -> Fact {
        let mut fact = Fact::new(Id::new(Kind::Table, ["s", name]));
        for (attribute, value) in attributes {
            fact.set(*attribute, *value);
        }
        fact
    }

    #[test]
    fn what_is_not_compared_stays() {
        let (mut from, mut to) = (Catalog::new(150_000, "a"), Catalog::new(150_000, "b"));
        from.insert(table("old", &[(Attribute::Owner, "boss"), (Attribute::Grants, "app=r")]));
        to.insert(table("old", &[(Attribute::Owner, "b")]));
        to.insert(table("new", &[(Attribute::Owner, "b"), (Attribute::Grants, "app=w")]));
        let options = Options { owners: false, grants: false, ..Options::default() };
        let kept = keep(&from, &to, &options);
        let attributes = |name: &str| {
            let fact = kept.get(&Id::new(Kind::Table, ["s", name])).unwrap();
            (
                fact.get(Attribute::Owner).map(str::to_owned),
                fact.get(Attribute::Grants).map(str::to_owned),
            )
        };
        assert_eq!(attributes("old"), (Some("boss".to_owned()), Some("app=r".to_owned())));
        assert_eq!(attributes("new"), (None, None));
        assert_eq!(keep(&from, &to, &Options::default()).as_ref(), &to);
    }
}
