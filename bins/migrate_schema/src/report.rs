//! What the graph and the database look like. Writes nothing, and needs no more than SELECT on
//! the version table.

use common::{Database, Error, Result, Session, Terms, note};
use serde_json::{Value, json};

use crate::graph::{Graph, Set, target};
use crate::revisions::Revisions;
use crate::version;

pub struct Report<'a> {
    revisions: &'a Revisions,
    graph: &'a Graph,
    verbose: bool,
    json: bool,
}

/// One line of a list.
struct Item {
    /// The row's or the revision's id.
    id: String,
    /// `None` where no file has it.
    index: Option<usize>,
    /// What stands before the revision in a list for people.
    before: String,
}

impl<'a> Report<'a> {
    pub fn of(revisions: &'a Revisions, verbose: bool, json: bool) -> Report<'a> {
        Report { revisions, graph: &revisions.graph, verbose, json }
    }

    /// The rows of the version table, with what their files say.
    pub fn current(&self, database: &Database) -> Result<()> {
        let rows = version::rows(&mut Session::open(database, Terms::Users)?)?;
        if rows.is_empty() {
            note(format_args!("no revision is applied to {database}"));
        }
        let item = |id: String| {
            let index = self.graph.find(&id);
            Item { id, index, before: String::new() }
        };
        let items: Vec<Item> = rows.into_iter().map(item).collect();
        // People know what `current` lists; programs read the same keys of every list.
        let found = items.iter().filter_map(|item| item.index.filter(|_| self.json));
        let marked: Vec<usize> = found.collect();
        self.print(items.into_iter(), &marked);
        Ok(())
    }

    /// Newest first: each revision with what it comes after.
    pub fn history(&self, range: Option<&str>, database: Option<&Database>) -> Result<()> {
        let mut marked = Vec::new();
        if let Some(database) = database {
            let rows = version::rows(&mut Session::open(database, Terms::Users)?)?;
            marked.extend(rows.iter().filter_map(|row| self.graph.find(row)));
        }
        let shown = within(self.graph, range)?;
        let item = |index: usize| {
            let down = self.graph.node(index).down.join(", ");
            let down = if down.is_empty() { "<base>" } else { &down };
            self.item(index, &format!("{down} -> "))
        };
        self.print(self.graph.in_order(&shown).into_iter().rev().map(item), &marked);
        Ok(())
    }

    pub fn heads(&self) -> Result<()> {
        self.print(self.graph.heads().into_iter().map(|head| self.item(head, "")), &[]);
        Ok(())
    }

    pub fn branches(&self) -> Result<()> {
        let graph = self.graph;
        let points: Set = (0..graph.len()).filter(|index| graph.up(*index).len() > 1).collect();
        let mut items = Vec::new();
        for point in graph.in_order(&points) {
            items.push(self.item(point, ""));
            if !self.json {
                items.extend(graph.up(point).iter().map(|next| self.item(*next, "  -> ")));
            }
        }
        self.print(items.into_iter(), &[]);
        Ok(())
    }

    pub fn show(&self, name: &str) -> Result<()> {
        let graph = self.graph;
        let index = target::resolve(graph, name)?;
        if self.json {
            self.print(std::iter::once(self.item(index, "")), &[]);
            return Ok(());
        }
        let (node, file) = (graph.node(index), self.revisions.file(index));
        let or_none = |names: &[String]| match names {
            [] => "none".to_owned(),
            some => some.join(", "),
        };
        println!("revision:      {}{}", node.id, marks(graph, index, &[]));
        println!("message:       {}", node.message);
        println!("comes after:   {}", or_none(&node.down));
        println!("depends on:    {}", or_none(&node.depends_on));
        println!("labels:        {}", or_none(&node.labels));
        println!("before:        {}", or_none(&self.next(index)));
        println!("transaction:   {}", if file.transactional { "on" } else { "off" });
        println!("file:          {}", file.script.path.display());
        Ok(())
    }

    fn item(&self, index: usize, before: &str) -> Item {
        let id = self.graph.id(index).to_owned();
        Item { id, index: Some(index), before: before.to_owned() }
    }

    fn next(&self, index: usize) -> Vec<String> {
        self.graph.up(index).iter().map(|next| self.graph.id(*next).to_owned()).collect()
    }

    fn print(&self, items: impl Iterator<Item = Item>, current: &[usize]) {
        if self.json {
            return print_array(items.map(|item| self.object(&item, current)));
        }
        for item in items {
            let text = match item.index {
                Some(index) => line(self.revisions, index, current, self.verbose),
                None => format!("{} (no file in {})", item.id, self.revisions.folder.display()),
            };
            println!("{}{text}", item.before);
        }
    }

    /// The same keys for every verb; `path` is null where no file has the revision.
    fn object(&self, item: &Item, current: &[usize]) -> Value {
        let Some(index) = item.index else { return json!({"revision": item.id, "path": null}) };
        let (node, file) = (self.graph.node(index), self.revisions.file(index));
        json!({
            "revision": node.id,
            "message": node.message,
            "down_revision": node.down,
            "depends_on": node.depends_on,
            "branch_labels": node.labels,
            "next": self.next(index),
            "head": self.graph.up(index).is_empty(),
            "current": current.contains(&index),
            "transaction": file.transactional,
            "path": file.script.path.display().to_string(),
        })
    }
}

/// A JSON array, an object per line.
pub(crate) fn print_array(objects: impl Iterator<Item = Value>) {
    let lines: Vec<String> = objects.map(|object| format!("  {object}")).collect();
    if lines.is_empty() {
        println!("[]");
    } else {
        println!("[\n{}\n]", lines.join(",\n"));
    }
}

/// `A:B`: what `upgrade B` would run on a database at A.
pub(crate) fn within(graph: &Graph, range: Option<&str>) -> Result<Set> {
    let Some(range) = range else { return Ok(graph.all()) };
    let Some((from, to)) = range.split_once(':') else {
        return Err(Error::usage(format!("`{range}` is not a range"))
            .hint("A range is FROM:TO, such as `base:head` or `4ad1:`."));
    };
    let from = match from {
        "" | "base" => Set::new(),
        revision => graph.ancestors([target::resolve(graph, revision)?]),
    };
    let to = match to {
        "" | "heads" => graph.all(),
        revision => graph.ancestors([target::resolve(graph, revision)?]),
    };
    Ok(&to - &from)
}

/// `8c1f0e2a77b3 (coupons) (head), add coupons`.
fn line(revisions: &Revisions, index: usize, current: &[usize], verbose: bool) -> String {
    let node = revisions.graph.node(index);
    let marks = marks(&revisions.graph, index, current);
    let message =
        if node.message.is_empty() { String::new() } else { format!(", {}", node.message) };
    let path = if verbose {
        format!("\n    {}", revisions.file(index).script.path.display())
    } else {
        String::new()
    };
    format!("{}{marks}{message}{path}", node.id)
}

fn marks(graph: &Graph, index: usize, current: &[usize]) -> String {
    let mut marks = String::new();
    let labels = &graph.node(index).labels;
    if !labels.is_empty() {
        marks.push_str(&format!(" ({})", labels.join(", ")));
    }
    for (holds, mark) in [
        (graph.up(index).is_empty(), " (head)"),
        (graph.up(index).len() > 1, " (branchpoint)"),
        (graph.down(index).len() > 1, " (mergepoint)"),
        (current.contains(&index), " (current)"),
    ] {
        marks.push_str(if holds { mark } else { "" });
    }
    marks
}
