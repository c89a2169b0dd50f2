//! Proves a plan before anything is written: on a clone of the database up leads to the desired
//! state, and down back to the start; nothing is lost that was not said.

use std::collections::BTreeSet;

use catalog::{Catalog, Hint, Options, Plan, Statement};
use common::{Context, Error, Result, note};

use super::apply::apply;
use super::clone::{self, Clone};
use super::job_made::JobMade;
use super::observer::{self, Entries, Observer};
use super::rows::{Rows, make_up};
use super::scratch::{Scratch, Workshop};

/// What is to be proved.
pub struct Claim<'a> {
    pub start: &'a Catalog,
    pub desired: &'a Catalog,
    /// What of the start no plan touches.
    pub job_made: &'a JobMade,
    pub plan: &'a Plan,
    pub options: &'a Options,
    pub observer: Option<&'a Observer>,
    /// What the observer saw of the database, where it may look at all of it.
    pub start_seen: Option<&'a Entries>,
    pub desired_seen: Option<&'a Entries>,
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
pub fn prove(workshop: &mut Workshop, shadow: Scratch, claim: &Claim) -> Result<Proven> {
    let rewound = Clone::rewound(shadow, claim).map(|clone| attempt(clone, claim, true));
    let outcome = match rewound {
        Some(Ok(proven)) => return Ok(proven),
        Some(Err(error)) if is_about_values(&error) => Err(error),
        _ => attempt(Clone::built(workshop, claim)?, claim, true),
    };
    match outcome {
        // Whether the user's own rows pass, only they can tell.
        Err(error) if is_about_values(&error) => {
            let facts = error.server().map(|facts| facts.message.clone()).unwrap_or_default();
            note(format_args!("made-up rows do not pass, and yours may not either: {facts}"));
            attempt(Clone::built(workshop, claim)?, claim, false)
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

fn attempt(clone: Clone, claim: &Claim, with_rows: bool) -> Result<Proven> {
    let mut prover = Prover { claim, clone };
    if with_rows {
        prover.fill()?;
    }
    let segments = segments(&claim.plan.statements);
    let (states, kept) = prover.up(&segments)?;
    let downs = prover.down(&states)?;
    let steps = segments.into_iter().zip(downs);
    let steps = steps.map(|(up, down)| Step { up: up.to_vec(), down }).collect();
    Ok(Proven { steps, kept })
}

struct Prover<'a> {
    claim: &'a Claim<'a>,
    clone: Clone,
}

impl Prover<'_> {
    /// Rows in the tables that the plan touches.
    fn fill(&mut self) -> Result<()> {
        let statements = &self.claim.plan.statements;
        let tables: BTreeSet<String> =
            statements.iter().map(|statement| statement.subject.relation_sql()).collect();
        make_up(&mut self.clone.session, Some(&tables.into_iter().collect::<Vec<_>>()))
    }

    /// Every state on the way, the start first; and how many values survived.
    fn up(&mut self, segments: &[&[Statement]]) -> Result<(Vec<Catalog>, i64)> {
        let claim = self.claim;
        let mut states = vec![claim.start.clone()];
        let mut seen = None;
        let before = Rows::read(&mut self.clone.session)?;
        for (index, segment) in segments.iter().enumerate() {
            apply(&mut self.clone.session, segment)
                .context(|| "the upgrade fails on a clone".to_owned())?;
            let last = index + 1 == segments.len();
            let (reached, found) = self.read(claim.observer.filter(|_| last))?;
            states.push(reached);
            seen = found;
        }
        let reached = states.last().expect("the start is there");
        let otherwise = "the upgrade does not reach the schema files";
        clone::same(reached, claim.desired, claim.options, otherwise)?;
        let after = Rows::read(&mut self.clone.session)?;
        let lost = before.lost(&after);
        let said: Vec<&str> = claim.plan.losses().collect();
        if let Some(column) = lost.iter().find(|_| said.is_empty()) {
            return Err(failed("the upgrade loses values that it does not mention").detail(column));
        }
        let otherwise =
            "after the upgrade, pg_dump sees a different schema from the one that the files make";
        same(seen.as_ref(), claim.desired_seen, claim, otherwise)?;
        Ok((states, after.values()))
    }

    /// The ways back from state to state, each applied; in the order of upgrades.
    fn down(&mut self, states: &[Catalog]) -> Result<Vec<Vec<Statement>>> {
        let claim = self.claim;
        let mut downs = Vec::new();
        for pair in states.windows(2).rev() {
            let options = Options {
                allow_data_loss: true,
                hints: claim.renamed_back(&pair[1], &pair[0]),
                ..claim.options.clone()
            };
            let plan = catalog::plan(&pair[1], &pair[0], &options)?;
            apply(&mut self.clone.session, &plan.statements)
                .context(|| "the downgrade fails on a clone".to_owned())?;
            downs.push(plan.statements);
        }
        let (returned, seen) = self.read(claim.observer)?;
        let otherwise = "the downgrade does not come back to the start";
        clone::same(&returned, &states[0], claim.options, otherwise)?;
        let otherwise = "after the downgrade, pg_dump sees a different schema than before";
        same(seen.as_ref(), self.clone.seen.as_ref(), claim, otherwise)?;
        downs.reverse();
        Ok(downs)
    }

    fn read(&mut self, observer: Option<&Observer>) -> Result<(Catalog, Option<Entries>)> {
        let database = self.clone.database().clone();
        observer::read(&mut self.clone.session, &database, observer)
            .context(|| format!("{database} cannot be read"))
    }
}

impl Claim<'_> {
    /// The plan's renames the other way round, as far as they lie between these two states.
    pub fn renamed_back(&self, from: &Catalog, to: &Catalog) -> Vec<Hint> {
        let renamed = self.plan.changes.renamed.iter();
        let here = renamed.filter(|(was, is)| to.holds(was) && from.holds(is));
        here.map(|(was, is)| Hint { to: was.clone(), from: Some(vec![is.name().to_owned()]) })
            .collect()
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
    found: Option<&Entries>,
    wanted: Option<&Entries>,
    claim: &Claim,
    otherwise: &str,
) -> Result<()> {
    let (Some(found), Some(wanted)) = (found, wanted) else { return Ok(()) };
    let counts = |entry: &&String| !claim.job_made.named_in(entry);
    let more = found.difference(wanted).filter(counts).map(|entry| format!("+ {entry}"));
    let less = wanted.difference(found).filter(counts).map(|entry| format!("- {entry}"));
    let differences: Vec<String> = less.chain(more).collect();
    if differences.is_empty() {
        return Ok(());
    }
    Err(failed(otherwise).detail(differences.join("\n")))
}

pub fn failed(what: &str) -> Error {
    Error::new(format!("the proof failed: {what}"))
        .hint("The plan is wrong, not your files. Nothing was written; write this change by hand: `migrate_schema revision`.")
}
