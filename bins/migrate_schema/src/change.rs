//! upgrade, downgrade, stamp: from what is applied to what is asked for.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use common::script::Statement;
use common::{Database, Error, Result, Session, note, progress, say};

use crate::args::Patience;
use crate::graph::plan::{Direction, Step, row_change, steps};
use crate::graph::{Set, target};
use crate::journal::{self, Entry, Journal};
use crate::revisions::Revisions;
use crate::run::{Runner, Work};
use crate::{lock, version};

pub struct Change<'a> {
    revisions: &'a Revisions,
    database: Database,
    patience: Patience,
    verbose: bool,
}

/// Where the database is, and what is to be done.
struct Plan {
    applied: Set,
    steps: Vec<Step>,
    journal: Journal,
}

impl<'a> Change<'a> {
    pub fn of(
        revisions: &'a Revisions,
        database: Database,
        patience: Patience,
        verbose: bool,
    ) -> Change<'a> {
        Change { revisions, database, patience, verbose }
    }

    /// Applies what is missing. Several heads are refused before the server is asked anything.
    pub fn upgrade(&self, goal: &str) -> Result<()> {
        if goal == "head" {
            target::head(&self.revisions.graph, None)?;
        }
        let graph = &self.revisions.graph;
        self.go(Direction::Upgrade, |applied| target::upgrade(graph, applied, goal))
    }

    pub fn downgrade(&self, goal: &str) -> Result<()> {
        let graph = &self.revisions.graph;
        self.go(Direction::Downgrade, |applied| target::downgrade(graph, applied, goal))
    }

    /// Runners that come together plan twice: once to see whether there is anything to do, and
    /// again behind the lock, where it may have been done meanwhile.
    fn go(&self, direction: Direction, wanted: impl Fn(&Set) -> Result<Set>) -> Result<()> {
        let start = Instant::now();
        let mut session = Session::open(&self.database)?;
        let plan = self.plan(&mut session, direction, &wanted)?;
        if plan.steps.is_empty() {
            say(format_args!("nothing to do, {}", self.place(&plan.applied)));
            return Ok(());
        }
        lock::acquire(&mut session)?;
        let plan = self.plan(&mut session, direction, &wanted)?;
        if plan.steps.is_empty() {
            say(format_args!("nothing to do, {}", self.place(&plan.applied)));
            return Ok(());
        }
        let reached = self.run(session, &plan)?;
        let count = i64::try_from(plan.steps.len()).unwrap_or(i64::MAX);
        say(format_args!(
            "{} {}, {} ({})",
            progress::count(count, "revision"),
            done(direction),
            self.place(&reached),
            progress::seconds(start.elapsed()),
        ));
        Ok(())
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
        if let (Some(id), false) = (journal.unfinished_against(direction), steps.is_empty()) {
            let (begun, again) = match direction {
                Direction::Upgrade => ("downgrade", "downgrade"),
                Direction::Downgrade => ("upgrade", "upgrade"),
            };
            return Err(Error::new(format!("the {begun} of revision {id} has not finished")).hint(
                format!("`migrate_schema {again} …` goes on where it stopped. Nothing was run."),
            ));
        }
        Ok(Plan { applied, steps, journal })
    }

    /// Runs every step; all of them are read and checked before the first.
    fn run(&self, mut session: Session, plan: &Plan) -> Result<Set> {
        let read = |step: &Step| self.revisions.file(step.revision).statements(step.direction);
        let statements = plan.steps.iter().map(read).collect::<Result<Vec<_>>>()?;
        let version_table = journal::create_missing(&mut session)?;
        let mut runner = Runner::new(session, &self.database, &self.patience, version_table)?;
        let mut applied = plan.applied.clone();
        for (index, (step, statements)) in plan.steps.iter().zip(&statements).enumerate() {
            let took = self.run_step(&mut runner, plan, step, statements).map_err(|error| {
                let stands = self.what_stands(&plan.steps[..index], step, &error);
                error.hint(stands)
            })?;
            match step.direction {
                Direction::Upgrade => applied.insert(step.revision),
                Direction::Downgrade => applied.remove(&step.revision),
            };
            if self.verbose {
                let node = self.revisions.graph.node(step.revision);
                let took = progress::seconds(took);
                let word = done(step.direction);
                note(format_args!("{} \"{}\" {word} in {took}", node.id, node.message));
            }
        }
        Ok(applied)
    }

    fn run_step(
        &self,
        runner: &mut Runner,
        plan: &Plan,
        step: &Step,
        statements: &[Statement],
    ) -> Result<Duration> {
        let file = self.revisions.file(step.revision);
        let unfinished = plan.journal.unfinished(&file.node.id, step.direction);
        runner.run(&Work { file, statements, step, unfinished })
    }

    /// What a failure left behind, as the hint of its error.
    fn what_stands(&self, before: &[Step], failed: &Step, error: &Error) -> String {
        let file = self.revisions.file(failed.revision);
        let word = done(failed.direction);
        let before = match before {
            [] => format!("nothing was {word}"),
            some => {
                let ids: Vec<_> =
                    some.iter().map(|s| self.revisions.graph.id(s.revision)).collect();
                format!("{word} before it: {}", ids.join(", "))
            }
        };
        if error.server().is_none() && error.exit_code() == 1 && !file.transactional {
            return format!("Run the same command again: it goes on where it stopped; {before}.");
        }
        match (file.transactional, error.exit_code()) {
            (_, 2) => format!("Restore the file. Nothing more was run; {before}."),
            (true, _) if error.server().is_none() => {
                format!("Run the same command again: it goes on from what was committed; {before}.")
            }
            (true, _) => format!("Revision {} was rolled back; {before}.", file.node.id),
            (false, _) => format!(
                "Mend that statement and run the same command again: it goes on there; {before}."
            ),
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
                .detail(format!("it ran {} as {}", run.started, run.by_whom))
                .hint("Restore the file, and put the change into a new revision: `migrate_schema revision -m \"…\"`. Nothing was run."));
            }
        }
        Ok(())
    }

    /// Writes rows as if the revisions had been upgraded or downgraded to.
    pub fn stamp(&self, goals: &[String], purge: bool) -> Result<()> {
        let graph = &self.revisions.graph;
        let mut session = Session::open(&self.database)?;
        lock::acquire(&mut session)?;
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
        let started = Instant::now();
        let line = |index: usize| Entry {
            revision: graph.id(index),
            direction: "stamp",
            statement: None,
            checksum: None,
            started,
            took: Some(started.elapsed()),
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

fn done(direction: Direction) -> &'static str {
    match direction {
        Direction::Upgrade => "applied",
        Direction::Downgrade => "undone",
    }
}
