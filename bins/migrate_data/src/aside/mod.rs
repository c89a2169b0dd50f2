//! Foreign keys, keys and indexes of empty targets are set aside during the load and rebuilt after
//! it: a tree that is built from sorted rows takes a fraction of one that grows row by row.
//!
//! What is away stands in the ledger from the transaction that takes it away to the one that
//! brings it back, so that a crash never loses one.

mod proof;
mod queue;
mod restore;

use common::{Context, Result, Session};
use postgres::Row;

use crate::plan::Plan;
pub use proof::keeps_apart;
pub use restore::{
    foreign_keys_so_far, restore, restore_foreign_keys, restore_indexes, restore_so_far,
};

/// Something that is away.
#[derive(Clone, Debug)]
struct Away {
    run: i64,
    position: i32,
    kind: Kind,
    table: String,
    name: String,
    definition: String,
    /// Checks the rows where `definition` does not.
    validation: Option<String>,
    /// As COMMENT ON names it.
    object: String,
    comment: Option<String>,
    /// The tables that bringing it back locks against each other, as oids.
    locks: Vec<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Key,
    Index,
    ForeignKey,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Key => "key",
            Kind::Index => "index",
            Kind::ForeignKey => "foreign key",
        }
    }
}

/// Takes foreign keys, plain indexes and the keys that the mapping itself keeps off the tables, in
/// one transaction with the ledger.
///
/// # Errors
/// A table is in use: `lock_timeout` passed. Nothing was taken away then.
pub fn set_aside(session: &mut Session, run: i64, plan: &Plan) -> Result<()> {
    let tables: Vec<u32> = plan.targets().map(|target| target.oid).collect();
    session.begin()?;
    session.batch("SET LOCAL lock_timeout = '10s'")?;
    let found = session.query(include_str!("find.sql"), &[&tables])?;
    // A try that ended early brought its own back, and they stay written down.
    let last = session.query_one(
        "SELECT coalesce(max(position), 0) FROM pgrefit.set_aside WHERE run = $1",
        &[&run],
    )?;
    let mut position: i32 = last.get(0);
    for row in found.iter().filter(|row| may_go(plan, row)) {
        position += 1;
        write_down(session, run, position, row)?;
        let (kind, name, table): (&str, &str, &str) =
            (row.get("kind"), row.get("name"), row.get("table_name"));
        session
            .batch(row.get("removal"))
            .context(|| format!("the {kind} {name} of {table} cannot be set aside"))?;
    }
    session.commit()
}

fn may_go(plan: &Plan, row: &Row) -> bool {
    match row.get::<_, Option<Vec<String>>>("key_columns") {
        None => true,
        Some(columns) => proof::keeps_apart(plan, row.get("table_oid"), &columns),
    }
}

/// A foreign key that is back but not yet checked is away already, with its definition.
fn write_down(session: &mut Session, run: i64, position: i32, row: &Row) -> Result<()> {
    let text = |column: &str| row.get::<_, Option<String>>(column);
    let primary_key: Option<Vec<String>> =
        if row.get("is_primary") { row.get("key_columns") } else { None };
    session.execute(
        "INSERT INTO pgrefit.set_aside (run, position, kind, table_name, name, definition, validation, primary_key, object, comment, locks) \
         SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11 WHERE NOT EXISTS (\
             SELECT FROM pgrefit.set_aside WHERE table_name = $4 AND name = $5 AND restored_at IS NULL)",
        &[
            &run,
            &position,
            &text("kind"),
            &text("table_name"),
            &text("name"),
            &text("definition"),
            &text("validation"),
            &primary_key,
            &text("object"),
            &text("comment"),
            &row.get::<_, Vec<u32>>("locks"),
        ],
    )?;
    Ok(())
}
