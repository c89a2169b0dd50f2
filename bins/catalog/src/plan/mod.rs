//! From one catalog to another: ordered statements, and what is to be known about them.

mod absorb;
mod build;
mod edges;
mod fates;
mod graph;
mod job_made;
mod not_compared;
mod notes;
mod order;
mod statement;
mod steps;

use std::collections::BTreeSet;

use common::{Error, Result};

use crate::catalog::Unmodelled;
use crate::compare::{Changes, by_name};
use crate::world::World;
use crate::{Catalog, Id, Options, rename};
use graph::{Graph, Phase};
use job_made::JobMade;
pub use statement::{Plan, Statement};

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

/// The statements that make a schema in a database that CREATE DATABASE has just made. What is
/// said of names, of indexes built online and of partitions that a job made counts for nothing
/// there.
///
/// # Errors
/// Objects that are not modelled with `strict`, and a cycle, as in [`plan`].
pub fn from_nothing(catalog: &Catalog, options: &Options) -> Result<Vec<Statement>> {
    let fresh = Catalog::fresh(catalog.version, &catalog.user);
    let options = Options {
        online: false,
        allow_data_loss: true,
        hints: Vec::new(),
        job_made: BTreeSet::new(),
        ..options.clone()
    };
    Ok(plan(&fresh, catalog, &options)?.statements)
}

fn plan_all(from: &Catalog, to: &Catalog, options: &Options) -> Result<Plan> {
    let renames = rename::find(from, to, &options.hints)?;
    let from: &Catalog = &renames.catalog;
    let to: &Catalog = &not_compared::keep(from, to, options);
    let changes = Changes { renamed: renames.pairs, ..by_name(from, to) };
    let mut world = World::new(from, to, options);
    let fates = fates::decide(&changes, &world);
    world.rebuilt =
        fates.of.iter().filter(|(_, fate)| fate.drop).map(|(id, _)| id.clone()).collect();
    let mut statements: Vec<Statement> =
        renames.steps.iter().map(|(id, step)| Statement::of(step, id)).collect();
    statements.extend(ordered(build::build(&fates, &world))?);
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
        Error::new("the changes depend on each other in a circle")
            .detail(members.join(" → "))
            .hint("This is a bug. Split the change in two, and please report it.")
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
    Err(error.hint("`-- @rename from: old_name` keeps what was only renamed; --allow-data-loss allows the rest to be dropped. Nothing was written."))
}

#[cfg(test)]
mod tests;
