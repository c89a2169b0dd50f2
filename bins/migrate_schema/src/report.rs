//! What the graph and the database look like. Writes nothing, and needs no more than SELECT on
//! the version table.

use common::{Database, Error, Result, Session, note};

use crate::graph::{Graph, Set, target};
use crate::revisions::Revisions;
use crate::version;

/// The rows of the version table, with what their files say.
pub fn current(revisions: &Revisions, database: &Database, verbose: bool) -> Result<()> {
    let rows = version::rows(&mut Session::open(database)?)?;
    if rows.is_empty() {
        note(format_args!("no revision is applied to {database}"));
    }
    for row in rows {
        match revisions.graph.find(&row) {
            Some(index) => println!("{}", line(revisions, index, &[], verbose)),
            None => println!("{row} (no file in {})", revisions.folder.display()),
        }
    }
    Ok(())
}

/// Newest first: each revision with what it comes after.
pub fn history(
    revisions: &Revisions,
    range: Option<&str>,
    database: Option<&Database>,
    verbose: bool,
) -> Result<()> {
    let graph = &revisions.graph;
    let mut marked = Vec::new();
    if let Some(database) = database {
        let rows = version::rows(&mut Session::open(database)?)?;
        marked.extend(rows.iter().filter_map(|row| graph.find(row)));
    }
    let shown = within(graph, range)?;
    for index in graph.in_order(&shown).into_iter().rev() {
        let down = graph.node(index).down.join(", ");
        let down = if down.is_empty() { "<base>" } else { &down };
        println!("{down} -> {}", line(revisions, index, &marked, verbose));
    }
    Ok(())
}

/// `A:B`: what `upgrade B` would run on a database at A.
fn within(graph: &Graph, range: Option<&str>) -> Result<Set> {
    let Some(range) = range else { return Ok(graph.all()) };
    let Some((from, to)) = range.split_once(':') else {
        return Err(Error::usage(format!("`{range}` is no range"))
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

pub fn heads(revisions: &Revisions, verbose: bool) -> Result<()> {
    for head in revisions.graph.heads() {
        println!("{}", line(revisions, head, &[], verbose));
    }
    Ok(())
}

pub fn branches(revisions: &Revisions) -> Result<()> {
    let graph = &revisions.graph;
    let points: Set = (0..graph.len()).filter(|index| graph.up(*index).len() > 1).collect();
    for point in graph.in_order(&points) {
        println!("{}", line(revisions, point, &[], false));
        for next in graph.up(point) {
            println!("  -> {}", line(revisions, *next, &[], false));
        }
    }
    Ok(())
}

pub fn show(revisions: &Revisions, name: &str) -> Result<()> {
    let graph = &revisions.graph;
    let index = target::resolve(graph, name)?;
    let (node, file) = (graph.node(index), revisions.file(index));
    let or_none = |names: &[String]| match names {
        [] => "none".to_owned(),
        some => some.join(", "),
    };
    let next: Vec<String> = graph.up(index).iter().map(|next| graph.id(*next).to_owned()).collect();
    println!("revision:      {}{}", node.id, marks(graph, index, &[]));
    println!("message:       {}", node.message);
    println!("comes after:   {}", or_none(&node.down));
    println!("depends on:    {}", or_none(&node.depends_on));
    println!("labels:        {}", or_none(&node.labels));
    println!("before:        {}", or_none(&next));
    println!("transaction:   {}", if file.transactional { "on" } else { "off" });
    println!("file:          {}", file.script.path.display());
    Ok(())
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
