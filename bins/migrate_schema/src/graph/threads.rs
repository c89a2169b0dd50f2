//! Graphs that went wrong elsewhere, by the number of the thread in Alembic's tracker, and the
//! words that people use for where to go.

use std::collections::BTreeSet;

use super::plan::{Direction, steps};
use super::{Graph, Node, target};

/// A line each: `id <- down, down : depends_on #label`.
pub(super) fn nodes(lines: &[&str]) -> Vec<Node> {
    let list = |text: &str| {
        text.split(',').map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned).collect()
    };
    let nodes = lines.iter().map(|line| {
        let (line, labels) = line.split_once('#').unwrap_or((line, ""));
        let (line, depends_on) = line.split_once(':').unwrap_or((line, ""));
        let (id, down) = line.split_once("<-").unwrap_or((line, ""));
        let id = id.trim().to_owned();
        let message = format!("makes {id}");
        Node { id, down: list(down), depends_on: list(depends_on), labels: list(labels), message }
    });
    nodes.collect()
}

fn graph(lines: &[&str]) -> Graph {
    Graph::new(nodes(lines)).unwrap()
}

/// A database that only knows its version rows.
struct Walk {
    graph: Graph,
    rows: BTreeSet<String>,
}

impl Walk {
    fn new(lines: &[&str]) -> Walk {
        Walk { graph: graph(lines), rows: BTreeSet::new() }
    }

    /// Goes there and says what ran and which rows are left: `+a +b = b`.
    #[track_caller]
    fn case(&mut self, direction: Direction, target: &str, expected: &str) {
        let applied = self.graph.ancestors(self.rows.iter().filter_map(|r| self.graph.find(r)));
        let wanted = match direction {
            Direction::Upgrade => target::upgrade(&self.graph, &applied, target),
            Direction::Downgrade => target::downgrade(&self.graph, &applied, target),
        };
        let said = match wanted {
            Err(error) => error.primary().to_owned(),
            Ok(wanted) => {
                let mut said = String::new();
                for step in steps(&self.graph, &self.rows, &applied, &wanted) {
                    let sign = if step.direction == Direction::Upgrade { '+' } else { '-' };
                    said.push_str(&format!("{sign}{} ", self.graph.id(step.revision)));
                    self.rows.retain(|row| !step.rows.remove.contains(row));
                    self.rows.extend(step.rows.add);
                }
                let rows: Vec<&str> = self.rows.iter().map(String::as_str).collect();
                format!("{said}= {}", rows.join(" "))
            }
        };
        assert_eq!(said.trim_end(), expected, "{} {target}", direction.word());
    }

    #[track_caller]
    fn up(&mut self, target: &str, expected: &str) {
        self.case(Direction::Upgrade, target, expected);
    }

    #[track_caller]
    fn down(&mut self, target: &str, expected: &str) {
        self.case(Direction::Downgrade, target, expected);
    }
}

/// "downgrade with dependencies leaves revision table in broken state"
#[test]
fn alembic_789_a_downgrade_of_a_dependent_branch_can_be_upgraded_again() {
    let mut walk = Walk::new(&[
        "a1",
        "a2 <- a1",
        "a3 <- a2",
        "a4 <- a3",
        "a5 <- a4",
        "a6 <- a5",
        "b1",
        "b2 <- b1 : a3",
        "b3 <- b2 : a6",
        "b4 <- b3 : a6",
    ]);
    walk.up("heads", "+a1 +a2 +a3 +a4 +a5 +a6 +b1 +b2 +b3 +b4 = b4");
    walk.down("b3", "-b4 = b3");
    walk.up("heads", "+b4 = b4");
    walk.down("-2", "-b4 -b3 = a6 b2");
    walk.up("heads", "+b3 +b4 = b4");
    walk.down("a3", "-b4 -b3 -a6 -a5 -a4 = b2");
    walk.down("a1", "-b2 -a3 -a2 = a1 b1");
}

/// "Cannot upgrade branch with dependency"
#[test]
fn alembic_1107_a_branch_that_depends_on_another_can_be_upgraded_further() {
    let mut walk = Walk::new(&["b0", "b1 <- b0", "a0", "a1 <- a0 : b1", "a2 <- a1", "b2 <- b1"]);
    walk.up("a1", "+a0 +b0 +b1 +a1 = a1");
    walk.up("b1", "= a1");
    walk.up("b2", "+b2 = a1 b2");
    walk.up("heads", "+a2 = a2 b2");
}

/// "Downgrading to depends_on migration causes … overlaps with other requested revisions"
#[test]
fn alembic_1373_an_unmerge_leaves_no_row_that_another_implies() {
    let mut walk = Walk::new(&["a1", "b1 : a1", "merge <- a1, b1"]);
    walk.up("heads", "+a1 +b1 +merge = merge");
    walk.down("-1", "-merge = b1");
    walk.up("merge", "+merge = merge");
    walk.down("b1", "-merge = b1");
    walk.up("head", "+merge = merge");
}

/// "Not a valid downgrade target from current heads", and #838, "Can not longer downgrade base"
#[test]
fn alembic_839_a_downgrade_to_where_one_is_does_nothing() {
    let mut walk = Walk::new(&["a", "b <- a"]);
    walk.down("base", "=");
    walk.up("head", "+a +b = b");
    walk.down("head", "= b");
    walk.down("b", "= b");
    walk.down("base", "-b -a =");
    walk.down("b", "revision b is not applied");
}

#[test]
fn an_ancestor_that_was_merged_late_is_applied() {
    let mut walk = Walk::new(&["a", "b <- a", "c <- b"]);
    walk.up("head", "+a +b +c = c");
    walk.graph = graph(&["a", "b <- a", "c <- b", "late <- a", "merge <- c, late"]);
    walk.up("head", "+late +merge = merge");
}

#[test]
fn rows_that_another_tool_left_redundant_are_mended() {
    let mut walk = Walk::new(&["a", "b <- a", "c <- b"]);
    walk.rows = BTreeSet::from(["a".to_owned(), "b".to_owned()]);
    walk.up("head", "+c = c");
}

#[test]
fn places_are_named_as_in_alembic() {
    let lines = [
        "base1",
        "aa1 <- base1 #left",
        "aa2 <- aa1",
        "bb1 <- base1 #right",
        "bb2 <- bb1",
        "bb3 <- bb2",
    ];
    let mut walk = Walk::new(&lines);
    walk.up("head", "two heads: aa2 \"makes aa2\" and bb3 \"makes bb3\"");
    walk.up("+1", "+base1 = base1");
    walk.up("+1", "`+1` is ambiguous: the next may be aa1 \"makes aa1\" and bb1 \"makes bb1\"");
    walk.up("left@+1", "+aa1 = aa1");
    walk.up("right@head", "+bb1 +bb2 +bb3 = aa1 bb3");
    walk.up("aa", "`aa` is the beginning of aa1 \"makes aa1\" and aa2 \"makes aa2\"");
    walk.up("bb1+9", "`bb1+9` leads out of the graph");
    walk.up("nope", "no revision is named or begins with `nope`");
    walk.up("aa1+1", "+aa2 = aa2 bb3");
    walk.up("+1", "1 revision asked for, 0 to apply");
    walk.up("base", "an upgrade cannot lead to `base`");
    walk.up("-1", "an upgrade cannot go back 1 revision");
    walk.down("-1", "`-1` is ambiguous: the next may be aa2 \"makes aa2\" and bb3 \"makes bb3\"");
    walk.down("right@-1", "-bb3 = aa2 bb2");
    walk.down("bb2-1", "-bb2 = aa2 bb1");
    walk.down("left@base", "-aa2 -aa1 = bb1");
    walk.up("heads", "+aa1 +aa2 +bb2 +bb3 = aa2 bb3");
    walk.down("right@base1", "-bb3 -bb2 -bb1 = aa2");
    walk.down("ba", "-aa2 -aa1 = base1");
}

#[test]
fn a_stamp_is_an_upgrade_and_a_downgrade_that_did_not_run() {
    let graph = graph(&["a", "b <- a", "c <- a", "merge <- b, c"]);
    let stamped = |from: &str, to: &str| {
        let applied = graph.ancestors(from.split_whitespace().filter_map(|id| graph.find(id)));
        let stamped = target::stamp(&graph, &applied, to).unwrap();
        let heads = graph.minimal_heads(&stamped);
        heads.into_iter().map(|r| graph.id(r)).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(stamped("", "c"), "c");
    assert_eq!(stamped("b", "c"), "b c");
    assert_eq!(stamped("merge", "b"), "b c");
    assert_eq!(stamped("merge", "a"), "a");
    assert_eq!(stamped("b", "base"), "");
    assert_eq!(stamped("b", "heads"), "merge");
}
