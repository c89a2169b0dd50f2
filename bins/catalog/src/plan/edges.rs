//! The edges: what was there before decides the order of teardown, what is there afterwards the
//! order of building; and what pg_depend does not say.

use rustc_hash::FxHashMap;

use super::absorb::parent_of_index;
use super::fates::Fates;
use super::graph::{Graph, Nodes, Places};
use crate::world::World;
use crate::{Attribute, Fact, Id, Kind, name};

impl Graph {
    pub(super) fn order_teardown(&mut self, nodes: &Nodes, world: &World) {
        let ids = nodes.dropped.keys().chain(nodes.altered.keys());
        for fact in ids.filter_map(|id| world.from.get(id)) {
            let dropped = nodes.dropped.get(&fact.id);
            let altered = nodes.altered.get(&fact.id);
            // Gone, for its dependants, as soon as it has another name.
            let gone = nodes.set_aside.get(&fact.id).or(dropped);
            for on in &fact.depends_on {
                let on_gone = nodes.set_aside.get(on).or_else(|| nodes.dropped.get(on));
                self.edge(gone, on_gone);
                self.edge(
                    dropped,
                    on_gone.and(nodes.dropped.get(on)).filter(|_| nodes.set_aside.contains_key(on)),
                );
                self.edge(gone, nodes.altered.get(on));
                // What is altered lets go of what is dropped; a type only goes at the very end.
                self.edge(altered, nodes.dropped.get(on));
            }
        }
    }

    pub(super) fn order_building(&mut self, nodes: &Nodes, fates: &Fates, world: &World) {
        let ids = nodes.created.keys().chain(nodes.altered.keys());
        for fact in ids.filter_map(|id| world.to.get(id)) {
            let created = nodes.created.get(&fact.id);
            let altered = nodes.altered.get(&fact.id);
            for own in [created, altered].into_iter().flatten() {
                for on in &fact.depends_on {
                    self.edge(nodes.created.get(on), Some(own));
                    self.edge(nodes.altered.get(on), Some(own));
                }
            }
            if fates.replaces_type(&fact.id) {
                self.edge(nodes.set_aside.get(&fact.id), created);
                self.edge(created, nodes.dropped.get(&fact.id));
            } else {
                let gone = nodes.set_aside.get(&fact.id).or_else(|| nodes.dropped.get(&fact.id));
                self.edge(gone, created);
            }
        }
    }

    /// A name must be free before it is taken again, by whatever kind.
    pub(super) fn order_names(&mut self, nodes: &Nodes, world: &World) {
        let mut freed: FxHashMap<String, Vec<usize>> = FxHashMap::default();
        let mut taken: Vec<(String, usize)> = Vec::new();
        for (id, node) in &nodes.dropped {
            let node = nodes.set_aside.get(id).unwrap_or(node);
            for name in world.from.get(id).map(claims).unwrap_or_default() {
                freed.entry(name).or_default().push(*node);
            }
        }
        for (id, node) in nodes.altered.iter().filter(|(id, _)| id.kind == Kind::Column) {
            let freeing = nodes.set_aside.get(id).unwrap_or(node);
            let (from, to) = (world.from.get(id), world.to.get(id));
            let (before, after) =
                (from.map(claims).unwrap_or_default(), to.map(claims).unwrap_or_default());
            for name in before.iter().filter(|name| !after.contains(name)) {
                freed.entry(name.clone()).or_default().push(*freeing);
            }
            for name in after.iter().filter(|name| !before.contains(name)) {
                taken.push((name.clone(), *node));
            }
        }
        if freed.is_empty() {
            return;
        }
        for (id, node) in &nodes.created {
            taken.extend(
                world
                    .to
                    .get(id)
                    .map(claims)
                    .unwrap_or_default()
                    .into_iter()
                    .map(|name| (name, *node)),
            );
        }
        for (name, node) in &taken {
            for before in freed.get(name).into_iter().flatten() {
                self.edge(Some(before), Some(node));
            }
        }
    }

    /// A partition is attached when it has its own indexes, and an index of a parent is made when
    /// the attached partitions have theirs: either way the ones that are there are taken in.
    pub(super) fn order_partitions(&mut self, nodes: &Nodes, world: &World) {
        if world.to.of_kind(Kind::Partition).next().is_none() {
            return;
        }
        let is_index = |id: &Id| matches!(id.kind, Kind::Index | Kind::Constraint);
        for (id, node) in nodes.created.iter().filter(|(id, _)| is_index(id)) {
            let table = match world.to.get(id) {
                Some(fact) if id.kind == Kind::Index => fact.table(),
                _ => id.path[..2].to_vec(),
            };
            let place = Id { kind: Kind::Partition, path: table };
            self.edge(Some(node), nodes.created.get(&place));
            let index = [id.path[0].clone(), id.name().to_owned()];
            // One that is attached anew brings its indexes along.
            if world.from.holds(&place)
                && !nodes.created.contains_key(&place)
                && let Some(parent) = parent_of_index(world.to, &index)
            {
                self.edge(Some(node), nodes.created.get(&parent));
            }
        }
    }
}

impl Graph {
    /// A table leaves its parents before its columns go, and joins them when it has theirs.
    pub(super) fn order_inheritance(&mut self, nodes: &Nodes) {
        let places = |nodes: &Places| -> FxHashMap<Vec<String>, usize> {
            let is_place = |id: &Id| matches!(id.kind, Kind::Inheritance | Kind::Partition);
            let places = nodes.iter().filter(|(id, _)| is_place(id));
            places.map(|(id, node)| (id.path.clone(), *node)).collect()
        };
        let own = |nodes: &Places| -> Vec<(Vec<String>, usize)> {
            let is_own = |id: &Id| matches!(id.kind, Kind::Column | Kind::Constraint);
            let own = nodes.iter().filter(|(id, _)| is_own(id));
            own.map(|(id, node)| (id.path[..2].to_vec(), *node)).collect()
        };
        let (leaves, changes, joins) =
            (places(&nodes.dropped), places(&nodes.altered), places(&nodes.created));
        if leaves.is_empty() && changes.is_empty() && joins.is_empty() {
            return;
        }
        for (table, node) in own(&nodes.dropped) {
            self.edge(leaves.get(&table), Some(&node));
            self.edge(changes.get(&table), Some(&node));
        }
        for (table, node) in own(&nodes.altered) {
            self.edge(leaves.get(&table), Some(&node));
            self.edge(Some(&node), joins.get(&table));
            self.edge(Some(&node), changes.get(&table));
        }
        for (table, node) in own(&nodes.created) {
            self.edge(Some(&node), joins.get(&table));
            self.edge(Some(&node), changes.get(&table));
        }
    }

    /// A logged table never points at an unlogged one, not even in between.
    pub(super) fn order_persistence(&mut self, nodes: &Nodes, world: &World) {
        if !nodes.altered.keys().any(|id| id.kind == Kind::Table) {
            return;
        }
        for key in world.to.of_kind(Kind::ForeignKey) {
            let own = Id { kind: Kind::Table, path: key.id.path[..2].to_vec() };
            let other = key.depends_on.iter().find_map(|on| {
                let table = Id { kind: Kind::Table, path: on.path.get(..2)?.to_vec() };
                (table != own && world.to.holds(&table)).then_some(table)
            });
            let Some(other) = other else { continue };
            let (own_node, other_node) = (nodes.altered.get(&own), nodes.altered.get(&other));
            if world.to.get(&own).is_some_and(|table| table.is(Attribute::Persistence)) {
                self.edge(own_node, other_node);
            } else {
                self.edge(other_node, own_node);
            }
        }
    }
}

/// The names that an object takes in the catalogs beyond its own kind's.
fn claims(fact: &Fact) -> Vec<String> {
    let id = &fact.id;
    let name = id.path.join("\0");
    match id.kind {
        Kind::Index | Kind::Sequence => vec![format!("relation {name}")],
        Kind::Column => {
            let sequence = fact.get(Attribute::IdentitySequence);
            let sequence =
                sequence.map(|name| format!("relation {}", name::parse(name).join("\0")));
            let constraint = fact.get(Attribute::NotNullName);
            let constraint =
                constraint.map(|name| format!("constraint {}\0{}\0{name}", id.path[0], id.path[1]));
            sequence.into_iter().chain(constraint).collect()
        }
        kind if kind.is_relation() => vec![format!("relation {name}"), format!("type {name}")],
        kind if kind.is_type() => vec![format!("type {name}")],
        kind if kind.is_routine() => vec![format!("routine {name}")],
        Kind::Constraint | Kind::ForeignKey => {
            let relation = format!("relation {}\0{}", id.path[0], id.name());
            let own = format!("constraint {name}");
            if fact.get(Attribute::Type).is_some_and(|kind| kind != "CHECK") {
                vec![own, relation]
            } else {
                vec![own]
            }
        }
        _ => Vec::new(),
    }
}
