//! upgrade, downgrade, stamp: from what is applied to what is asked for.

use std::collections::BTreeSet;
use std::time::Instant;

use common::locking::Turn;
use common::pooling::refuse_shared_backends;
use common::{Database, Error, Result, Session, Terms, note, progress, say};

use crate::arguments::Patience;
use crate::graph::plan::{Direction, Step, row_change, steps};
use crate::graph::{Set, target};
use crate::journal::{self, Entry, Journal, Time};
use crate::revisions::Revisions;
use crate::run::{Runner, Work};
use crate::version;

pub struct Change<'a> {
    revisions: &'a Revisions,
    database: Database,
    verbose: bool,
}

/// Where the database is, and what is to be done.
struct Plan {
    applied: Set,
    steps: Vec<Step>,
    journal: Journal,
}

impl<'a> Change<'a> {
    pub fn of(revisions: &'a Revisions, database: Database, verbose: bool) -> Change<'a> {
        Change { revisions, database, verbose }
    }

    /// Applies what is missing. Several heads are refused before the server is asked anything.
    pub fn upgrade(&self, goal: &str, patience: &Patience) -> Result<()> {
        if goal == "head" {
            target::head(&self.revisions.graph, None)?;
        }
        let graph = &self.revisions.graph;
        self.go(Direction::Upgrade, patience, |applied| target::upgrade(graph, applied, goal))
    }

    pub fn downgrade(&self, goal: &str, patience: &Patience) -> Result<()> {
        let graph = &self.revisions.graph;
        self.go(Direction::Downgrade, patience, |applied| target::downgrade(graph, applied, goal))
    }

    /// As [`Change::upgrade`] and [`Change::downgrade`] to just these revisions, without a word.
    pub fn to(&self, direction: Direction, wanted: &Set, patience: &Patience) -> Result<()> {
        self.reach(direction, patience, |_| Ok(wanted.clone())).map(drop)
    }

    fn go(
        &self,
        direction: Direction,
        patience: &Patience,
        wanted: impl Fn(&Set) -> Result<Set>,
    ) -> Result<()> {
        let start = Instant::now();
        let (count, reached) = self.reach(direction, patience, wanted)?;
        if count == 0 {
            say(format_args!("nothing to do, {}", self.place(&reached)));
            return Ok(());
        }
        say(format_args!(
            "{} {}, {} ({})",
            progress::count(i64::try_from(count).unwrap_or(i64::MAX), "revision"),
            done(direction),
            self.place(&reached),
            progress::seconds(start.elapsed()),
        ));
        Ok(())
    }

    /// How many revisions ran, and what is applied then. Runners that come together plan twice:
    /// once to see whether there is anything to do, and again behind the lock, where it may have
    /// been done meanwhile.
    fn reach(
        &self,
        direction: Direction,
        patience: &Patience,
        wanted: impl Fn(&Set) -> Result<Set>,
    ) -> Result<(usize, Set)> {
        let mut session = Session::open(&self.database, Terms::Users)?;
        let mut plan = self.plan(&mut session, direction, &wanted)?;
        if !plan.steps.is_empty() {
            refuse_shared_backends(&mut session, &self.database)?;
            Turn::REVISIONS.take(&mut session)?;
            plan = self.plan(&mut session, direction, &wanted)?;
        }
        if plan.steps.is_empty() {
            return Ok((0, plan.applied));
        }
        let reached = self.run(session, &plan, patience)?;
        Ok((plan.steps.len(), reached))
    }

    fn plan(
        &self,
        session: &mut Session,
        direction: Direction,
        wanted: &impl Fn(&Set) -> Result<Set>,
    ) -> Result<Plan> {
        let rows = version::rows(session)?;
        let applied = version::applied(self.revisions, &rows, &self.database)?;
        let journal = Journal::read(session)?;
        self.refuse_edited(&applied, &journal)?;
        let steps = steps(&self.revisions.graph, &rows, &applied, &wanted(&applied)?);
        if !steps.is_empty() {
            self.refuse_half_done(direction, &journal)?;
        }
        Ok(Plan { applied, steps, journal })
    }

    /// Runs every step; all of them are read and checked before the first.
    fn run(&self, mut session: Session, plan: &Plan, patience: &Patience) -> Result<Set> {
        let works =
            plan.steps.iter().map(|step| self.work(plan, step)).collect::<Result<Vec<_>>>()?;
        let version_table = journal::create_missing(&mut session)?;
        let mut runner = Runner::new(session, &self.database, patience, version_table)?;
        let mut reached = plan.applied.clone();
        for (index, work) in works.iter().enumerate() {
            let took =
                runner.run(work).map_err(|error| what_stands(&works[..index], work, error))?;
            match work.step.direction {
                Direction::Upgrade => reached.insert(work.step.revision),
                Direction::Downgrade => reached.remove(&work.step.revision),
            };
            if self.verbose {
                let (node, took) = (&work.file.node, progress::seconds(took));
                let word = done(work.step.direction);
                note(format_args!("{} \"{}\" {word} in {took}", node.id, node.message));
            }
        }
        Ok(reached)
    }

    fn work<'b>(&'b self, plan: &'b Plan, step: &'b Step) -> Result<Work<'b>> {
        let file = self.revisions.file(step.revision);
        let statements = file.statements(step.direction)?;
        let unfinished = plan.journal.unfinished(&file.node.id, step.direction);
        Work { file, statements, step, unfinished }.checked()
    }

    /// What stopped half way goes on in its own direction first.
    fn refuse_half_done(&self, direction: Direction, journal: &Journal) -> Result<()> {
        let other = direction.opposite();
        let mut half_done = journal.unfinished_in(other);
        match half_done.find(|id| self.revisions.graph.find(id).is_some()) {
            None => Ok(()),
            Some(id) => {
                let word = other.word();
                Err(Error::new(format!("the {word} of revision {id} has not finished")).hint(
                    format!("`migrate_schema {word} …` goes on where it stopped. Nothing was run."),
                ))
            }
        }
    }

    /// A file that was edited after it ran no longer tells what the database went through.
    fn refuse_edited(&self, applied: &Set, journal: &Journal) -> Result<()> {
        for run in journal.upgrades() {
            let Some(index) = self.revisions.graph.find(&run.revision) else { continue };
            let file = self.revisions.file(index);
            let ran = run.checksum.as_deref();
            if applied.contains(&index) && ran.is_some_and(|ran| ran != file.checksum()) {
                return Err(Error::new(format!(
                    "{}: revision {} was edited after it ran",
                    file.script.path.display(),
                    run.revision
                ))
                .detail(format!("it ran {} as {}", run.started_at, run.by_whom))
                .hint("Restore the file, and put the change into a new revision: `migrate_schema revision -m \"…\"`. Nothing was run."));
            }
        }
        Ok(())
    }

    /// Writes rows as if the revisions had been upgraded or downgraded to.
    pub fn stamp(&self, goals: &[String], purge: bool) -> Result<()> {
        let graph = &self.revisions.graph;
        let mut session = Session::open(&self.database, Terms::Users)?;
        refuse_shared_backends(&mut session, &self.database)?;
        Turn::REVISIONS.take(&mut session)?;
        let rows = version::rows(&mut session)?;
        let before = match purge {
            true => Set::new(),
            false => version::applied(self.revisions, &rows, &self.database)?,
        };
        let after = goals
            .iter()
            .try_fold(before.clone(), |applied, goal| target::stamp(graph, &applied, goal))?;
        let version_table = journal::create_missing(&mut session)?;
        let heads: BTreeSet<usize> = graph.minimal_heads(&after).into_iter().collect();
        let changed: BTreeSet<usize> = &(&before ^ &after) | &heads;
        let line = |index: usize| Entry {
            revision: graph.id(index),
            direction: "stamp",
            statement: None,
            checksum: None,
            time: Time::ThisMessage,
        };
        let lines: Vec<Entry> = changed.into_iter().map(line).collect();
        let mut sql = journal::change_rows(&version_table, &row_change(graph, &rows, &after));
        if !lines.is_empty() {
            sql.push_str(&journal::insert(&lines));
        }
        session.batch(&format!("BEGIN;\n{sql};\nCOMMIT"))?;
        say(format_args!("stamped, {}; no revision was run", self.place(&after)));
        Ok(())
    }

    /// `head 8c1f0e2a77b3`, `at 52ed8da2aab8`, `at base`, `heads a and b`.
    fn place(&self, applied: &Set) -> String {
        let graph = &self.revisions.graph;
        let rows = graph.minimal_heads(applied);
        let ids = rows.iter().map(|row| graph.id(*row)).collect::<Vec<_>>().join(" and ");
        match rows[..] {
            [] => "at base".to_owned(),
            [only] if !graph.up(only).is_empty() => format!("at {ids}"),
            [_] => format!("head {ids}"),
            _ if rows.iter().all(|row| graph.up(*row).is_empty()) => format!("heads {ids}"),
            _ => format!("at {ids}"),
        }
    }
}

/// Says what a failure left behind, and what to do.
fn what_stands(before: &[Work], failed: &Work, error: Error) -> Error {
    let word = done(failed.step.direction);
    let ids: Vec<&str> = before.iter().map(|work| work.file.node.id.as_str()).collect();
    let before = match ids[..] {
        [] => format!("nothing was {word}"),
        _ => format!("{word} before it: {}", ids.join(", ")),
    };
    let way_out = match (error.server().is_some(), failed.file.transactional) {
        (true, true) => format!("Revision {} was rolled back", failed.file.node.id),
        (true, false) => {
            "Fix that statement and run the same command again: it goes on there".to_owned()
        }
        (false, _) => "Run the same command again: it goes on where it stopped".to_owned(),
    };
    error.hint(format!("{way_out}; {before}."))
}

fn done(direction: Direction) -> &'static str {
    match direction {
        Direction::Upgrade => "applied",
        Direction::Downgrade => "undone",
    }
}
