//! A revision without a transaction, for what the server refuses inside of one: each statement is
//! journalled, and a killed run goes on at the one that had not finished.
//!
//! What may run in a transaction shares one with its journal line, so that it runs exactly once.
//! What may not is journalled before and after; where the end is unknown, the catalog is asked.
//!
//! Known limit: under a role that the file itself SET, the journal must be writable.

use std::time::Instant;

use common::Result;
use sql_script::Statement;
use sql_script::concurrently::Former;

use super::{OWN_ROLE, Runner, Work};
use crate::journal::{self, Entry, Time};

pub(super) fn run(runner: &mut Runner, work: &Work) -> Result<()> {
    let start = Instant::now();
    let clean = format!("{}{}", runner.clean_slate(), work.file.set_settings());
    runner.session.batch(&clean)?;
    for (index, statement) in work.statements.iter().enumerate() {
        let number = index + 1;
        let sql = work.file.script.sql(statement);
        // What was set for the session is set again; it is gone with the session that died.
        if is_finished(work, number) && !is_setting(sql) {
            continue;
        }
        let result = if statement.alone {
            alone(runner, work, number, statement)
        } else {
            runner.patiently(|runner| in_transaction(runner, work, number, statement))
        };
        let count = work.statements.len();
        result.map_err(|error| {
            let place = format!("at statement {number} of {count}; those before it stay");
            error.detail(format!("revision {} stopped {place}", work.file.node.id))
        })?;
    }
    let end = format!(
        "{OWN_ROLE} BEGIN;\n{}{};\nCOMMIT",
        journal::change_rows(&runner.version_table, &work.step.rows),
        journal::insert(&[whole(work, start)]),
    );
    runner.session.batch(&end)
}

fn whole<'a>(work: &'a Work, started: Instant) -> Entry<'a> {
    Entry {
        revision: &work.file.node.id,
        direction: work.step.direction.word(),
        statement: None,
        checksum: Some(work.file.checksum()),
        time: Time::Took { started, took: started.elapsed() },
    }
}

fn is_finished(work: &Work, number: usize) -> bool {
    work.unfinished.is_some_and(|unfinished| unfinished.finished.contains_key(&number))
}

/// The journal's line that a former run wrote before this very statement.
fn begun(work: &Work, number: usize, sql: &str) -> Option<i64> {
    let (checksum, id) = work.unfinished?.begun.get(&number)?;
    (*checksum == sql_script::checksum(sql)).then_some(*id)
}

fn is_setting(sql: &str) -> bool {
    let first = sql.split_whitespace().next().unwrap_or_default();
    first.eq_ignore_ascii_case("set") || first.eq_ignore_ascii_case("reset")
}

fn in_transaction(
    runner: &mut Runner,
    work: &Work,
    number: usize,
    statement: &Statement,
) -> Result<()> {
    let line = entry(work, number, statement, Time::ThisMessage);
    let end = format!(";\n{}; COMMIT", journal::insert(&[line]));
    runner.send(work, statement, "BEGIN;\n", &end)
}

fn alone(runner: &mut Runner, work: &Work, number: usize, statement: &Statement) -> Result<()> {
    let script = &work.file.script;
    let sql = script.sql(statement);
    let started = Instant::now();
    let before = begun(work, number, sql);
    let id = match before {
        Some(id) => id,
        None => {
            let line = entry(work, number, statement, Time::Begins);
            let insert = format!("{} RETURNING id", journal::insert(&[line]));
            runner.session.query_one(&insert, &[])?.get(0)
        }
    };
    let former = if before.is_some() { Former::Begun } else { Former::No };
    runner.send_alone(work, statement, former)?;
    runner.session.batch(&journal::finish(id, started))
}

fn entry<'a>(work: &'a Work, number: usize, statement: &Statement, time: Time) -> Entry<'a> {
    Entry {
        revision: &work.file.node.id,
        direction: work.step.direction.word(),
        statement: Some(number),
        checksum: Some(sql_script::checksum(work.file.script.sql(statement))),
        time,
    }
}
