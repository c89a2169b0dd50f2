//! Runs one revision in one direction: all or nothing, or statement by statement.

mod probe;
mod resumable;
mod retry;
mod transactional;

use std::time::{Duration, Instant};

use common::script::{self, Statement};
use common::{Database, Result, Session};

use crate::args::Patience;
use crate::graph::plan::Step;
use crate::journal::Unfinished;
use crate::revision::Revision;

/// The session that does the work, and how it goes about it.
pub struct Runner<'a> {
    pub session: Session,
    pub database: &'a Database,
    pub patience: &'a Patience,
    pub version_table: String,
    /// Ends a statement whose client was killed, where the server can (PostgreSQL 14, Linux).
    watches_client: bool,
    pid: i32,
}

/// One revision to run.
pub struct Work<'a> {
    pub file: &'a Revision,
    pub statements: Vec<Statement>,
    pub step: &'a Step,
    pub unfinished: Option<&'a Unfinished>,
}

impl Work<'_> {
    /// Statements that ran are facts; those that did not may still be mended.
    ///
    /// # Errors
    /// A statement that ran before a former run was stopped has been edited since.
    pub fn checked(self) -> Result<Self> {
        let script = &self.file.script;
        for (number, ran) in self.unfinished.iter().flat_map(|unfinished| &unfinished.finished) {
            let statement = self.statements.get(number - 1);
            if statement.is_none_or(|found| script::checksum(script.sql(found)) != *ran) {
                let line = statement.map_or(1, |statement| statement.line);
                return Err(script
                    .refuse(line, format_args!("statement {number} was edited after it ran"))
                    .hint("Restore it; only statements that have not run yet may be mended. Nothing was run."));
            }
        }
        Ok(self)
    }
}

impl<'a> Runner<'a> {
    pub fn new(
        mut session: Session,
        database: &'a Database,
        patience: &'a Patience,
        version_table: String,
    ) -> Result<Runner<'a>> {
        let watches_client = session.batch("SET client_connection_check_interval = '1s'").is_ok();
        let pid = session.query_one("SELECT pg_backend_pid()", &[])?.get(0);
        Ok(Runner { session, database, patience, version_table, watches_client, pid })
    }

    /// # Errors
    /// The place in the file, and PostgreSQL's words. Of a transactional revision nothing stays;
    /// of another one what came before the failed statement does, and is journalled.
    pub fn run(&mut self, work: &Work) -> Result<Duration> {
        let start = Instant::now();
        if work.file.transactional {
            transactional::run(self, work)?;
        } else {
            resumable::run(self, work)?;
        }
        Ok(start.elapsed())
    }

    /// Whatever a revision set for its session ends with it, so that revisions run alone and in
    /// a row do the same.
    fn clean_slate(&self) -> String {
        let watch =
            if self.watches_client { " SET client_connection_check_interval = '1s';" } else { "" };
        format!(
            "RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL; SET lock_timeout = {}; SET statement_timeout = {};{watch}",
            common::identifier::literal(&self.patience.lock_timeout),
            common::identifier::literal(&self.patience.statement_timeout),
        )
    }
}
