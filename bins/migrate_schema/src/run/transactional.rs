//! A revision in one transaction, its row in the version table and its journal included.

use std::time::Instant;

use common::{Result, script};

use super::retry::with_retries;
use super::{Runner, Work};
use crate::journal::{self, Entry};

pub(super) fn run(runner: &mut Runner, work: &Work) -> Result<()> {
    with_retries(runner, |runner| attempt(runner, work))
}

fn attempt(runner: &mut Runner, work: &Work) -> Result<()> {
    let (id, direction) = (work.file.node.id.as_str(), work.step.direction.word());
    let start = Instant::now();
    let begin = format!("{} {}BEGIN", runner.clean_slate(), work.file.set_settings());
    runner.session.batch(&begin)?;
    let mut entries = Vec::with_capacity(work.statements.len() + 1);
    for (index, statement) in work.statements.iter().enumerate() {
        let sql = work.file.script.sql(statement);
        let started = Instant::now();
        runner.session.batch(sql).map_err(|error| work.file.script.locate(statement, error))?;
        entries.push(Entry {
            revision: id,
            direction,
            statement: Some(index + 1),
            checksum: Some(script::checksum(sql)),
            started,
            took: Some(started.elapsed()),
        });
    }
    entries.push(whole(work, start));
    // A constraint that is checked at the end makes the commit fail, as a whole.
    let end = format!(
        "RESET SESSION AUTHORIZATION; RESET ROLE;\n{}{};\nCOMMIT",
        journal::change_rows(&runner.version_table, &work.step.rows),
        journal::insert(&entries),
    );
    let path = work.file.script.path.display();
    runner.session.batch(&end).map_err(|error| error.at(path, None))
}

/// The journal's line for the revision as a whole.
pub(super) fn whole<'a>(work: &'a Work, started: Instant) -> Entry<'a> {
    Entry {
        revision: &work.file.node.id,
        direction: work.step.direction.word(),
        statement: None,
        checksum: Some(work.file.checksum()),
        started,
        took: Some(started.elapsed()),
    }
}
