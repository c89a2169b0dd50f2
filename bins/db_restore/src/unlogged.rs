//! What a crash of the server takes from a database that was ready: the rows of unlogged tables,
//! and where unlogged sequences stand.

use common::{Result, Session};
use db_backup::manifest::Table;

use crate::plan::Plan;
use crate::{chunks, content, sequences};

/// The tables of which the backup has rows and the database has none.
pub fn emptied<'a>(plan: &Plan<'a>, session: &mut Session) -> Result<Vec<&'a Table>> {
    let mut emptied = Vec::new();
    for table in plan.tables.iter().filter(|table| table.rows > 0) {
        let name = chunks::sql_name(table);
        let sql = "SELECT relpersistence = 'u' FROM pg_class WHERE oid = $1::text::regclass";
        if !session.query_one(sql, &[&name])?.get::<_, bool>(0) {
            continue;
        }
        let sql = format!("SELECT EXISTS (SELECT FROM ONLY {name})");
        if !session.query_one(&sql, &[])?.get::<_, bool>(0) {
            emptied.push(*table);
        }
    }
    Ok(emptied)
}

/// Fills them again, in one transaction, and proves them. Keys and triggers are there by now, and
/// set aside for it, which takes a superuser.
pub fn refill(plan: &Plan, session: &mut Session, tables: &[&Table]) -> Result<()> {
    session.begin()?;
    session.batch("SET LOCAL session_replication_role = replica")?;
    for table in tables {
        for chunk in &table.chunks {
            chunks::copy(session, plan.backup, table, chunk)?;
        }
        content::check_table(session, plan, table)?;
    }
    session.commit()
}

/// Sets the sequences that stand elsewhere, whose values nobody has used yet.
pub fn reset_sequences(plan: &Plan, session: &mut Session) -> Result<()> {
    if sequences::check(session, &plan.sequences).is_ok() {
        return Ok(());
    }
    sequences::set(session, &plan.sequences)?;
    sequences::check(session, &plan.sequences)
}
