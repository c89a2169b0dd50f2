//! lint: what revisions would do to those who work meanwhile, and to what they stored.
//!
//! The rules, and the parser behind them, are squawk's; ours is what it cannot know: that a table
//! of an earlier revision of the same chain is new, and how revisions share transactions.

mod accepted; // comments that say: this is meant
mod chain; //    what earlier revisions made, and nobody uses yet
mod find; //     the rules over one file
mod names; //    what a statement touches
mod own; //      rules that squawk has not
mod words; //    what a rule found, and the safe form

use common::{Database, Outcome, Result, Session, Terms, note, progress, say};
use serde_json::{Value, json};

use crate::graph::plan::Direction;
use crate::graph::{Set, target};
use crate::revision::Revision;
use crate::revisions::Revisions;
use crate::{report, version};
use chain::Chain;
use find::Hazard;

/// Looks through the upgrades of a range of revisions, of one, or of all; with a database only at
/// those that it does not have yet. Prints each hazard with its place and the safe form.
///
/// # Errors
/// A revision holds what none may hold, or the database cannot be asked.
pub fn lint(
    revisions: &Revisions,
    range: Option<&str>,
    pending: Option<&Database>,
    json: bool,
) -> Result<Outcome> {
    let graph = &revisions.graph;
    let mut chosen = match range {
        Some(one) if !one.contains(':') => Set::from([target::resolve(graph, one)?]),
        range => report::within(graph, range)?,
    };
    if let Some(database) = pending {
        let rows = version::rows(&mut Session::open(database, Terms::Users)?)?;
        chosen = &chosen - &version::applied(revisions, &rows, database)?;
    }
    let found = hazards(revisions, &chosen)?;
    let count = |number: usize, noun: &str| {
        progress::count(i64::try_from(number).unwrap_or(i64::MAX), noun)
    };
    if json {
        report::print_array(found.iter().map(|(file, hazard)| object(file, hazard)));
    } else {
        for (file, hazard) in &found {
            println!("{}", line(file, hazard));
        }
        let hazards =
            if found.is_empty() { "no hazard".into() } else { count(found.len(), "hazard") };
        say(format_args!("{hazards} in {}", count(chosen.len(), "revision")));
    }
    if !found.is_empty() {
        note("`-- squawk-ignore RULE -- REASON` above a statement accepts what is meant");
    }
    Ok(if found.is_empty() { Outcome::Done } else { Outcome::FellShort })
}

/// In the order in which the revisions would run.
fn hazards<'a>(revisions: &'a Revisions, chosen: &Set) -> Result<Vec<(&'a Revision, Hazard)>> {
    let mut chain = Chain::default();
    let mut found = Vec::new();
    for index in revisions.graph.in_order(chosen) {
        let file = revisions.file(index);
        // What could not run at all is an error, not a hazard.
        file.statements(Direction::Upgrade)?;
        found.extend(find::hazards(file, &mut chain).into_iter().map(|hazard| (file, hazard)));
    }
    Ok(found)
}

/// Line and column, from 1, in characters.
fn place(file: &Revision, hazard: &Hazard) -> (usize, usize) {
    let before = &file.script.text[..hazard.at];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (file.script.line(hazard.at), before[line_start..].chars().count() + 1)
}

/// `file:line:column: what (lock) [rule]`, and the safe form below.
fn line(file: &Revision, hazard: &Hazard) -> String {
    let (line, column) = place(file, hazard);
    let lock = hazard.lock.map(|lock| format!(" ({lock} lock)")).unwrap_or_default();
    let path = file.script.path.display();
    let Hazard { what, rule, hint, .. } = hazard;
    format!("{path}:{line}:{column}: {what}{lock} [{rule}]\n  hint: {hint}")
}

fn object(file: &Revision, hazard: &Hazard) -> Value {
    let (line, column) = place(file, hazard);
    json!({
        "revision": file.node.id,
        "path": file.script.path.display().to_string(),
        "line": line,
        "column": column,
        "rule": hazard.rule,
        "relation": hazard.name,
        "lock": hazard.lock,
        "message": hazard.what,
        "hint": hazard.hint,
    })
}
