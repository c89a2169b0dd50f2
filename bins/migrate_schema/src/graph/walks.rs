//! Random graphs, random walks: whatever is upgraded, downgraded and stamped, the version rows
//! are the minimal heads of what a naive model says is applied.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::plan::{Direction, row_change, steps};
use super::{Graph, Node, Set, target};

/// Per revision: which earlier ones it comes directly after, and which it depends on.
type Shape = Vec<(Vec<usize>, Vec<usize>)>;

fn shapes() -> impl Strategy<Value = Shape> {
    let edges = || prop::collection::vec(any::<prop::sample::Index>(), 0..3);
    prop::collection::vec((edges(), edges(), any::<u8>()), 1..=longest()).prop_map(|rows| {
        let shape = rows.into_iter().enumerate().map(|(at, (down, needs, dice))| {
            // Mostly chains with some branches and merges, as people make them.
            let down = match dice {
                _ if at == 0 => vec![],
                0..=120 => vec![at - 1],
                121..=230 => down.iter().map(|index| index.index(at)).collect(),
                _ => vec![],
            };
            let needs = if at > 0 && dice % 5 == 0 { needs } else { vec![] };
            (down, needs.iter().map(|index| index.index(at)).collect())
        });
        shape.collect()
    })
}

/// How much harder than usual chance goes at it: `make torture`, `TORTURE=10`.
fn torture() -> u32 {
    std::env::var("TORTURE").ok().and_then(|scale| scale.parse().ok()).unwrap_or(1)
}

fn longest() -> usize {
    if torture() > 1 { 200 } else { 60 }
}

#[derive(Clone, Debug)]
enum Move {
    Upgrade(prop::sample::Index),
    Downgrade(prop::sample::Index),
    Stamp(prop::sample::Index),
    Heads,
    Base,
    Relative(i64),
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let any_move = prop_oneof![
        any::<prop::sample::Index>().prop_map(Move::Upgrade),
        any::<prop::sample::Index>().prop_map(Move::Downgrade),
        any::<prop::sample::Index>().prop_map(Move::Stamp),
        Just(Move::Heads),
        Just(Move::Base),
        (-3_i64..4).prop_map(Move::Relative),
    ];
    prop::collection::vec(any_move, 1..20)
}

/// What is applied, kept by rules too simple to be wrong.
struct Model<'a> {
    shape: &'a Shape,
    /// Of each revision: itself and all that must be applied before it.
    below: Vec<BTreeSet<usize>>,
    applied: BTreeSet<usize>,
}

impl Model<'_> {
    /// Parents are numbered lower, so theirs is known when it is asked for.
    fn of(shape: &Shape) -> Model<'_> {
        let mut below: Vec<BTreeSet<usize>> = Vec::new();
        for (index, (down, needs)) in shape.iter().enumerate() {
            let parents = down.iter().chain(needs);
            let mut all: BTreeSet<usize> =
                parents.flat_map(|parent| &below[*parent]).copied().collect();
            all.insert(index);
            below.push(all);
        }
        Model { shape, below, applied: BTreeSet::new() }
    }

    fn parents(&self, of: usize) -> impl Iterator<Item = usize> + '_ {
        self.shape[of].0.iter().chain(&self.shape[of].1).copied()
    }

    fn is_above(&self, high: usize, low: usize) -> bool {
        self.below[high].contains(&low)
    }

    /// Whether a return to `low` undoes `high`.
    fn comes_after(&self, high: usize, low: usize) -> bool {
        let is_next = |next: &usize| self.shape[*next].0.contains(&low);
        (0..self.shape.len()).filter(is_next).any(|next| self.is_above(high, next))
    }

    fn heads(&self) -> BTreeSet<String> {
        let has_child = |low: &usize| {
            self.applied.iter().any(|high| self.parents(*high).any(|parent| parent == *low))
        };
        self.applied.iter().filter(|low| !has_child(low)).map(|index| id(*index)).collect()
    }
}

fn id(index: usize) -> String {
    format!("r{index:03}")
}

fn graph(shape: &Shape) -> Graph {
    let nodes = shape.iter().enumerate().map(|(index, (down, needs))| Node {
        id: id(index),
        down: down.iter().map(|parent| id(*parent)).collect(),
        depends_on: needs.iter().map(|parent| id(*parent)).collect(),
        ..Node::default()
    });
    Graph::new(nodes.collect()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000 * torture(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn version_rows_are_the_minimal_heads_after_any_walk(shape in shapes(), walk in moves()) {
        let graph = graph(&shape);
        let mut model = Model::of(&shape);
        let mut rows = BTreeSet::new();
        for step in walk {
            let applied = graph.ancestors(rows.iter().filter_map(|row: &String| graph.find(row)));
            prop_assert_eq!(&applied, &model.applied, "the rows stand for what is applied");
            let stamped = matches!(step, Move::Stamp(_));
            let wanted = match step {
                Move::Heads => target::upgrade(&graph, &applied, "heads"),
                Move::Base => target::downgrade(&graph, &applied, "base"),
                Move::Upgrade(index) => {
                    let goal = index.index(shape.len());
                    let wanted = target::upgrade(&graph, &applied, &id(goal)).unwrap();
                    for low in 0..shape.len() {
                        let expected = model.applied.contains(&low) || model.is_above(goal, low);
                        prop_assert_eq!(wanted.contains(&low), expected, "never skipped: {}", low);
                    }
                    Ok(wanted)
                }
                Move::Downgrade(index) => {
                    let goal = index.index(shape.len());
                    let wanted = target::downgrade(&graph, &applied, &id(goal));
                    prop_assert_eq!(wanted.is_ok(), model.applied.contains(&goal));
                    if let Ok(wanted) = &wanted {
                        for high in &model.applied {
                            prop_assert_eq!(wanted.contains(high), !model.comes_after(*high, goal));
                        }
                    }
                    wanted
                }
                Move::Stamp(index) => target::stamp(&graph, &applied, &id(index.index(shape.len()))),
                Move::Relative(by) if by < 0 => target::downgrade(&graph, &applied, &by.to_string()),
                Move::Relative(by) => target::upgrade(&graph, &applied, &format!("+{by}")),
            };
            let Ok(wanted) = wanted else { continue };
            if let Move::Relative(by) = step {
                let moved = wanted.len().abs_diff(applied.len()) as u64;
                prop_assert_eq!(moved, by.unsigned_abs());
            }
            if stamped {
                let change = row_change(&graph, &rows, &wanted);
                rows.retain(|row| !change.remove.contains(row));
                rows.extend(change.add);
                model.applied = wanted;
                prop_assert_eq!(&rows, &model.heads());
                continue;
            }
            for step in steps(&graph, &rows, &applied, &wanted) {
                let parents: Set = model.parents(step.revision).collect();
                match step.direction {
                    Direction::Upgrade => {
                        prop_assert!(parents.is_subset(&model.applied), "parents first");
                        prop_assert!(model.applied.insert(step.revision), "only once");
                    }
                    Direction::Downgrade => {
                        prop_assert!(model.applied.remove(&step.revision), "only what is applied");
                        prop_assert!(
                            !model.applied.iter().any(|high| model.parents(*high).any(|p| p == step.revision)),
                            "children first"
                        );
                    }
                }
                for row in &step.rows.remove {
                    prop_assert!(rows.remove(row), "takes away only rows that are there");
                }
                for row in step.rows.add {
                    prop_assert!(rows.insert(row), "adds only rows that are not there");
                }
                prop_assert_eq!(&rows, &model.heads());
            }
            prop_assert_eq!(&model.applied, &wanted);
        }
    }
}
