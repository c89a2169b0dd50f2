//! The graph of revisions: who comes before whom. Pure; knows neither files nor a server.

pub mod plan;
pub mod target;
#[cfg(test)]
mod threads;
#[cfg(test)]
mod walks;

use std::collections::{BTreeSet, HashMap};

/// Revisions by their place in [`Graph::node`].
pub type Set = BTreeSet<usize>;

/// One revision, as the graph sees it.
#[derive(Clone, Debug, Default)]
pub struct Node {
    pub id: String,
    /// The revisions it comes directly after; two or more in a merge.
    pub down: Vec<String>,
    /// Revisions, by id or label, of other branches that must be applied before it.
    pub depends_on: Vec<String>,
    pub labels: Vec<String>,
    pub message: String,
}

/// Why the nodes are no graph: which node, which of its settings, and what about it.
#[derive(Debug)]
pub struct Flaw {
    pub node: usize,
    pub key: &'static str,
    pub what: String,
}

#[derive(Debug)]
pub struct Graph {
    nodes: Vec<Node>,
    by_name: HashMap<String, usize>,
    /// By `down_revision` alone: what a head, a branch point and a lineage are.
    down: Vec<Vec<usize>>,
    up: Vec<Vec<usize>>,
    /// By `down_revision` and `depends_on`: what must be applied before what.
    parents: Vec<Vec<usize>>,
    children: Vec<Vec<usize>>,
    /// Every revision after its parents, each lineage in one piece where that is possible.
    order: Vec<usize>,
}

impl Graph {
    /// # Errors
    /// An id or label twice, a revision that is named and does not exist, or a cycle.
    pub fn new(nodes: Vec<Node>) -> Result<Graph, Flaw> {
        let mut by_name = HashMap::new();
        for (index, node) in nodes.iter().enumerate() {
            if by_name.insert(node.id.clone(), index).is_some() {
                let what = format!("revision `{}` exists twice", node.id);
                return Err(Flaw { node: index, key: "revision", what });
            }
        }
        for (index, node) in nodes.iter().enumerate() {
            for label in &node.labels {
                if by_name.insert(label.clone(), index).is_some() {
                    let what = format!("the label `{label}` is taken");
                    return Err(Flaw { node: index, key: "branch_labels", what });
                }
            }
        }
        let named = |key: &'static str, names: fn(&Node) -> &Vec<String>| {
            let lookup = |(index, node): (usize, &Node)| {
                let find = |name: &String| {
                    by_name.get(name).copied().ok_or_else(|| Flaw {
                        node: index,
                        key,
                        what: format!("{key} `{name}` does not exist"),
                    })
                };
                names(node).iter().map(find).collect::<Result<Vec<usize>, Flaw>>()
            };
            nodes.iter().enumerate().map(lookup).collect::<Result<Vec<_>, Flaw>>()
        };
        let down = named("down_revision", |node| &node.down)?;
        let needs = named("depends_on", |node| &node.depends_on)?;
        let mut parents = down.clone();
        for (all, needs) in parents.iter_mut().zip(needs) {
            all.extend(needs);
            all.sort_unstable();
            all.dedup();
        }
        let (up, children) = (turned(&down), turned(&parents));
        let mut graph = Graph { nodes, by_name, down, up, parents, children, order: Vec::new() };
        graph.order = graph.sorted()?;
        Ok(graph)
    }

    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    pub fn node(&self, index: usize) -> &Node {
        &self.nodes[index]
    }

    pub fn id(&self, index: usize) -> &str {
        &self.nodes[index].id
    }

    /// By whole id or label.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    pub fn all(&self) -> Set {
        (0..self.nodes.len()).collect()
    }

    /// Revisions that no other comes directly after, by id.
    pub fn heads(&self) -> Vec<usize> {
        let mut heads: Vec<usize> =
            (0..self.nodes.len()).filter(|index| self.up[*index].is_empty()).collect();
        heads.sort_by_key(|index| self.id(*index));
        heads
    }

    pub fn down(&self, index: usize) -> &[usize] {
        &self.down[index]
    }

    pub fn up(&self, index: usize) -> &[usize] {
        &self.up[index]
    }

    pub fn parents(&self, index: usize) -> &[usize] {
        &self.parents[index]
    }

    pub fn children(&self, index: usize) -> Set {
        self.children[index].iter().copied().collect()
    }

    /// These revisions and all that must be applied before them.
    pub fn ancestors(&self, seeds: impl IntoIterator<Item = usize>) -> Set {
        reach(&self.parents, seeds)
    }

    /// These revisions and all that may only be applied after them.
    pub fn descendants(&self, seeds: impl IntoIterator<Item = usize>) -> Set {
        reach(&self.children, seeds)
    }

    /// A revision, what comes after it, and what comes before it up to where its branch began.
    pub fn branch(&self, index: usize) -> Set {
        let mut branch = reach(&self.up, [index]);
        let mut at = index;
        while let [parent] = self.down[at][..] {
            if self.up[parent].len() > 1 || self.down[parent].len() > 1 {
                break;
            }
            branch.insert(parent);
            at = parent;
        }
        branch
    }

    /// The minimal heads of a set: its members with no descendant in it, by id. Such are the rows
    /// of the version table where the set is what is applied.
    pub fn minimal_heads(&self, set: &Set) -> Vec<usize> {
        let is_head = |index: &usize| !self.children[*index].iter().any(|c| set.contains(c));
        let mut heads: Vec<usize> = set.iter().copied().filter(is_head).collect();
        heads.sort_by_key(|index| self.id(*index));
        heads
    }

    /// The members of a set, each after its parents.
    pub fn in_order(&self, set: &Set) -> Vec<usize> {
        self.order.iter().copied().filter(|index| set.contains(index)).collect()
    }

    /// Depth first from each revision in the order of ids, parents before children. A stack of our
    /// own, as a chain of revisions may be long.
    fn sorted(&self) -> Result<Vec<usize>, Flaw> {
        let mut by_id: Vec<usize> = (0..self.nodes.len()).collect();
        by_id.sort_by_key(|index| self.id(*index));
        let mut order = Vec::with_capacity(self.nodes.len());
        let mut done = vec![false; self.nodes.len()];
        let mut open = vec![false; self.nodes.len()];
        for start in by_id {
            let mut stack = if done[start] { Vec::new() } else { vec![(start, 0)] };
            while let Some((node, next)) = stack.pop() {
                open[node] = true;
                let Some(parent) = self.parents[node].get(next).copied() else {
                    done[node] = true;
                    open[node] = false;
                    order.push(node);
                    continue;
                };
                stack.push((node, next + 1));
                if open[parent] {
                    return Err(self.cycle(parent, &stack));
                }
                if !done[parent] {
                    stack.push((parent, 0));
                }
            }
        }
        Ok(order)
    }

    fn cycle(&self, start: usize, stack: &[(usize, usize)]) -> Flaw {
        let path = stack.iter().map(|(node, _)| *node).skip_while(|node| *node != start);
        let mut ids: Vec<&str> = path.map(|node| self.id(node)).collect();
        ids.push(self.id(start));
        let what = format!("the revisions come after each other in a circle: {}", ids.join(" → "));
        Flaw { node: start, key: "down_revision", what }
    }
}

fn turned(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut turned = vec![Vec::new(); edges.len()];
    for (from, ends) in edges.iter().enumerate() {
        for to in ends {
            turned[*to].push(from);
        }
    }
    turned
}

fn reach(edges: &[Vec<usize>], seeds: impl IntoIterator<Item = usize>) -> Set {
    let mut reached = Set::new();
    let mut stack: Vec<usize> = seeds.into_iter().collect();
    while let Some(node) = stack.pop() {
        if reached.insert(node) {
            stack.extend(&edges[node]);
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::Graph;
    use super::threads::nodes;

    #[test]
    fn what_is_no_graph_is_named() {
        #[track_caller]
        fn case(lines: &[&str], node: usize, key: &str, what: &str) {
            let flaw = Graph::new(nodes(lines)).unwrap_err();
            assert_eq!((flaw.node, flaw.key, flaw.what.as_str()), (node, key, what));
        }
        let circle = "the revisions come after each other in a circle: ";
        case(&["a <- x"], 0, "down_revision", "down_revision `x` does not exist");
        case(&["a : x"], 0, "depends_on", "depends_on `x` does not exist");
        case(&["a", "a"], 1, "revision", "revision `a` exists twice");
        case(&["a #b", "b"], 0, "branch_labels", "the label `b` is taken");
        case(&["a <- a"], 0, "down_revision", &format!("{circle}a → a"));
        case(
            &["r", "a <- r, c", "b <- a", "c : b"],
            1,
            "down_revision",
            &format!("{circle}a → c → b → a"),
        );
    }
}
