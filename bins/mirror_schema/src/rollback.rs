//! Back to an earlier revision of a mirror, or to nothing.

use common::identifier::quote;
use common::{Outcome, Result, say};
use migrate_schema::arguments::Patience;
use postgres::error::SqlState;

use crate::arguments::Which;
use crate::mirror::Mirror;
use crate::sides::Sides;
use crate::{revision, rows};

/// # Errors
/// There is no such revision, or a statement failed; the mirror is as it was.
pub fn rollback(
    which: &Which,
    goal: &str,
    drop_schema: bool,
    patience: &Patience,
) -> Result<Outcome> {
    let mut sides = Sides::open(which)?;
    sides.take_turn()?;
    rows::recover(&mut sides.to)?;
    if goal == "base" && sides.mirrors.len() > 1 {
        step_by_step(&mut sides, patience)?;
    } else {
        for mirror in &sides.mirrors {
            revision::undo(mirror, &sides.target, goal, patience)?;
        }
    }
    for mirror in sides.mirrors.iter().filter(|_| drop_schema) {
        if revision::current(&mut sides.to, mirror)?.is_empty() {
            let schema = quote(&mirror.name);
            // Without CASCADE: what somebody else put there stays, and is named by the server.
            sides.to.batch(&format!(
                "BEGIN; DROP TABLE IF EXISTS {schema}.alembic_version; DROP SCHEMA {schema}; COMMIT"
            ))?;
            say(format_args!("{}: schema dropped", mirror.name));
        }
    }
    Ok(Outcome::Done)
}

/// Mirrors whose foreign keys point at each other go to their base together: each as far back as
/// the others let it, in turn.
fn step_by_step(sides: &mut Sides, patience: &Patience) -> Result<()> {
    loop {
        let (mut undone, mut held_up) = (false, Ok(()));
        for mirror in sides.mirrors.clone().iter().rev() {
            match undo_one(sides, mirror, patience) {
                Ok(one) => undone |= one,
                Err(error) if error.is(&SqlState::DEPENDENT_OBJECTS_STILL_EXIST) => {
                    held_up = Err(error);
                }
                Err(error) => return Err(error),
            }
        }
        if !undone {
            return held_up;
        }
    }
}

/// Whether there was a revision to undo.
fn undo_one(sides: &mut Sides, mirror: &Mirror, patience: &Patience) -> Result<bool> {
    if revision::current(&mut sides.to, mirror)?.is_empty() {
        return Ok(false);
    }
    revision::undo(mirror, &sides.target, "-1", patience)?;
    Ok(true)
}
