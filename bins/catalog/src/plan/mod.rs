//! From one catalog to another: ordered statements, and what is to be known about them.

mod absorb;
mod edges;
mod fates;
mod graph;
mod job_made;
mod kept;
mod notes;
mod order;
mod steps;
mod world;

use std::collections::BTreeSet;

use common::{Error, Result};
use serde::Serialize;

use crate::actions::Step;
use crate::catalog::Unmodelled;
use crate::compare::{Changes, by_name};
use crate::{Catalog, Id, rename};
use graph::{Graph, Phase};
use job_made::JobMade;
pub(crate) use world::World;

/// What a plan may do and what it looks at.
#[derive(Clone, Debug)]
pub struct Options {
    /// Indexes on tables that exist already are made CONCURRENTLY, outside of a transaction.
    pub online: bool,
    /// Without it a plan that would lose rows or values is an error that names them.
    pub allow_data_loss: bool,
    /// Objects that are not modelled make an error of exit code 3 instead of a list in the plan.
    pub strict: bool,
    /// Whether owners are compared; where not, everything keeps the owner that it has.
    pub owners: bool,
    /// Whether grants and default privileges are compared; where not, they stay as they are.
    pub grants: bool,
    /// What was said in the files: which name is new for which.
    pub hints: Vec<Hint>,
    /// Partitions that only the database has, by schema and name: they are not compared.
    pub job_made: BTreeSet<Vec<String>>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            online: false,
            allow_data_loss: false,
            strict: false,
            owners: true,
            grants: true,
            hints: Vec::new(),
            job_made: BTreeSet::new(),
        }
    }
}

/// `-- @rename from: old_name` before an object; `none` says that it is new and nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hint {
    /// The object as it is called in the desired state. Of an enum's label: the enum with the
    /// label as one more name.
    pub to: Id,
    /// Its former name, without schema and table, as in the catalog (unquoted); a former name
    /// with a schema in front moves the object. `None`: no rename.
    pub from: Option<Vec<String>>,
}

/// One statement, without a semicolon at its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Statement {
    pub sql: String,
    /// Must run outside of a transaction, and commits by itself.
    pub needs_no_transaction: bool,
    /// Rows or values that are gone afterwards, in words: `column shop.users.fax`.
    pub loses: Option<String>,
    /// The table whose rows are all written anew under the lock.
    pub rewrites: Option<String>,
    /// The strongest table lock it takes on what exists already, such as `ACCESS EXCLUSIVE`.
    pub lock: Option<&'static str>,
    /// What it is about.
    pub subject: Id,
}

impl Statement {
    pub(crate) fn of(step: &Step, subject: &Id) -> Statement {
        Statement {
            sql: step.sql.clone(),
            needs_no_transaction: step.needs_no_transaction,
            loses: step.loses.clone(),
            rewrites: step.rewrites.clone(),
            lock: step.lock,
            subject: subject.clone(),
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Plan {
    pub statements: Vec<Statement>,
    pub changes: Changes,
    /// Worth a sentence to the user, such as an order of columns that cannot be reached.
    pub notes: Vec<String>,
    /// What either side holds and no statement could change.
    pub unmodelled: Vec<Unmodelled>,
}

impl Plan {
    pub fn is_empty(&self) -> bool {
        self.statements.is_empty()
    }

    /// What is lost, statement by statement.
    pub fn losses(&self) -> impl Iterator<Item = &str> {
        self.statements.iter().filter_map(|statement| statement.loses.as_deref())
    }
}

/// The statements that lead from one catalog to another.
///
/// # Errors
/// A rename that could be of two objects; a loss without `allow_data_loss`; objects that are not
/// modelled with `strict`; and a cycle, which is a mistake in a rule and is named.
pub fn plan(from: &Catalog, to: &Catalog, options: &Options) -> Result<Plan> {
    if options.job_made.is_empty() {
        return plan_all(from, to, options);
    }
    let job_made = JobMade::of(options);
    let plan = plan_all(&job_made.without(from), &job_made.without(to), options)?;
    if !job_made.lose_a_parent(&plan, from) {
        return Ok(plan);
    }
    plan_all(from, &job_made.grafted(from, to, &plan)?, options)
}

fn plan_all(from: &Catalog, to: &Catalog, options: &Options) -> Result<Plan> {
    let renames = rename::find(from, to, &options.hints)?;
    let from: &Catalog = &renames.catalog;
    let to: &Catalog = &kept::keep(from, to, options);
    let changes = Changes { renamed: renames.pairs, ..by_name(from, to) };
    let mut world = World::new(from, to, options);
    let fates = fates::decide(&changes, &world);
    world.rebuilt =
        fates.of.iter().filter(|(_, fate)| fate.drop).map(|(id, _)| id.clone()).collect();
    let mut statements: Vec<Statement> =
        renames.steps.iter().map(|(id, step)| Statement::of(step, id)).collect();
    statements.extend(ordered(graph::build(&fates, &world))?);
    steps::leave_bodies_unchecked(&mut statements, &fates, &world);
    let notes = notes::notes(&fates, &world);
    let plan = Plan { statements, changes, notes, unmodelled: unmodelled(from, to) };
    refuse_losses(&plan, options)?;
    refuse_unmodelled(&plan, options)?;
    Ok(plan)
}

fn ordered(graph: Graph) -> Result<Vec<Statement>> {
    let keys: Vec<(Phase, i32, &Id)> = graph
        .actions
        .iter()
        .map(|action| {
            let rank = action.subject.kind as i32;
            let rank = if action.phase == Phase::Drop { -rank } else { rank };
            (action.phase, rank, &action.subject)
        })
        .collect();
    let order = order::sort(&keys, &graph.edges).map_err(|cycle| {
        let members: Vec<String> = cycle
            .iter()
            .map(|node| {
                let action = &graph.actions[*node];
                format!("{:?} {}", action.phase, action.subject)
            })
            .collect();
        Error::new("the changes wait for each other in a circle")
            .detail(members.join(" → "))
            .hint("This is a mistake of ours. Split the change in two, and report it.")
    })?;
    let mut statements = Vec::new();
    for node in order {
        let action = &graph.actions[node];
        statements.extend(action.steps.iter().map(|step| Statement::of(step, &action.subject)));
    }
    Ok(statements)
}

/// What either side holds and no fact is made of.
fn unmodelled(from: &Catalog, to: &Catalog) -> Vec<Unmodelled> {
    let all: BTreeSet<&Unmodelled> = from.unmodelled().iter().chain(to.unmodelled()).collect();
    all.into_iter().cloned().collect()
}

fn refuse_unmodelled(plan: &Plan, options: &Options) -> Result<()> {
    if plan.unmodelled.is_empty() || !options.strict {
        return Ok(());
    }
    let mut error = Error::fell_short("there are objects that are not compared");
    for thing in &plan.unmodelled {
        error = error.detail(format!("{} {}", thing.kind, thing.name));
    }
    Err(error.hint("Without --strict they are named and left as they are. Nothing was written."))
}

fn refuse_losses(plan: &Plan, options: &Options) -> Result<()> {
    let losses: Vec<&str> = plan.losses().collect();
    if losses.is_empty() || options.allow_data_loss {
        return Ok(());
    }
    let mut error = Error::new("the change would lose data");
    for loss in losses {
        error = error.detail(loss);
    }
    Err(error.hint("`-- @rename from: old_name` keeps what is only called otherwise; --allow-data-loss says that the rest may go. Nothing was written."))
}

#[cfg(test)]
mod tests;
