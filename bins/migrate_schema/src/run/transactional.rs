//! A revision in one transaction, its row in the version table and its journal included.

use std::time::Instant;

use common::Result;

use super::{OWN_ROLE, Runner, Work};
use crate::journal::{self, Entry, Time};

pub(super) fn run(runner: &mut Runner, work: &Work) -> Result<()> {
    runner.patiently(|runner| attempt(runner, work))
}

/// A revision of one statement is one message. Of several, the end is a message of its own, so that
/// a constraint which only the commit looks at is not blamed on the last statement.
fn attempt(runner: &mut Runner, work: &Work) -> Result<()> {
    let set = work.file.set_settings();
    let leaves_settings = set.is_empty() && work.leaves_settings();
    let begin = format!("{}{set}BEGIN;\n", runner.clean_slate());
    if let [only] = &work.statements[..] {
        let end = end(runner, work, &[entry(work, 0, Time::ThisMessage), whole(work)]);
        runner.send(work, only, &begin, &format!(";\n{end}"))?;
        runner.is_clean = leaves_settings;
        return Ok(());
    }
    let mut entries = Vec::with_capacity(work.statements.len() + 1);
    let mut before = begin;
    for (index, statement) in work.statements.iter().enumerate() {
        let started = Instant::now();
        runner.send(work, statement, &before, "")?;
        before.clear();
        entries.push(entry(work, index, Time::Took { started, took: started.elapsed() }));
    }
    entries.push(whole(work));
    let end = format!("{before}{}", end(runner, work, &entries));
    let path = work.file.script.path.display();
    runner.session.batch(&end).map_err(|error| error.at(path, None))?;
    runner.is_clean = leaves_settings;
    Ok(())
}

/// What makes the revision applied, or undone.
fn end(runner: &Runner, work: &Work, entries: &[Entry]) -> String {
    let own_role = if work.leaves_settings() { "" } else { OWN_ROLE };
    format!(
        "{own_role}\n{}{};\nCOMMIT",
        journal::change_rows(&runner.version_table, &work.step.rows),
        journal::insert(entries),
    )
}

fn entry<'a>(work: &'a Work, index: usize, time: Time) -> Entry<'a> {
    Entry {
        revision: &work.file.node.id,
        direction: work.step.direction.word(),
        statement: Some(index + 1),
        checksum: Some(sql_script::checksum(work.file.script.sql(&work.statements[index]))),
        time,
    }
}

/// The journal's line for the revision as a whole.
fn whole<'a>(work: &'a Work) -> Entry<'a> {
    Entry {
        revision: &work.file.node.id,
        direction: work.step.direction.word(),
        statement: None,
        checksum: Some(work.file.checksum()),
        time: Time::ThisTransaction,
    }
}
