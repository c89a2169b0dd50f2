//! Proves a plan before anything is written: on a clone of the database up leads to the desired
//! state, and down back to the start; nothing is lost that was not said.

use std::collections::BTreeSet;

use catalog::{Catalog, Hint, Options, Plan, Scope, Statement};
use common::{Context, Database, Error, Result, Session, note};

use super::apply::apply;
use super::kept::Kept;
use super::observer::Observer;
use super::rows::{Rows, make_up};
use super::scratch::Workshop;
use super::state::from_nothing;
use super::words;

/// What is to be proved.
pub struct Claim<'a> {
    pub start: &'a Catalog,
    pub desired: &'a Catalog,
    /// What of the start no plan touches.
    pub kept: &'a Kept,
    pub plan: &'a Plan,
    pub options: &'a Options,
    /// Where the desired state is, for the observer.
    pub shadow: &'a Database,
    pub observer: Option<&'a Observer>,
}

/// One revision to be: up, and the way back.
#[derive(Debug)]
pub struct Step {
    pub up: Vec<Statement>,
    pub down: Vec<Statement>,
}

/// What was proved, and what it takes to write it down.
#[derive(Debug)]
pub struct Proven {
    /// In the order of upgrades. What cannot be in a transaction is a step of its own.
    pub steps: Vec<Step>,
    /// How many made-up values survived.
    pub kept: i64,
}

/// # Errors
/// The clone could not be made, or the plan does not do what it says; the difference is named.
pub fn prove(workshop: &mut Workshop, claim: &Claim) -> Result<Proven> {
    match attempt(workshop, claim, true) {
        // Whether the user's own rows pass, only they can tell.
        Err(error) if is_about_values(&error) => {
            let facts = error.server().map(|facts| facts.message.clone()).unwrap_or_default();
            note(format_args!("made-up rows do not pass, and yours may not either: {facts}"));
            attempt(workshop, claim, false)
        }
        outcome => outcome,
    }
}

/// SQLSTATE classes 22, a value that a type does not take, and 23, one that a constraint does not.
fn is_about_values(error: &Error) -> bool {
    error.server().is_some_and(|facts| {
        facts.sqlstate.code().starts_with("22") || facts.sqlstate.code().starts_with("23")
    })
}

fn attempt(workshop: &mut Workshop, claim: &Claim, with_rows: bool) -> Result<Proven> {
    let clone = workshop.scratch()?;
    let mut session = Session::open(&clone.database)?;
    let mut prover = Prover { claim, session: &mut session, clone: &clone.database };
    prover.build()?;
    if with_rows {
        prover.fill()?;
    }
    let look =
        |database: &Database| claim.observer.map(|observer| observer.look(database)).transpose();
    let before = look(&clone.database)?;
    let segments = segments(&claim.plan.statements);
    let (states, kept) = prover.up(&segments)?;
    if let (Some(reached), Some(wanted)) = (look(&clone.database)?, look(claim.shadow)?) {
        let what = "after the upgrade, pg_dump sees another schema than the files make";
        same(&reached, &wanted, claim, what)?;
    }
    let downs = prover.down(&states)?;
    if let (Some(returned), Some(before)) = (look(&clone.database)?, before) {
        let what = "after the downgrade, pg_dump sees another schema than before";
        same(&returned, &before, claim, what)?;
    }
    let steps = segments.into_iter().zip(downs);
    let steps = steps.map(|(up, down)| Step { up: up.to_vec(), down }).collect();
    Ok(Proven { steps, kept })
}

struct Prover<'a> {
    claim: &'a Claim<'a>,
    session: &'a mut Session,
    clone: &'a Database,
}

impl Prover<'_> {
    /// Makes the clone: what the start holds.
    fn build(&mut self) -> Result<()> {
        let claim = self.claim;
        let ddl = from_nothing(claim.start, claim.options)?;
        apply(self.session, &ddl).context(|| "the clone could not be made".to_owned())?;
        self.session.batch(include_str!("sql/analyze.sql"))?;
        let made = self.read()?;
        self.same(&made, claim.start, "the clone is not like the database")
    }

    /// Rows in the tables that the plan touches.
    fn fill(&mut self) -> Result<()> {
        let statements = &self.claim.plan.statements;
        let tables: BTreeSet<String> =
            statements.iter().map(|statement| statement.subject.relation_sql()).collect();
        make_up(self.session, Some(&tables.into_iter().collect::<Vec<_>>()))
    }

    /// Every state on the way, the start first; and how many values survived.
    fn up(&mut self, segments: &[&[Statement]]) -> Result<(Vec<Catalog>, i64)> {
        let mut states = vec![self.claim.kept.without(self.claim.start)];
        let before = Rows::read(self.session)?;
        for segment in segments {
            apply(self.session, segment).context(|| "the upgrade fails on a clone".to_owned())?;
            states.push(self.claim.kept.without(&self.read()?));
        }
        let reached = states.last().expect("the start is there");
        self.same(reached, self.claim.desired, "the upgrade does not reach the schema files")?;
        let after = Rows::read(self.session)?;
        let lost = before.lost(&after);
        let said: Vec<&str> = self.claim.plan.losses().collect();
        match lost.iter().find(|_| said.is_empty()) {
            None => Ok((states, after.values())),
            Some(column) => {
                Err(failed("the upgrade loses values that it does not speak of").detail(column))
            }
        }
    }

    /// The ways back from state to state, each applied; in the order of upgrades.
    fn down(&mut self, states: &[Catalog]) -> Result<Vec<Vec<Statement>>> {
        let mut downs = Vec::new();
        for pair in states.windows(2).rev() {
            let options = Options {
                allow_data_loss: true,
                hints: self.renamed_back(&pair[1], &pair[0]),
                ..self.claim.options.clone()
            };
            let plan = catalog::plan(&pair[1], &pair[0], &options)?;
            apply(self.session, &plan.statements)
                .context(|| "the downgrade fails on a clone".to_owned())?;
            downs.push(plan.statements);
        }
        let returned = self.claim.kept.without(&self.read()?);
        self.same(&returned, &states[0], "the downgrade does not come back to the start")?;
        downs.reverse();
        Ok(downs)
    }

    /// The plan's renames the other way round, as far as they lie between these two states.
    fn renamed_back(&self, from: &Catalog, to: &Catalog) -> Vec<Hint> {
        let renamed = self.claim.plan.changes.renamed.iter();
        let here = renamed.filter(|(was, is)| to.holds(was) && from.holds(is));
        here.map(|(was, is)| Hint { to: was.clone(), from: Some(vec![is.name().to_owned()]) })
            .collect()
    }

    fn read(&mut self) -> Result<Catalog> {
        Catalog::read(self.session, &Scope::Database)
            .context(|| format!("{} cannot be read", self.clone))
    }

    /// The second plan must be empty.
    fn same(&self, found: &Catalog, wanted: &Catalog, otherwise: &str) -> Result<()> {
        let options =
            Options { allow_data_loss: true, hints: Vec::new(), ..self.claim.options.clone() };
        let rest = catalog::plan(found, wanted, &options)?;
        if rest.is_empty() {
            return Ok(());
        }
        Err(failed(otherwise).detail(words::changes(&rest, wanted).join("\n")))
    }
}

/// What may be in one transaction, and from the first statement on that must not, the rest.
fn segments(statements: &[Statement]) -> Vec<&[Statement]> {
    let first = statements.iter().position(|statement| statement.needs_no_transaction);
    let (together, rest) = statements.split_at(first.unwrap_or(statements.len()));
    [together, rest].into_iter().filter(|segment| !segment.is_empty()).collect()
}

/// Entries of partitions that only the database has are left alone, and so they are here.
fn same(
    found: &BTreeSet<String>,
    wanted: &BTreeSet<String>,
    claim: &Claim,
    otherwise: &str,
) -> Result<()> {
    let counts = |entry: &&String| !claim.kept.named_in(entry);
    let more = found.difference(wanted).filter(counts).map(|entry| format!("+ {entry}"));
    let less = wanted.difference(found).filter(counts).map(|entry| format!("- {entry}"));
    let differences: Vec<String> = less.chain(more).collect();
    if differences.is_empty() {
        return Ok(());
    }
    Err(failed(otherwise).detail(differences.join("\n")))
}

fn failed(what: &str) -> Error {
    Error::new(format!("the proof failed: {what}"))
        .hint("The plan is wrong, not your files. Nothing was written; write this change by hand: `migrate_schema revision`.")
}
