//! Actions with what each makes and takes away, and the edges between them: what was there before
//! decides the order of teardown, what is there afterwards the order of building.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::absorb::{dropped_by, made_by};
use super::fates::{Fate, Fates};
use super::{World, steps};
use crate::actions::Step;
use crate::{Fact, Id, Kind};

/// Teardown before building; within each, by kind and name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    Drop,
    /// A type makes room for its successor.
    SetAside,
    Build,
    /// The type that was set aside goes.
    DropAside,
}

pub(crate) struct Action {
    pub phase: Phase,
    pub subject: Id,
    pub steps: Vec<Step>,
}

pub(crate) struct Graph {
    pub actions: Vec<Action>,
    pub edges: BTreeSet<(usize, usize)>,
}

/// Which action takes away, makes or alters a fact.
#[derive(Default)]
struct Nodes {
    dropped: HashMap<Id, usize>,
    set_aside: HashMap<Id, usize>,
    created: HashMap<Id, usize>,
    altered: HashMap<Id, usize>,
}

pub(crate) fn build(fates: &Fates, world: &World) -> Graph {
    let mut graph = Graph { actions: Vec::new(), edges: BTreeSet::new() };
    let mut nodes = Nodes::default();
    let (mut drops, mut makes) = (Containers::default(), Containers::default());
    for (id, fate) in &fates.of {
        if let Some(fact) = world.from.get(id).filter(|_| fate.drop) {
            drops.add(fact, dropped_by(fact, fates, world));
        }
        if let Some(fact) = world.to.get(id).filter(|_| fate.create) {
            makes.add(fact, made_by(fact, fates, world));
        }
    }
    for (id, fate) in &fates.of {
        graph.add_drop(id, fates, world, &drops, &mut nodes);
        graph.add_create(id, fate, world, &makes, &mut nodes);
        graph.add_alter(id, fate, fates, world, &mut nodes);
    }
    drops.spread(&mut nodes.dropped);
    drops.spread(&mut nodes.set_aside);
    makes.spread(&mut nodes.created);
    graph.order_teardown(&nodes, world);
    graph.order_building(&nodes, fates, world);
    graph.order_names(&nodes, world);
    graph.order_partitions(&nodes, world);
    graph.order_inheritance(&nodes);
    graph.order_persistence(&nodes, world);
    graph.edges.retain(|(before, after)| before != after);
    graph
}

/// Facts without a statement of their own, with the one that has it.
#[derive(Default)]
struct Containers<'a> {
    of: BTreeMap<&'a Id, Id>,
    parts: BTreeMap<Id, Vec<&'a Fact>>,
}

impl<'a> Containers<'a> {
    fn add(&mut self, fact: &'a Fact, container: Option<Id>) {
        if let Some(container) = container {
            self.parts.entry(container.clone()).or_default().push(fact);
            self.of.insert(&fact.id, container);
        }
    }

    fn parts(&self, id: &Id) -> &[&'a Fact] {
        self.parts.get(id).map_or(&[], Vec::as_slice)
    }

    /// Lets every part stand at its container's action; a container may be a part itself.
    fn spread(&self, nodes: &mut HashMap<Id, usize>) {
        for id in self.of.keys() {
            let mut container = &self.of[*id];
            while let Some(outer) = self.of.get(container) {
                container = outer;
            }
            if let Some(node) = nodes.get(container).copied() {
                nodes.insert((*id).clone(), node);
            }
        }
    }
}

impl Graph {
    fn add(&mut self, phase: Phase, subject: &Id, steps: Vec<Step>) -> usize {
        self.actions.push(Action { phase, subject: subject.clone(), steps });
        self.actions.len() - 1
    }

    fn add_drop(
        &mut self,
        id: &Id,
        fates: &Fates,
        world: &World,
        drops: &Containers,
        nodes: &mut Nodes,
    ) {
        let Some(fact) = world.from.get(id).filter(|_| fates.drops(id)) else { return };
        if drops.of.contains_key(id) {
            return;
        }
        if fates.replaces_type(id) {
            let (first, last) = steps::replace_type(fact);
            let aside = self.add(Phase::SetAside, id, first);
            let last = self.add(Phase::DropAside, id, vec![last]);
            nodes.set_aside.insert(id.clone(), aside);
            nodes.dropped.insert(id.clone(), last);
        } else {
            let node = self.add(Phase::Drop, id, steps::drop(fact, world));
            nodes.dropped.insert(id.clone(), node);
        }
    }

    fn add_create(
        &mut self,
        id: &Id,
        fate: &Fate,
        world: &World,
        makes: &Containers,
        nodes: &mut Nodes,
    ) {
        let Some(fact) = world.to.get(id).filter(|_| fate.create) else { return };
        if !makes.of.contains_key(id) {
            let steps = steps::create(fact, makes.parts(id), world);
            nodes.created.insert(id.clone(), self.add(Phase::Build, id, steps));
        }
    }

    fn add_alter(&mut self, id: &Id, fate: &Fate, fates: &Fates, world: &World, nodes: &mut Nodes) {
        let (Some(from), Some(to)) = (world.from.get(id), world.to.get(id)) else { return };
        if fate.drop || fate.alter.is_empty() && !fate.retype {
            return;
        }
        let steps = steps::alter(from, to, fate, fates, world);
        nodes.altered.insert(id.clone(), self.add(Phase::Build, id, steps));
    }

    fn edge(&mut self, before: Option<&usize>, after: Option<&usize>) {
        if let (Some(before), Some(after)) = (before, after) {
            self.edges.insert((*before, *after));
        }
    }

    fn order_teardown(&mut self, nodes: &Nodes, world: &World) {
        for fact in world.from.facts() {
            let dropped = nodes.dropped.get(&fact.id);
            let altered = nodes.altered.get(&fact.id);
            if dropped.is_none() && altered.is_none() {
                continue;
            }
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

    fn order_building(&mut self, nodes: &Nodes, fates: &Fates, world: &World) {
        for fact in world.to.facts() {
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
    fn order_names(&mut self, nodes: &Nodes, world: &World) {
        let mut freed: HashMap<String, Vec<usize>> = HashMap::new();
        let mut taken: Vec<(String, usize)> = Vec::new();
        for (id, node) in &nodes.dropped {
            let node = nodes.set_aside.get(id).unwrap_or(node);
            for name in world.from.get(id).map(claims).unwrap_or_default() {
                freed.entry(name).or_default().push(*node);
            }
        }
        for (id, node) in nodes.altered.iter().filter(|(id, _)| id.kind == Kind::Column) {
            let (from, to) = (world.from.get(id), world.to.get(id));
            let (before, after) =
                (from.map(claims).unwrap_or_default(), to.map(claims).unwrap_or_default());
            for name in before.iter().filter(|name| !after.contains(name)) {
                freed.entry(name.clone()).or_default().push(*node);
            }
            for name in after.iter().filter(|name| !before.contains(name)) {
                taken.push((name.clone(), *node));
            }
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
    fn order_partitions(&mut self, nodes: &Nodes, world: &World) {
        let is_index = |id: &Id| matches!(id.kind, Kind::Index | Kind::Constraint);
        for (id, node) in nodes.created.iter().filter(|(id, _)| is_index(id)) {
            let table = match world.to.get(id) {
                Some(fact) if id.kind == Kind::Index => crate::name::parse(fact.text("table")),
                _ => id.path[..2].to_vec(),
            };
            let place = Id { kind: Kind::Partition, path: table };
            self.edge(Some(node), nodes.created.get(&place));
            let index = [id.path[0].clone(), id.name().to_owned()];
            if world.from.holds(&place)
                && let Some(parent) = super::absorb::parent_of_index(world.to, &index)
            {
                self.edge(Some(node), nodes.created.get(&parent));
            }
        }
    }
}

impl Graph {
    /// A table leaves its parents before its columns go, and joins them when it has theirs.
    fn order_inheritance(&mut self, nodes: &Nodes) {
        let places = |nodes: &HashMap<Id, usize>| -> Vec<(Id, usize)> {
            let places = nodes.iter().filter(|(id, _)| id.kind == Kind::Inheritance);
            places.map(|(id, node)| (id.clone(), *node)).collect()
        };
        let is_own = |place: &Id, id: &Id| {
            matches!(id.kind, Kind::Column | Kind::Constraint) && id.path.starts_with(&place.path)
        };
        for (place, leaves) in places(&nodes.dropped) {
            for (_, node) in
                nodes.dropped.iter().chain(&nodes.altered).filter(|(id, _)| is_own(&place, id))
            {
                self.edge(Some(&leaves), Some(node));
            }
        }
        for (place, leaves) in places(&nodes.altered) {
            for (_, node) in nodes.dropped.iter().filter(|(id, _)| is_own(&place, id)) {
                self.edge(Some(&leaves), Some(node));
            }
        }
        let joining = places(&nodes.created).into_iter().chain(places(&nodes.altered));
        for (place, joins) in joining {
            for (_, node) in
                nodes.created.iter().chain(&nodes.altered).filter(|(id, _)| is_own(&place, id))
            {
                self.edge(Some(node), Some(&joins));
            }
        }
    }

    /// A logged table never points at an unlogged one, not even in between.
    fn order_persistence(&mut self, nodes: &Nodes, world: &World) {
        for key in world.to.of_kind(Kind::ForeignKey) {
            let own = Id { kind: Kind::Table, path: key.id.path[..2].to_vec() };
            let other = key.depends_on.iter().find_map(|on| {
                let table = Id { kind: Kind::Table, path: on.path.get(..2)?.to_vec() };
                (table != own && world.to.holds(&table)).then_some(table)
            });
            let Some(other) = other else { continue };
            let (own_node, other_node) = (nodes.altered.get(&own), nodes.altered.get(&other));
            if world.to.get(&own).is_some_and(|table| table.is("persistence")) {
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
        Kind::Column => fact
            .get("identity_sequence")
            .map(|sequence| format!("relation {}", crate::name::parse(sequence).join("\0")))
            .into_iter()
            .collect(),
        kind if kind.is_relation() => vec![format!("relation {name}"), format!("type {name}")],
        kind if kind.is_type() => vec![format!("type {name}")],
        kind if kind.is_routine() => vec![format!("routine {name}")],
        Kind::Constraint | Kind::ForeignKey => {
            let relation = format!("relation {}\0{}", id.path[0], id.name());
            let own = format!("constraint {name}");
            if fact.get("type").is_some_and(|kind| kind != "CHECK") {
                vec![own, relation]
            } else {
                vec![own]
            }
        }
        _ => Vec::new(),
    }
}
