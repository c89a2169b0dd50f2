//! What people write for where to go: `head`, `heads`, `base`, `+2`, `-1`, `4ad1`, `4ad1+1`,
//! `label@head`.

use common::{Error, Result};

use super::{Graph, Set};

/// What is applied after `upgrade TARGET`.
///
/// # Errors
/// The target is not one, or leaves open which of several revisions is meant.
pub fn upgrade(graph: &Graph, applied: &Set, target: &str) -> Result<Set> {
    let goal = match parse(target) {
        Target::Heads => return Ok(graph.all()),
        Target::Base => {
            return Err(Error::usage("an upgrade cannot lead to `base`")
                .hint("`migrate_schema downgrade base` undoes every revision."));
        }
        Target::Relative { branch, by } if by < 0 => {
            return Err(Error::usage(format!("an upgrade cannot go back {}", revisions(-by)))
                .hint(format!("`migrate_schema downgrade {}` does.", relative(branch, by))));
        }
        Target::Relative { branch, by } => return forward(graph, applied, branch, by),
        Target::Head(branch) => head(graph, branch)?,
        Target::Branch { revision, .. } | Target::Revision(revision) => resolve(graph, revision)?,
        Target::BranchBase(_) => {
            return Err(Error::usage(format!("an upgrade cannot lead to `{target}`")));
        }
    };
    Ok(applied | &graph.ancestors([goal]))
}

/// What is applied after `downgrade TARGET`.
///
/// # Errors
/// As [`upgrade`]; and the target is not applied.
pub fn downgrade(graph: &Graph, applied: &Set, target: &str) -> Result<Set> {
    let undone = match parse(target) {
        Target::Base => applied.clone(),
        Target::Relative { branch, by } if by > 0 => {
            return Err(Error::usage(format!("a downgrade cannot go forward {}", revisions(by)))
                .hint(format!("`migrate_schema upgrade {}` does.", relative(branch, by))));
        }
        Target::Relative { branch, by } => return back(graph, applied, branch, -by),
        Target::Heads => {
            let heads = graph.heads();
            return heads
                .into_iter()
                .try_fold(applied.clone(), |kept, head| Ok(&kept - &above(graph, applied, head)?));
        }
        Target::Head(branch) => above(graph, applied, head(graph, branch)?)?,
        Target::Revision(revision) => above(graph, applied, resolve(graph, revision)?)?,
        Target::Branch { branch, revision } => {
            let branch = graph.branch(resolve(graph, branch)?);
            let above = above(graph, applied, resolve(graph, revision)?)?;
            graph.descendants(&above & &branch)
        }
        Target::BranchBase(branch) => graph.descendants(graph.branch(resolve(graph, branch)?)),
    };
    Ok(applied - &undone)
}

/// What counts as applied after `stamp TARGET`: as if it had been upgraded or downgraded to.
///
/// # Errors
/// As [`upgrade`].
pub fn stamp(graph: &Graph, applied: &Set, target: &str) -> Result<Set> {
    let goal = match parse(target) {
        Target::Base => return Ok(Set::new()),
        Target::Heads => return Ok(graph.all()),
        _ => resolve(graph, target)?,
    };
    let undone = graph.descendants(graph.up(goal).iter().copied());
    Ok(&(applied - &undone) | &graph.ancestors([goal]))
}

/// The one revision that is meant: an id, an unambiguous beginning of one, a label, `head`,
/// `label@head`, or one of these with `+N` or `-N`.
///
/// # Errors
/// There is none, or more than one.
pub fn resolve(graph: &Graph, text: &str) -> Result<usize> {
    if let Some(found) = graph.find(text) {
        return Ok(found);
    }
    match parse(text) {
        Target::Heads => return head(graph, None),
        Target::Head(branch) => return head(graph, branch),
        _ => {}
    }
    if let Some((name, by)) = split_offset(text) {
        return walk(graph, resolve(graph, name)?, by, text);
    }
    let begins = |index: &usize| graph.id(*index).starts_with(text);
    let found: Vec<usize> =
        if text.is_empty() { Vec::new() } else { (0..graph.len()).filter(begins).collect() };
    match found[..] {
        [only] => Ok(only),
        [] => Err(Error::usage(format!("no revision is named or begins with `{text}`"))
            .hint("`migrate_schema history` lists them. Nothing was changed.")),
        _ => Err(Error::usage(format!("`{text}` is the beginning of {}", names(graph, &found)))
            .hint("Write more of it. Nothing was changed.")),
    }
}

/// The only head, of the whole graph or of a branch.
///
/// # Errors
/// There are several; merging them is the user's decision.
pub fn head(graph: &Graph, branch: Option<&str>) -> Result<usize> {
    let heads = match branch {
        None => graph.heads(),
        Some(branch) => {
            let branch = graph.branch(resolve(graph, branch)?);
            graph.heads().into_iter().filter(|head| branch.contains(head)).collect()
        }
    };
    match heads[..] {
        [only] => Ok(only),
        [] => Err(Error::usage("there is no revision yet")
            .hint("`migrate_schema revision -m \"…\"` writes the first one.")),
        _ => Err(several_heads(graph, &heads)),
    }
}

/// `two heads: 4ad1 "add coupons" and 9be0 "add refunds"`.
fn several_heads(graph: &Graph, heads: &[usize]) -> Error {
    const WORDS: [&str; 10] =
        ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    let count = WORDS.get(heads.len()).map_or_else(|| heads.len().to_string(), ToString::to_string);
    Error::new(format!("{count} heads: {}", names(graph, heads)))
        .hint("`migrate_schema merge heads -m \"…\"` joins them. Nothing was applied.")
}

/// `4ad1 "add coupons" and 9be0 "add refunds"`.
fn names(graph: &Graph, revisions: &[usize]) -> String {
    let name = |index: &usize| format!("{} \"{}\"", graph.id(*index), graph.node(*index).message);
    let names: Vec<String> = revisions.iter().map(name).collect();
    match names.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        _ => names.concat(),
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Target<'a> {
    Heads,
    Head(Option<&'a str>),
    Base,
    BranchBase(&'a str),
    Relative { branch: Option<&'a str>, by: i64 },
    Branch { branch: &'a str, revision: &'a str },
    Revision(&'a str),
}

fn parse(text: &str) -> Target<'_> {
    let (branch, rest) = match text.split_once('@') {
        Some((branch, rest)) => (Some(branch), rest),
        None => (None, text),
    };
    match (branch, rest) {
        (None, "heads") => Target::Heads,
        (branch, "head" | "heads") => Target::Head(branch),
        (None, "base") => Target::Base,
        (Some(branch), "base") => Target::BranchBase(branch),
        (branch, rest) => match (split_offset(rest), branch) {
            (Some(("", by)), branch) => Target::Relative { branch, by },
            (_, Some(branch)) => Target::Branch { branch, revision: rest },
            (_, None) => Target::Revision(rest),
        },
    }
}

fn relative(branch: Option<&str>, by: i64) -> String {
    branch.map_or_else(|| format!("{by:+}"), |branch| format!("{branch}@{by:+}"))
}

/// `4ad1+2` → `4ad1`, 2.
fn split_offset(text: &str) -> Option<(&str, i64)> {
    let at = text.rfind(['+', '-'])?;
    let digits = &text[at + 1..];
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let by = if is_number { text[at..].parse().ok()? } else { return None };
    Some((&text[..at], by))
}

/// What a return to this revision undoes: what comes directly after it, and all that needs that.
/// As in Alembic, a revision that merely depends on it stays.
fn above(graph: &Graph, applied: &Set, revision: usize) -> Result<Set> {
    if !applied.contains(&revision) {
        return Err(Error::usage(format!("revision {} is not applied", graph.id(revision)))
            .hint("`migrate_schema current` shows where the database is. Nothing was changed."));
    }
    Ok(graph.descendants(graph.up(revision).iter().copied()))
}

/// From one revision up or down its lineage.
fn walk(graph: &Graph, from: usize, by: i64, text: &str) -> Result<usize> {
    let mut at = from;
    for _ in 0..by.abs() {
        at = match if by > 0 { graph.up(at) } else { graph.down(at) } {
            [next] => *next,
            [] => return Err(Error::usage(format!("`{text}` leads out of the graph"))),
            several => {
                return Err(Error::usage(format!(
                    "`{text}` is ambiguous: it may lead to {}",
                    names(graph, several)
                ))
                .hint("Name the revision itself. Nothing was changed."));
            }
        };
    }
    Ok(at)
}

/// Applies the next revision `by` times, as long as there is no choice.
fn forward(graph: &Graph, applied: &Set, branch: Option<&str>, by: i64) -> Result<Set> {
    let within = lineage(graph, branch)?;
    let mut now = applied.clone();
    for done in 0..by {
        let ready = |index: &usize| {
            !now.contains(index) && graph.parents(*index).iter().all(|p| now.contains(p))
        };
        let next: Vec<usize> = within.iter().copied().filter(ready).collect();
        match next[..] {
            [only] => now.insert(only),
            [] => return Err(too_few(by, done, "to apply")),
            _ => return Err(ambiguous(graph, by, &next)),
        };
    }
    Ok(now)
}

/// Undoes the last revision `by` times, as long as there is no choice.
fn back(graph: &Graph, applied: &Set, branch: Option<&str>, by: i64) -> Result<Set> {
    let within = lineage(graph, branch)?;
    let mut now = applied.clone();
    for done in 0..by {
        let heads = graph.minimal_heads(&now);
        let last: Vec<usize> = heads.into_iter().filter(|h| within.contains(h)).collect();
        match last[..] {
            [only] => now.remove(&only),
            [] => return Err(too_few(by, done, "to undo")),
            _ => return Err(ambiguous(graph, -by, &last)),
        };
    }
    Ok(now)
}

fn lineage(graph: &Graph, branch: Option<&str>) -> Result<Set> {
    match branch {
        None => Ok(graph.all()),
        Some(branch) => {
            let revision = resolve(graph, branch)?;
            Ok(&graph.ancestors([revision]) | &graph.descendants([revision]))
        }
    }
}

fn too_few(by: i64, found: i64, purpose: &str) -> Error {
    Error::usage(format!("{} asked for, {found} {purpose}", revisions(by)))
        .hint("Nothing was changed.")
}

fn revisions(number: i64) -> String {
    common::progress::count(number, "revision")
}

fn ambiguous(graph: &Graph, by: i64, choice: &[usize]) -> Error {
    Error::usage(format!("`{by:+}` is ambiguous: the next may be {}", names(graph, choice)))
        .hint(format!("Name the revision, or a branch as in `LABEL@{by:+}`. Nothing was changed."))
}
