//! The schema files by two sessions at once: plain indexes, often a third of the work, are made by
//! the second one, behind the tables that the first one makes.
//!
//! A plain index has a name of its own and is not unique, so no statement that makes a table or a
//! constraint can tell whether it is there yet. All other statements wait until the second session
//! is through. There each index is a transaction of its own, so that the two never wait for each
//! other in a circle.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use common::{Error, Result, Session};

use super::Files;
use super::words::{is_given, words_all};

/// From so many indexes on a second session is worth its while.
const WORTH: usize = 50;
/// Statements in one transaction of the first session.
const CHUNK: usize = 40;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lane {
    First,
    Second,
    /// The first, once the second has nothing left to do.
    Alone,
}

enum Work<'a> {
    Run(&'a str),
    /// To be answered when all before it is done.
    Report(Sender<()>),
}

/// Statements in their order.
pub struct Lanes<'a>(Vec<(&'a str, Lane)>);

impl<'a> Lanes<'a> {
    /// `None` where one session does as well, or where a statement may change what the next ones
    /// mean, as SET does.
    pub fn of(files: &'a Files, given: &[String]) -> Option<Lanes<'a>> {
        if files.own < files.files.len() {
            return None;
        }
        let mut statements = Vec::new();
        for file in &files.files {
            for statement in file.statements.iter() {
                let sql = file.script.sql(statement);
                if !is_given(sql, given) {
                    statements.push((sql, lane(sql).filter(|_| !statement.alone)?));
                }
            }
        }
        let behind = statements.iter().filter(|(_, lane)| *lane == Lane::Second).count();
        (behind >= WORTH).then_some(Lanes(statements))
    }

    /// Runs them.
    ///
    /// # Errors
    /// One failed, and some that come after it may be done. Which one it is, one session tells.
    pub fn run(&self, first: &mut Session, second: &mut Session) -> Result<()> {
        let (orders, work) = channel();
        thread::scope(|scope| {
            let second = scope.spawn(move || follow(second, work));
            let led = self.lead(first, &orders);
            drop(orders);
            led.and(second.join().expect("following does not panic"))
        })
    }

    fn lead(&self, session: &mut Session, orders: &Sender<Work<'a>>) -> Result<()> {
        let mut chunk = Chunk::default();
        for (sql, lane) in &self.0 {
            match lane {
                Lane::First => chunk.tables.push(sql),
                Lane::Second => chunk.indexes.push(sql),
                Lane::Alone => {
                    chunk.run(session, orders)?;
                    meet(orders)?;
                    session.batch(sql)?;
                }
            }
            if chunk.tables.len() == CHUNK {
                chunk.run(session, orders)?;
            }
        }
        chunk.run(session, orders)?;
        meet(orders)
    }
}

#[derive(Default)]
struct Chunk<'a> {
    tables: Vec<&'a str>,
    /// To be made once the tables are committed.
    indexes: Vec<&'a str>,
}

impl<'a> Chunk<'a> {
    fn run(&mut self, session: &mut Session, orders: &Sender<Work<'a>>) -> Result<()> {
        if !self.tables.is_empty() {
            // A comment may be the last line of a statement.
            session.batch(&self.tables.join("\n;\n"))?;
            self.tables.clear();
        }
        self.indexes.drain(..).try_for_each(|sql| order(orders, Work::Run(sql)))
    }
}

fn follow(session: &mut Session, work: Receiver<Work>) -> Result<()> {
    for work in work {
        match work {
            Work::Run(sql) => session.batch(sql)?,
            // Nobody waits any more where the first session failed.
            Work::Report(to) => drop(to.send(())),
        }
    }
    Ok(())
}

fn order<'a>(orders: &Sender<Work<'a>>, work: Work<'a>) -> Result<()> {
    orders.send(work).map_err(|error| lost(&error.to_string()))
}

fn meet(orders: &Sender<Work>) -> Result<()> {
    let (to, done) = channel();
    order(orders, Work::Report(to))?;
    done.recv().map_err(|error| lost(&error.to_string()))
}

fn lost(why: &str) -> Error {
    Error::new("the second session failed").detail(why)
}

/// `None` for what may change the meaning of later statements.
fn lane(sql: &str) -> Option<Lane> {
    let words: Vec<String> = words_all(sql).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let says = |any: &[&str]| words.iter().any(|word| any.contains(word));
    match words[..] {
        ["create", ..] if says(&["temp", "temporary"]) => None,
        ["create", "index", name, "on", table, ..] if name != "concurrently" && table != "only" => {
            Some(Lane::Second)
        }
        ["create", "table", ..] | ["create", "unlogged", "table", ..]
            if !says(&["like", "inherits", "partition", "of"]) =>
        {
            Some(Lane::First)
        }
        ["comment", "on", "table" | "column", ..] => Some(Lane::First),
        ["create" | "alter" | "comment" | "grant" | "revoke", ..] => Some(Lane::Alone),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Lane, lane};

    #[test]
    fn only_plain_indexes_are_left_to_the_second_session() {
        #[track_caller]
        fn case(sql: &str, expected: Option<Lane>) {
            assert_eq!(lane(sql), expected, "{sql}");
        }
        case("CREATE INDEX i ON t (a)", Some(Lane::Second));
        case("create index \"I\" on s.t using gin (a) where b", Some(Lane::Second));
        case("CREATE UNIQUE INDEX i ON t (a)", Some(Lane::Alone));
        case("CREATE INDEX ON t (a)", Some(Lane::Alone));
        case("CREATE INDEX IF NOT EXISTS i ON t (a)", Some(Lane::Alone));
        case("CREATE INDEX i ON ONLY t (a)", Some(Lane::Alone));
        case("CREATE TABLE t (a int REFERENCES u)", Some(Lane::First));
        case("CREATE TABLE t (LIKE u INCLUDING INDEXES)", Some(Lane::Alone));
        case("CREATE TABLE t PARTITION OF u DEFAULT", Some(Lane::Alone));
        case("CREATE TABLE t (a int) PARTITION BY RANGE (a)", Some(Lane::Alone));
        case("CREATE TEMP TABLE t (a int)", None);
        case("COMMENT ON COLUMN t.a IS 'x'", Some(Lane::First));
        case("COMMENT ON INDEX i IS 'x'", Some(Lane::Alone));
        case("ALTER TABLE t CLUSTER ON i", Some(Lane::Alone));
        case("SET search_path = s", None);
        case("DO 'BEGIN END'", None);
        case("INSERT INTO t VALUES (1)", None);
    }
}
