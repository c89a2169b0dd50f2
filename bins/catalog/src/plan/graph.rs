//! Actions, with what each makes and takes away.

use rustc_hash::FxHashMap;

use crate::Id;
use crate::step::Step;

/// Teardown before building; within each, by kind and name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    Drop,
    /// A type makes room for its successor, a constraint for another that takes its name.
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
    /// Sorted, each once.
    pub edges: Vec<(usize, usize)>,
}

/// Which action takes away, makes or alters a fact.
#[derive(Default)]
pub(super) struct Nodes<'a> {
    pub dropped: Places<'a>,
    pub set_aside: Places<'a>,
    pub created: Places<'a>,
    pub altered: Places<'a>,
}

pub(super) type Places<'a> = FxHashMap<&'a Id, usize>;

impl Graph {
    pub(super) fn add(&mut self, phase: Phase, subject: &Id, steps: Vec<Step>) -> usize {
        self.actions.push(Action { phase, subject: subject.clone(), steps });
        self.actions.len() - 1
    }

    pub(super) fn edge(&mut self, before: Option<&usize>, after: Option<&usize>) {
        if let (Some(before), Some(after)) = (before, after) {
            self.edges.push((*before, *after));
        }
    }
}
