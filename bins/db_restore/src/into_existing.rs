//! Chosen tables, or rows alone, into a database that is in use: all of it in one transaction on
//! one connection, so that the database gets everything or stays as it was.

use std::collections::HashSet;

use common::identifier::QualifiedName;
use common::progress::count;
use common::{Context, Database, Error, Result, Session, Terms, note};
use db_backup::manifest::Table;

use crate::archive::Entry;
use crate::plan::{Part, Plan, Selection};
use crate::server::Server;
use crate::{chunks, content, extension_config, large_objects, preflight, sequences, session};

/// Restores the selection; tables and types that the database holds already are used as they are.
///
/// # Errors
/// Nothing was changed then.
pub fn restore(
    plan: &mut Plan,
    selection: &Selection,
    database: &Database,
    server: &mut Server,
) -> Result<()> {
    if selection.part == Part::DataOnly {
        plan.select(selection, &HashSet::new())?;
    } else {
        let there = plan.pg_restore.dumped(database)?;
        refuse_existing(&plan.find_all(&selection.tables)?, database)?;
        plan.select(selection, &there.entries.iter().map(Entry::key).collect())?;
        announce(plan);
        preflight::check_names(plan, server, false)?;
    }
    restore_selected(plan, database, server.is_superuser)
        .map_err(|error| error.detail(format!("Nothing was changed in `{}`.", database.name)))
}

fn restore_selected(plan: &Plan, database: &Database, is_superuser: bool) -> Result<()> {
    let mut session = session::open(database)?;
    session.batch("SET synchronous_commit = on")?;
    session.begin()?;
    if plan.part == Part::DataOnly {
        set_triggers_aside(&mut session, database, is_superuser)?;
    }
    run_script(plan, &mut session, &plan.pre_data)?;
    session::set_up(&mut session)?;
    if plan.part == Part::DataOnly {
        plan.tables.iter().try_for_each(|table| require_empty(&mut session, table, database))?;
    }
    for table in &plan.tables {
        for chunk in &table.chunks {
            chunks::copy(&mut session, plan.backup, table, chunk)?;
        }
    }
    if let Some(large) = plan.large_objects {
        large_objects::load_here(&mut session, plan.backup, large)?;
    }
    sequences::set(&mut session, &plan.sequences)?;
    run_script(plan, &mut session, &plan.post_data)?;
    session::set_up(&mut session)?;
    content::check_here(&mut session, plan)?;
    sequences::check(&mut session, &plan.sequences)?;
    for table in &plan.tables {
        session.batch(&format!("ANALYZE {}", chunks::sql_name(table)))?;
    }
    session.batch("SET LOCAL synchronous_commit = on")?;
    session.commit()
}

fn run_script(plan: &Plan, session: &mut Session, entries: &[i32]) -> Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let script = plan.pg_restore.script(&plan.archive_file.path, entries)?;
    session.batch(&script).context(|| "the restored definitions are refused".to_owned())
}

/// A table that exists may hold rows newer than the backup.
fn refuse_existing(names: &[QualifiedName], database: &Database) -> Result<()> {
    let mut session = Session::open(database, Terms::Ours)?;
    for name in names {
        let sql = "SELECT to_regclass($1) IS NOT NULL";
        if session.query_one(sql, &[&name.sql()])?.get(0) {
            return Err(Error::new(format!("{name} exists in `{}`", database.name)).hint(
                "A restore overwrites nothing: rename or drop it, or name another database with --to. Nothing was changed.",
            ));
        }
    }
    Ok(())
}

fn announce(plan: &Plan) {
    let added = plan.added();
    if !added.is_empty() {
        note(format_args!("also restored, because it is needed: {}", added.join(", ")));
    }
}

fn set_triggers_aside(session: &mut Session, database: &Database, superuser: bool) -> Result<()> {
    if superuser {
        return session.batch("SET LOCAL session_replication_role = replica");
    }
    Err(Error::new(format!("the user `{}` may not load rows alone", database.user))
        .hint("It disables triggers and foreign keys, which only a superuser may do."))
}

/// Keeps others from writing to it until the end.
fn require_empty(session: &mut Session, table: &Table, database: &Database) -> Result<()> {
    let name = chunks::sql_name(table);
    session.batch(&format!("LOCK TABLE ONLY {name} IN SHARE ROW EXCLUSIVE MODE"))?;
    let condition = extension_config::condition(session, table)?.unwrap_or_default();
    let sql = format!("SELECT count(*) FROM ONLY {name} {condition}");
    let rows: i64 = session.query_one(&sql, &[])?.get(0);
    if rows == 0 {
        return Ok(());
    }
    let (schema, name) = (&table.schema, &table.name);
    let rows = count(rows, "row");
    Err(Error::new(format!("{schema}.{name} in `{}` is not empty ({rows})", database.name))
        .hint("--data-only fills empty tables."))
}
