//! From what is applied to what is asked for: the revisions to run, in order, and the rows of the
//! version table after each.

use std::collections::BTreeSet;

use super::{Graph, Set};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    Upgrade,
    Downgrade,
}

impl Direction {
    pub fn opposite(self) -> Direction {
        match self {
            Direction::Upgrade => Direction::Downgrade,
            Direction::Downgrade => Direction::Upgrade,
        }
    }

    /// As the journal spells it.
    pub fn word(self) -> &'static str {
        match self {
            Direction::Upgrade => "upgrade",
            Direction::Downgrade => "downgrade",
        }
    }
}

/// One revision to run, and the change of the version table that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub revision: usize,
    pub direction: Direction,
    pub rows: RowChange,
}

/// Rows of the version table to take away and to add, so that they are the minimal heads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowChange {
    pub remove: Vec<String>,
    pub add: Vec<String>,
}

/// Steps that bring the database from `rows`, which stand for `applied`, to `wanted`: first what
/// must go, children before their parents, then what must come, parents before their children.
pub fn steps(graph: &Graph, rows: &BTreeSet<String>, applied: &Set, wanted: &Set) -> Vec<Step> {
    let mut order: Vec<(usize, Direction)> = Vec::new();
    let (gone, new) = (applied - wanted, wanted - applied);
    order.extend(graph.in_order(&gone).into_iter().rev().map(|r| (r, Direction::Downgrade)));
    order.extend(graph.in_order(&new).into_iter().map(|r| (r, Direction::Upgrade)));
    let mut now = applied.clone();
    let mut heads: Set = graph.minimal_heads(applied).into_iter().collect();
    let mut rows = rows.clone();
    let step = |(revision, direction)| {
        match direction {
            Direction::Upgrade => {
                now.insert(revision);
                heads = &heads - &graph.parents(revision).iter().copied().collect();
                heads.insert(revision);
            }
            Direction::Downgrade => {
                now.remove(&revision);
                heads.remove(&revision);
                let bare = |parent: &&usize| graph.children(**parent).is_disjoint(&now);
                heads.extend(graph.parents(revision).iter().filter(bare));
            }
        }
        let after = ids(graph, &heads);
        let rows = difference(&std::mem::replace(&mut rows, after.clone()), &after);
        Step { revision, direction, rows }
    };
    order.into_iter().map(step).collect()
}

/// What to change of `rows` so that they are the minimal heads of `applied`.
pub fn row_change(graph: &Graph, rows: &BTreeSet<String>, applied: &Set) -> RowChange {
    difference(rows, &ids(graph, &graph.minimal_heads(applied).into_iter().collect()))
}

fn ids(graph: &Graph, revisions: &Set) -> BTreeSet<String> {
    revisions.iter().map(|revision| graph.id(*revision).to_owned()).collect()
}

fn difference(before: &BTreeSet<String>, after: &BTreeSet<String>) -> RowChange {
    RowChange {
        remove: before.difference(after).cloned().collect(),
        add: after.difference(before).cloned().collect(),
    }
}
