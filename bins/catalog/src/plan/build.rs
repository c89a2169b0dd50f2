//! The graph of a plan: each fact that changes becomes an action, or stands at the action of
//! another one.

use rustc_hash::FxHashMap;

use super::absorb::{dropped_by, made_by};
use super::fates::{Fate, Fates};
use super::graph::{Graph, Nodes, Phase, Places};
use super::steps;
use crate::world::World;
use crate::{Fact, Id};

pub(crate) fn build(fates: &Fates, world: &World) -> Graph {
    let mut graph = Graph { actions: Vec::new(), edges: Vec::new() };
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
    graph.edges.sort_unstable();
    graph.edges.dedup();
    graph
}

/// Facts without a statement of their own, with the one that has it.
#[derive(Default)]
struct Containers<'a> {
    of: FxHashMap<&'a Id, Id>,
    parts: FxHashMap<Id, Vec<&'a Fact>>,
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
    fn spread(&self, nodes: &mut Places<'a>) {
        for (id, container) in &self.of {
            let mut container = container;
            while let Some(outer) = self.of.get(container) {
                container = outer;
            }
            if let Some(node) = nodes.get(container).copied() {
                nodes.insert(id, node);
            }
        }
    }
}

impl Graph {
    fn add_drop<'a>(
        &mut self,
        id: &'a Id,
        fates: &Fates,
        world: &World,
        drops: &Containers,
        nodes: &mut Nodes<'a>,
    ) {
        let Some(fact) = world.from.get(id).filter(|_| fates.drops(id)) else { return };
        if drops.of.contains_key(id) {
            return;
        }
        if fates.replaces_type(id) {
            let (first, last) = steps::replace_type(fact);
            let aside = self.add(Phase::SetAside, id, first);
            let last = self.add(Phase::DropAside, id, vec![last]);
            nodes.set_aside.insert(id, aside);
            nodes.dropped.insert(id, last);
        } else {
            let node = self.add(Phase::Drop, id, steps::drop(fact, world));
            nodes.dropped.insert(id, node);
        }
    }

    fn add_create<'a>(
        &mut self,
        id: &'a Id,
        fate: &Fate,
        world: &World,
        makes: &Containers,
        nodes: &mut Nodes<'a>,
    ) {
        let Some(fact) = world.to.get(id).filter(|_| fate.create) else { return };
        if !makes.of.contains_key(id) {
            let steps = steps::create(fact, makes.parts(id), world);
            nodes.created.insert(id, self.add(Phase::Build, id, steps));
        }
    }

    fn add_alter<'a>(
        &mut self,
        id: &'a Id,
        fate: &Fate,
        fates: &Fates,
        world: &World,
        nodes: &mut Nodes<'a>,
    ) {
        let (Some(from), Some(to)) = (world.from.get(id), world.to.get(id)) else { return };
        if fate.drop || fate.alter.is_empty() && !fate.retype {
            return;
        }
        let aside = steps::set_aside(from, to, fate, fates, world);
        let from = aside.as_ref().map_or(from, |(between, _)| between);
        let steps = steps::alter(from, to, fate, fates, world);
        let node = self.add(Phase::Build, id, steps);
        nodes.altered.insert(id, node);
        if let Some((_, step)) = aside {
            let aside = self.add(Phase::SetAside, id, vec![step]);
            nodes.set_aside.insert(id, aside);
            self.edge(Some(&aside), Some(&node));
        }
    }
}
