//! Runs one revision in one direction: all or nothing, or statement by statement.

mod resumable;
mod transactional;

use std::time::{Duration, Instant};

use common::{Database, Result, Session};
use sql_script::concurrently::{self, Former};
use sql_script::{Patience, Statement, StatementProgress};

use crate::arguments;
use crate::graph::plan::Step;
use crate::journal::Unfinished;
use crate::revision::Revision;

/// The session that does the work, and how it goes about it.
pub struct Runner<'a> {
    pub session: Session,
    pub database: &'a Database,
    pub patience: &'a arguments::Patience,
    pub version_table: String,
    /// Ends a statement whose client was killed, where the server can (PostgreSQL 14, Linux).
    watches_client: bool,
    pid: i32,
    progress: StatementProgress,
    /// Whether the session's settings and role are as [`Runner::clean_slate`] makes them.
    is_clean: bool,
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
            if statement.is_none_or(|found| sql_script::checksum(script.sql(found)) != *ran) {
                let line = statement.map_or(1, |statement| statement.line);
                return Err(script
                    .refuse(line, format_args!("statement {number} was edited after it ran"))
                    .hint("Restore it; only statements that have not run yet may be changed. Nothing was run."));
            }
        }
        Ok(self)
    }

    /// File and line of a statement.
    fn place(&self, statement: &Statement) -> String {
        format!("{}:{}", self.file.script.path.display(), statement.line)
    }

    /// Whether no statement can change a setting or the role for the session: it only says what
    /// is to exist, and evaluates at most a default or an index expression.
    fn leaves_settings(&self) -> bool {
        const DEFINES: [&str; 7] =
            ["create", "alter", "drop", "comment", "grant", "revoke", "truncate"];
        self.statements.iter().all(|statement| {
            let sql = self.file.script.sql(statement).to_lowercase();
            let first = sql.split_whitespace().next().unwrap_or_default();
            DEFINES.contains(&first) && !sql.contains("select") && !sql.contains("config")
        })
    }
}

impl<'a> Runner<'a> {
    pub fn new(
        mut session: Session,
        database: &'a Database,
        patience: &'a arguments::Patience,
        version_table: String,
    ) -> Result<Runner<'a>> {
        let watches_client = session.batch("SET client_connection_check_interval = '1s'").is_ok();
        let pid = session.query_one("SELECT pg_backend_pid()", &[])?.get(0);
        let progress = StatementProgress::of(database, pid);
        Ok(Runner {
            session,
            database,
            patience,
            version_table,
            watches_client,
            pid,
            progress,
            is_clean: false,
        })
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

    /// Runs one transaction, and again where others held a lock; what failed is rolled back.
    fn patiently(&mut self, mut attempt: impl FnMut(&mut Self) -> Result<()>) -> Result<()> {
        let patience = Patience {
            database: self.database,
            pid: self.pid,
            lock_timeout: &self.patience.lock_timeout,
            retries: self.patience.lock_retries,
        };
        patience.retry(|| {
            attempt(self).inspect_err(|_| {
                // Fails only with the connection, and then the server has rolled back by itself.
                drop(self.session.rollback());
            })
        })
    }

    /// Sends a statement of the file, in one message with what comes before and after it: what is
    /// sent alone costs as much time on the way as a small statement on the server.
    ///
    /// # Errors
    /// At the statement's place in the file.
    fn send(
        &mut self,
        work: &Work,
        statement: &Statement,
        before: &str,
        after: &str,
    ) -> Result<()> {
        let script = &work.file.script;
        let message = format!("{before}{}{after}", script.sql(statement));
        let place = work.place(statement);
        let sent = self.progress.during(place, || self.session.batch(&message));
        sent.map_err(|error| script.locate(statement, error.after(before.chars().count())))
    }

    /// The same of a statement that must come alone, of which a former run may have left a part.
    ///
    /// # Errors
    /// As [`Runner::send`], and those of [`concurrently::run`].
    fn send_alone(&mut self, work: &Work, statement: &Statement, former: Former) -> Result<()> {
        let script = &work.file.script;
        let (sql, place) = (script.sql(statement), work.place(statement));
        let progress = &self.progress;
        let send = |session: &mut Session| progress.during(place, || session.batch(sql));
        let sent = concurrently::run(&mut self.session, sql, statement, former, send);
        sent.map_err(|error| script.locate(statement, error))
    }

    /// Whatever a revision set for its session ends with it, so that revisions run alone and in
    /// a row do the same. Empty where the revisions before left all as it was.
    fn clean_slate(&mut self) -> String {
        if std::mem::replace(&mut self.is_clean, false) {
            return String::new();
        }
        let watch =
            if self.watches_client { " SET client_connection_check_interval = '1s';" } else { "" };
        format!(
            "{OWN_ROLE} RESET ALL; SET lock_timeout = {}; SET statement_timeout = {};{watch}\n",
            common::identifier::literal(&self.patience.lock_timeout),
            common::identifier::literal(&self.patience.statement_timeout),
        )
    }
}

/// The bookkeeping is ours to write, whoever a revision became.
const OWN_ROLE: &str = "RESET SESSION AUTHORIZATION; RESET ROLE;";
