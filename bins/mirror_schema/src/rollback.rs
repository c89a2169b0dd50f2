//! Back to an earlier revision of a mirror, or to nothing.

use common::identifier::quote;
use common::{Outcome, Result, say};
use migrate_schema::args::Patience;

use crate::args::Which;
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
    for mirror in &sides.mirrors {
        revision::undo(mirror, &sides.target, goal, patience)?;
        if drop_schema && revision::current(&mut sides.to, mirror)?.is_empty() {
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
