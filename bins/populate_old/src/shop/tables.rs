//! The legacy tables and the schema of the answer key: created, found, locked, finished.
//!
//! A comment on each marks a fill that is not finished. It is set in the transaction that creates
//! them and replaced after the last row, so that a fill that was killed is known and started over.

use std::fs;

use common::identifier::{self, quote};
use common::{Context, Error, Project, Result, Session};
use postgres::error::SqlState;

pub const SOURCES: [&str; 3] = ["old_users", "old_products", "old_orders"];
const TRUTHS: [&str; 7] =
    ["fates", "users", "addresses", "categories", "products", "orders", "order_items"];
const OURS: &str = "populate_old: ";
const UNFINISHED: &str = "populate_old: filling, not finished";
/// The key of the advisory lock of one fill: "populate" in ASCII.
const FILL: i64 = 0x706f_7075_6c61_7465;
/// The key of the lock that its workers share, as long as they can still write. It is another
/// one, since a worker that asks for a lock waits behind the next fill that does.
const WORKERS: i64 = FILL + 1;

/// What is there before the first row.
pub enum Found {
    Nothing,
    /// All tables, without a row.
    Empty,
    /// All tables, as a killed fill left them.
    Unfinished,
    /// This table holds rows.
    Rows(&'static str),
}

/// Waits for a fill that is going on, then for the server to notice that one was killed, and keeps
/// others out.
///
/// # Errors
/// Another fill of this database is going on.
pub fn lock(session: &mut Session, database: &str) -> Result<()> {
    session.batch("SET lock_timeout = '10s'")?;
    let locks = format!("SELECT pg_advisory_lock({FILL}), pg_advisory_lock({WORKERS})");
    session.batch(&locks).map_err(|error| {
        if error.is(&SqlState::LOCK_NOT_AVAILABLE) {
            Error::new(format!("another populate_old is filling {database}"))
                .hint("Wait until it is done. Nothing was changed.")
        } else {
            error
        }
    })?;
    session.batch(&format!("SELECT pg_advisory_unlock({WORKERS})"))
}

pub fn join_as_worker(session: &mut Session) -> Result<()> {
    session.batch(&format!("SELECT pg_advisory_lock_shared({WORKERS})"))
}

/// # Errors
/// Some of the tables are there and some are not, which no fill leaves behind.
pub fn find(session: &mut Session) -> Result<Found> {
    let mut missing = Vec::new();
    let mut unfinished = false;
    let mut rows = None;
    for table in SOURCES {
        let row = session.query_one(
            "SELECT to_regclass($1)::text, obj_description(to_regclass($1), 'pg_class')",
            &[&table],
        )?;
        if row.get::<_, Option<String>>(0).is_none() {
            missing.push(table);
            continue;
        }
        unfinished |= row.get::<_, Option<String>>(1).as_deref() == Some(UNFINISHED);
        let holds = format!("SELECT EXISTS (SELECT FROM {})", quote(table));
        if rows.is_none() && session.query_one(&holds, &[])?.get(0) {
            rows = Some(table);
        }
    }
    if missing.len() == SOURCES.len() {
        return Ok(Found::Nothing);
    }
    match rows {
        _ if unfinished && missing.is_empty() => Ok(Found::Unfinished),
        Some(table) => Ok(Found::Rows(table)),
        None if missing.is_empty() => Ok(Found::Empty),
        None => Err(Error::new(format!("{} is missing beside the other tables", missing[0])).hint(
            "Create or drop all three: old_users, old_products, old_orders. Nothing was changed.",
        )),
    }
}

/// Makes the tables empty and marks them as unfinished, in one transaction.
///
/// # Errors
/// A script in `legacy/` fails, or schema `truth` is someone else's. Nothing was changed.
pub fn prepare(session: &mut Session, project: &Project, found: &Found, keyed: bool) -> Result<()> {
    let scripts = match found {
        Found::Nothing => legacy_scripts(project)?,
        _ => Vec::new(),
    };
    session.begin()?;
    for (path, sql) in &scripts {
        session.batch(sql).context(|| format!("{path} failed; nothing was changed"))?;
    }
    if matches!(found, Found::Unfinished) {
        session.batch(&format!("TRUNCATE {}", identifier::list(SOURCES)))?;
    }
    drop_truth(session)?;
    if keyed {
        session.batch(include_str!("truth.sql"))?;
    }
    comment(session, keyed, UNFINISHED)?;
    session.commit()
}

/// Says what was filled where it stands, after the planner has learnt of the rows.
pub fn finish(session: &mut Session, keyed: bool, summary: &str) -> Result<()> {
    session.batch(&format!("ANALYZE {}", identifier::list(SOURCES)))?;
    if keyed {
        let tables = TRUTHS.map(|table| format!("truth.{table}"));
        session.batch(&format!("ANALYZE {}", tables.join(", ")))?;
    }
    session.begin()?;
    comment(session, keyed, &format!("{OURS}{summary}"))?;
    session.commit()
}

fn comment(session: &mut Session, keyed: bool, text: &str) -> Result<()> {
    let text = identifier::literal(text);
    for table in SOURCES {
        session.batch(&format!("COMMENT ON TABLE {} IS {text}", quote(table)))?;
    }
    if keyed {
        session.batch(&format!("COMMENT ON SCHEMA truth IS {text}"))?;
    }
    Ok(())
}

/// Drops the key of a former fill, table by table; a key that no longer fits would only mislead.
fn drop_truth(session: &mut Session) -> Result<()> {
    let found = session.query_opt(
        "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = 'truth'",
        &[],
    )?;
    let Some(row) = found else {
        return Ok(());
    };
    if !row.get::<_, Option<String>>(0).is_some_and(|comment| comment.starts_with(OURS)) {
        return Err(Error::new("the schema `truth` is there and was not made by populate_old")
            .hint("Rename it, or use another database. Nothing was changed."));
    }
    let tables = TRUTHS.map(|table| format!("truth.{table}"));
    session.batch(&format!("DROP TABLE IF EXISTS {}", tables.join(", ")))?;
    session.batch("DROP SCHEMA truth")
}

/// The project's `legacy/*.sql`, by name.
fn legacy_scripts(project: &Project) -> Result<Vec<(String, String)>> {
    let folder = project.directory.join("legacy");
    let unreadable = |error: std::io::Error| {
        Error::usage(format!("{}: {error}", folder.display())).hint(
            "The fake rows are those of sql/shop. For a database of your own, load its exports with --csv.",
        )
    };
    let mut paths = Vec::new();
    for entry in fs::read_dir(&folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension == "sql") {
            paths.push(path);
        }
    }
    paths.sort();
    if paths.is_empty() {
        return Err(Error::usage(format!("{} holds no .sql file", folder.display())));
    }
    paths
        .into_iter()
        .map(|path| {
            let sql = fs::read_to_string(&path)
                .map_err(|error| Error::usage(format!("{}: {error}", path.display())))?;
            Ok((path.display().to_string(), sql))
        })
        .collect()
}
