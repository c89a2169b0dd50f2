//! What stands on what: pg_depend's rows brought to facts, and what pg_depend does not say.

use common::{Result, Session};
use rustc_hash::FxHashMap;

use super::address::{Address, Addresses};
use crate::name;
use crate::{Attribute, Catalog, Fact, Id, Kind};

#[derive(Default)]
pub struct Dependencies {
    rows: Vec<(Address, Address)>,
    /// Members of extensions, which stand for the extension.
    members: FxHashMap<Address, Address>,
}

impl Dependencies {
    pub fn read(session: &mut Session) -> Result<Dependencies> {
        let mut dependencies = Dependencies::default();
        for row in session.query(include_str!("sql/dependencies.sql"), &[])? {
            let (from, to) = (Address::from(&row, 0), Address::from(&row, 3));
            if row.get(6) {
                dependencies.members.insert(from, to);
            } else {
                dependencies.rows.push((from, to));
            }
        }
        Ok(dependencies)
    }

    pub fn extension_of(&self, address: Address) -> Option<Address> {
        self.members.get(&Address { sub: 0, ..address }).copied()
    }

    /// Tells every fact what it depends on.
    pub fn resolve(&self, addresses: &Addresses, catalog: &mut Catalog) {
        for (from, to) in &self.rows {
            let to = self.extension_of(*to).unwrap_or(*to);
            if let (Some(from), Some(to)) = (addresses.find(*from), addresses.find(to))
                && from != to
                && counts(from, to)
                && let Some(fact) = catalog.facts.get_mut(from.as_ref())
            {
                fact.depends_on.insert(to.as_ref().clone());
            }
        }
        let containers: Vec<Vec<Id>> =
            catalog.facts.values().map(|fact| containers(fact, catalog)).collect();
        for (fact, containers) in catalog.facts.values_mut().zip(containers) {
            fact.depends_on.extend(containers);
        }
    }
}

/// A sequence's owner is a fact of its own; as a dependency of the sequence it would make a cycle
/// with the column's default.
fn counts(from: &Id, to: &Id) -> bool {
    !(from.kind == Kind::Sequence && to.kind == Kind::Column)
}

/// What a fact lies in or belongs to by its name, which pg_depend knows in part only; the relation
/// of its parts is known already.
fn containers(fact: &Fact, catalog: &Catalog) -> Vec<Id> {
    let id = &fact.id;
    let mut found = Vec::new();
    if id.kind == Kind::Default {
        found.push(Id { kind: Kind::Column, path: id.path.clone() });
    } else if let Some(schema) = id.schema().filter(|_| !id.kind.is_part()) {
        found.push(Id::new(Kind::Schema, [schema]));
    }
    let text = |attribute: Attribute| fact.get(attribute);
    match id.kind {
        Kind::Extension => {
            found.extend(text(Attribute::Schema).map(|name| Id::new(Kind::Schema, [name])));
        }
        Kind::DomainConstraint => {
            found.push(Id { kind: Kind::Domain, path: id.path[..2].to_vec() });
        }
        Kind::SequenceOwner => {
            found.push(Id { kind: Kind::Sequence, path: id.path.clone() });
            found.extend(
                text(Attribute::Column)
                    .map(|name| Id { kind: Kind::Column, path: name::parse(name) }),
            );
        }
        Kind::Partition | Kind::Inheritance => found.extend(
            fact.follows()
                .iter()
                .filter_map(|parent| catalog.relation(parent))
                .map(|fact| fact.id.clone()),
        ),
        Kind::PartitionTrigger => {
            let mut trigger = name::parse(text(Attribute::Parent).unwrap_or_default());
            trigger.push(id.name().to_owned());
            found.push(Id { kind: Kind::Trigger, path: trigger });
            found.push(Id { kind: Kind::Partition, path: id.path[..2].to_vec() });
        }
        Kind::Index => found.extend(catalog.relation(&fact.table()).map(|fact| fact.id.clone())),
        Kind::IndexPartition => {
            let own = catalog.index(&fact.table(), &id.path);
            found.extend(own.into_iter().chain(catalog.above(fact)).map(|index| index.id.clone()));
            found.push(Id { kind: Kind::Partition, path: fact.table() });
        }
        _ => {}
    }
    found.retain(|to| to != id && catalog.holds(to));
    found
}
