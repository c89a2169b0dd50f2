//! Foreign keys while rows change: their checks wait for the end, as no order of tables and rows
//! suits keys that point both ways, and what they would do to rows that refer to others (CASCADE,
//! SET NULL, RESTRICT) need not happen to rows that only change.
//!
//! All in the transaction that changes the rows, so that nobody ever sees a table without them.

use common::identifier::literal;
use common::{Result, Session};
use postgres::Row;

/// A foreign key from or to tables whose rows change.
#[derive(Clone, Debug)]
pub struct ForeignKey {
    /// Those of the tables, or others, that refer by it: itself, or partitions of it.
    pub children: Vec<u32>,
    /// Those that are referred to.
    pub parents: Vec<u32>,
    /// A row that goes takes others with it, changes them, or is refused to go.
    pub acts_on_delete: bool,
    pub acts_on_update: bool,
    /// It refuses at once that a row goes to which others refer.
    pub restricts: bool,
}

/// What brings the foreign keys back as they were.
#[derive(Debug)]
#[must_use]
pub struct Loosened(Vec<String>);

/// Makes the checks wait; those foreign keys that `goes` names go away meanwhile.
///
/// # Errors
/// A table is in use: `lock_timeout` passed.
pub fn loosen(
    session: &mut Session,
    tables: &[u32],
    goes: impl Fn(&ForeignKey) -> bool,
) -> Result<Loosened> {
    let mut back = Vec::new();
    for row in session.query(include_str!("foreign_keys.sql"), &[&tables])? {
        let (table, name): (&str, &str) = (row.get("table_name"), row.get("name"));
        if goes(&ForeignKey::of(&row)) {
            session.batch(&format!("ALTER TABLE {table} DROP CONSTRAINT {name}"))?;
            let definition: &str = row.get("definition");
            back.push(format!("ALTER TABLE {table} ADD CONSTRAINT {name} {definition}"));
            if let Some(comment) = row.get::<_, Option<&str>>("comment") {
                let comment = literal(comment);
                back.push(format!("COMMENT ON CONSTRAINT {name} ON {table} IS {comment}"));
            }
        } else if !row.get::<_, bool>("is_deferred") {
            let alter = format!("ALTER TABLE {table} ALTER CONSTRAINT {name}");
            session.batch(&format!("{alter} DEFERRABLE INITIALLY DEFERRED"))?;
            back.push(format!("{alter} {}", former(&row)));
        }
    }
    Ok(Loosened(back))
}

impl ForeignKey {
    fn of(row: &Row) -> ForeignKey {
        ForeignKey {
            children: row.get("children"),
            parents: row.get("parents"),
            acts_on_delete: row.get("acts_on_delete"),
            acts_on_update: row.get("acts_on_update"),
            restricts: row.get("restricts"),
        }
    }
}

fn former(row: &Row) -> &'static str {
    if row.get("is_deferrable") { "DEFERRABLE INITIALLY IMMEDIATE" } else { "NOT DEFERRABLE" }
}

impl Loosened {
    /// Checks the rows that changed, and brings every foreign key back as it was.
    ///
    /// # Errors
    /// Rows violate one of them.
    pub fn tighten(self, session: &mut Session) -> Result<()> {
        session.batch("SET CONSTRAINTS ALL IMMEDIATE")?;
        self.0.iter().try_for_each(|statement| session.batch(statement))
    }
}
