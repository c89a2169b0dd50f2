//! `revision --autogenerate`: a plan, its proof, and only then a file.

use catalog::{Id, Statement};
use common::{Database, Outcome, Project, Result, note, progress, say};

use super::proof::{self, Claim, Proven, Step};
use super::state::{Purpose, State};
use super::words;
use crate::arguments::NewRevision;
use crate::revisions::Revisions;
use crate::write::{self, Draft};

/// Writes the revision, or several where something cannot be in a transaction with the rest, or
/// nothing where nothing changed.
///
/// # Errors
/// The plan loses what was not allowed, is ambiguous, or does not pass its proof.
pub fn revision(
    revisions: &Revisions,
    project: &Project,
    database: &Database,
    new: &NewRevision,
) -> Result<Outcome> {
    let place = write::place(revisions, new)?;
    let message = write::message(new.message.clone())?;
    let mut state = State::read(revisions, project, database, &new.aims, Purpose::Proof)?;
    let plan = state.plan()?;
    for thing in &plan.unmodelled {
        note(format_args!(
            "{} {} is not compared: autogenerate does not know such objects",
            thing.kind, thing.name
        ));
    }
    for line in &plan.notes {
        note(line);
    }
    if new.aims.strict && !plan.unmodelled.is_empty() {
        return Ok(Outcome::FellShort);
    }
    if plan.is_empty() {
        say(format_args!("no changes: {database} is as {} says", project.schema().display()));
        return Ok(Outcome::Done);
    }
    for line in words::changes(&plan, &state.desired) {
        println!("  {line}");
    }
    for statement in plan.statements.iter().filter(|statement| statement.rewrites.is_some()) {
        println!(
            "  rewrites {} under {}",
            statement.rewrites.as_deref().unwrap_or_default(),
            statement.lock.unwrap_or("a lock")
        );
    }
    if let Some(Err(reason)) = &state.observer {
        note(format_args!("{reason}: the proof runs without an outside observer"));
    }
    let claim = Claim {
        start: &state.start,
        desired: &state.desired,
        job_made: &state.job_made,
        plan: &plan,
        options: &state.options,
        observer: state.observer.as_ref().and_then(|observer| observer.as_ref().ok()),
        start_seen: state.start_seen.as_ref(),
        desired_seen: state.desired_seen.as_ref(),
    };
    let proven = proof::prove(&mut state.workshop, state.shadow, &claim)?;
    println!("  {}", said(&proven, project));
    let drafts = drafts(&proven.steps, &message);
    write::drafts(revisions, new, place, &drafts)?;
    Ok(Outcome::Done)
}

fn said(proven: &Proven, project: &Project) -> String {
    let lost: Vec<&str> =
        proven.steps.iter().flat_map(|step| &step.up).filter_map(|s| s.loses.as_deref()).collect();
    let lost = if lost.is_empty() {
        "nothing lost".to_owned()
    } else {
        format!("lost as allowed: {}", lost.join(", "))
    };
    format!(
        "proved on a clone: up reaches {}, down comes back, {lost} ({} kept)",
        project.schema().display(),
        progress::count(proven.kept, "made-up value"),
    )
}

fn drafts(steps: &[Step], message: &str) -> Vec<Draft> {
    let draft = |step: &Step| {
        let transactional =
            !step.up.iter().chain(&step.down).any(|statement| statement.needs_no_transaction);
        Draft {
            message: if transactional || steps.len() == 1 {
                message.to_owned()
            } else {
                format!("{message} (online)")
            },
            transactional,
            upgrade: body(&step.up),
            downgrade: body(&step.down),
        }
    };
    steps.iter().map(draft).collect()
}

/// Statements as people read them: what belongs to one relation stands together, and what costs
/// is said above it.
fn body(statements: &[Statement]) -> String {
    let mut text = String::new();
    let mut last: Option<&[String]> = None;
    for statement in statements {
        let relation = relation(&statement.subject);
        if last.is_some() && last != relation {
            text.push('\n');
        }
        if let Some(loses) = &statement.loses {
            text.push_str(&format!("-- Loses {loses}.\n"));
        }
        if let Some(table) = &statement.rewrites {
            text.push_str(&format!(
                "-- Rewrites {table} under {}.\n",
                statement.lock.unwrap_or("a lock")
            ));
        }
        text.push_str(&format!("{};\n", statement.sql));
        last = relation;
    }
    text
}

fn relation(id: &Id) -> Option<&[String]> {
    id.path.get(..2).or(Some(&id.path))
}
