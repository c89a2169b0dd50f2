//! Foreign keys while rows change: their checks wait for the end, and what they would do to rows
//! that refer to others (CASCADE, SET NULL, RESTRICT) does not happen to rows that only change.
//!
//! All in the transaction that changes the rows, so that nobody ever sees a table without them.

use common::identifier::{literal, quote};
use common::{Result, Session};
use postgres::Row;

/// Rows of a table that go, or that go and come back changed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Leaving {
    pub table: u32,
    pub removed: i64,
    pub moved: i64,
    /// All of its columns are mapped, so that a row of it can be made again as it was.
    pub is_whole: bool,
}

/// Rows from which on a check of all is faster than one for each that goes, which reads the other
/// table where it has no index for it.
const MANY: i64 = 5_000;

/// Makes the checks wait. What brings each foreign key back as it was is handed to
/// [`check_and_restore`].
///
/// # Errors
/// A table is in use: `lock_timeout` passed.
pub fn defer(new: &mut Session, leaving: &[Leaving]) -> Result<Vec<String>> {
    let tables: Vec<u32> = leaving.iter().map(|leaving| leaving.table).collect();
    let mut restoring = Vec::new();
    for row in new.query(include_str!("foreign_keys.sql"), &[&tables])? {
        let (table, name) = (row.get::<_, String>("table_name"), quote(row.get("name")));
        let of = |column: &str| {
            let oid: u32 = row.get(column);
            leaving.iter().find(|leaving| leaving.table == oid).copied().unwrap_or_default()
        };
        let parent = of("parent");
        let would_lose = row.get("restricts") || !of("child").is_whole;
        let acts = !row.get::<_, bool>("only_checks");
        let has_many = !acts && parent.removed + parent.moved > MANY;
        if has_many || (acts && (parent.moved > 0 || (parent.removed > 0 && would_lose))) {
            new.batch(&format!("ALTER TABLE {table} DROP CONSTRAINT {name}"))?;
            let definition: String = row.get("definition");
            restoring.push(format!("ALTER TABLE {table} ADD CONSTRAINT {name} {definition}"));
            if let Some(comment) = row.get::<_, Option<String>>("comment") {
                let comment = literal(&comment);
                restoring.push(format!("COMMENT ON CONSTRAINT {name} ON {table} IS {comment}"));
            }
        } else if !row.get::<_, bool>("is_deferred") {
            let former = former(&row);
            let alter = format!("ALTER TABLE {table} ALTER CONSTRAINT {name}");
            new.batch(&format!("{alter} DEFERRABLE INITIALLY DEFERRED"))?;
            restoring.push(format!("{alter} {former}"));
        }
    }
    Ok(restoring)
}

fn former(row: &Row) -> &'static str {
    if row.get("is_deferrable") { "DEFERRABLE INITIALLY IMMEDIATE" } else { "NOT DEFERRABLE" }
}

/// Checks the rows that changed, and brings every foreign key back as it was.
///
/// # Errors
/// Rows violate one of them.
pub fn check_and_restore(new: &mut Session, restoring: &[String]) -> Result<()> {
    new.batch("SET CONSTRAINTS ALL IMMEDIATE")?;
    restoring.iter().try_for_each(|statement| new.batch(statement))
}
