//! What needs no statement of its own, as another one brings it about: the columns of a dropped
//! table, the defaults in CREATE TABLE, the indexes that a partition brings along.

use std::collections::BTreeSet;

use super::fates::{Fates, followed_column};
use crate::world::World;
use crate::{Attribute, Catalog, Fact, Id, Kind, name};

/// The fact whose drop takes this one with it.
pub(crate) fn dropped_by(fact: &Fact, fates: &Fates, world: &World) -> Option<Id> {
    let id = &fact.id;
    let goes = |other: &Id| other != id && fates.drops(other);
    let relation = |path: &[String]| {
        world.from.relation(path).map(|relation| relation.id.clone()).filter(|id| goes(id))
    };
    let other =
        |kind: Kind, path: &[String]| Some(Id { kind, path: path.to_vec() }).filter(|id| goes(id));
    match id.kind {
        Kind::ForeignKey if points_at_dropped(fact, fates) => None,
        Kind::Default => relation(&id.path).or_else(|| other(Kind::Column, &id.path)),
        Kind::Column => {
            relation(&id.path).or_else(|| followed_column(id, world).filter(|parent| goes(parent)))
        }
        Kind::Constraint => relation(&id.path).or_else(|| {
            let index = [id.path[0].clone(), id.name().to_owned()];
            parent_of_index(world.from, &index).filter(goes)
        }),
        // The copy goes with the trigger, or with the place under the parent.
        Kind::PartitionTrigger => fact.depends_on.iter().find(|on| goes(on)).cloned(),
        kind if kind.is_part() => relation(&id.path),
        Kind::Index => {
            relation(&fact.table()).or_else(|| parent_of_index(world.from, &id.path).filter(goes))
        }
        Kind::IndexPartition => {
            let table = fact.table();
            let own = world.from.index(&table, &id.path).map(|index| index.id.clone());
            own.filter(goes)
                .or_else(|| other(Kind::Partition, &table))
                .or_else(|| parent_of_index(world.from, &id.path).filter(goes))
        }
        Kind::SequenceOwner => other(Kind::Sequence, &id.path),
        Kind::Sequence => {
            let owner = Id { kind: Kind::SequenceOwner, path: id.path.clone() };
            let column = name::parse(world.from.get(&owner)?.text(Attribute::Column));
            other(Kind::Column, &column)
        }
        Kind::DomainConstraint => other(Kind::Domain, &id.path[..2]),
        Kind::Statistics | Kind::PublicationTable => {
            fact.depends_on.iter().find(|on| on.kind.is_relation() && goes(on)).cloned()
        }
        _ => None,
    }
}

/// Two tables that point at each other can only go after one of the keys.
fn points_at_dropped(fact: &Fact, fates: &Fates) -> bool {
    fact.depends_on.iter().any(|on| {
        let table = Id { kind: Kind::Table, path: on.path.iter().take(2).cloned().collect() };
        on.path.get(..2) != fact.id.path.get(..2) && fates.drops(&table)
    })
}

/// The index or constraint of the parent that an index of a partition is attached to.
pub(crate) fn parent_of_index(catalog: &Catalog, path: &[String]) -> Option<Id> {
    catalog.parent_of_index(path).map(|index| index.id.clone())
}

/// The fact whose statement makes this one, too.
pub(crate) fn made_by(fact: &Fact, fates: &Fates, world: &World) -> Option<Id> {
    let id = &fact.id;
    let table = || {
        let relation = world.to.relation(&id.path)?;
        (relation.id.kind.is_table() && fates.creates(&relation.id)).then(|| relation.id.clone())
    };
    match id.kind {
        Kind::Column | Kind::Inheritance => table(),
        Kind::DomainConstraint => {
            let domain = Id { kind: Kind::Domain, path: id.path[..2].to_vec() };
            let new =
                fates.creates(&domain) && !fact.text(Attribute::Definition).ends_with(" NOT VALID");
            (new && can_stand_in(fact, &domain, fates, world)).then_some(domain)
        }
        Kind::Default => {
            let column = Id { kind: Kind::Column, path: id.path.clone() };
            if world.to.get(&column).is_some_and(|column| column.is(Attribute::Inherited)) {
                return None;
            }
            let container = table().or_else(|| Some(column).filter(|id| fates.creates(id)))?;
            can_stand_in(fact, &container, fates, world).then_some(container)
        }
        // No exclusion constraint is ever taken in as a part of the parent's.
        Kind::Constraint if fact.text(Attribute::Type) == "EXCLUDE" && is_attached(fact, world) => {
            let place = Id { kind: Kind::Partition, path: id.path[..2].to_vec() };
            let index = [id.path[0].clone(), id.name().to_owned()];
            let parent = parent_of_index(world.to, &index);
            Some(place).filter(|id| fates.creates(id)).or(parent.filter(|id| fates.creates(id)))
        }
        Kind::Constraint if !fact.text(Attribute::Definition).ends_with(" NOT VALID") => table()
            .filter(|_| !doubles_a_key(fact, world.to))
            .filter(|container| can_stand_in(fact, container, fates, world)),
        Kind::IndexPartition => {
            let place = Id { kind: Kind::Partition, path: fact.table() };
            let parent = parent_of_index(world.to, &id.path).filter(|parent| {
                fates.creates(parent)
                    && !world.to.get(parent).is_some_and(|index| index.is(Attribute::Invalid))
            });
            Some(place).filter(|id| fates.creates(id)).or(parent)
        }
        _ => None,
    }
}

fn is_attached(constraint: &Fact, world: &World) -> bool {
    let path = vec![constraint.id.path[0].clone(), constraint.id.name().to_owned()];
    world.to.holds(&Id { kind: Kind::IndexPartition, path })
}

/// CREATE TABLE makes one index of two keys on the same columns (transformIndexConstraints in
/// PostgreSQL's parse_utilcmd.c), and the second constraint would be lost.
fn doubles_a_key(fact: &Fact, catalog: &Catalog) -> bool {
    let Some(columns) = fact.text(Attribute::Definition).strip_prefix("UNIQUE ") else {
        return false;
    };
    catalog.parts(Kind::Constraint, &fact.id.path[..2]).iter().any(|other| {
        let definition = other.text(Attribute::Definition);
        definition.strip_prefix("PRIMARY KEY ") == Some(columns)
            || other.id < fact.id && definition.strip_prefix("UNIQUE ") == Some(columns)
    })
}

/// Whether nothing that the part needs has to come after its container.
fn can_stand_in(part: &Fact, container: &Id, fates: &Fates, world: &World) -> bool {
    let mut seen = BTreeSet::new();
    let mut open: Vec<&Id> = part.depends_on.iter().collect();
    while let Some(id) = open.pop() {
        let inside = id.path.starts_with(&container.path[..2])
            && (id.kind.is_part() || id.kind == Kind::DomainConstraint || id == container);
        if !fates.creates(id) || inside && part.depends_on.contains(id) || !seen.insert(id) {
            continue;
        }
        if inside {
            return false;
        }
        open.extend(world.to.get(id).into_iter().flat_map(|fact| &fact.depends_on));
    }
    true
}
