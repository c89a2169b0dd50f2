//! The scratch database takes the place of the live one, in one transaction.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use common::identifier::{literal, quote};
use common::progress::count;
use common::{Context, Error, Result, Session, Terms};
use db_backup::manifest::{DatabaseFacts, Setting};
use postgres::error::SqlState;

use crate::scratch::Scratch;
use crate::server::Server;
use crate::{former, names, setting_list};

/// Renames the live database away and the scratch database to its name; what the former is called
/// now, if there was one.
///
/// While the live database is being renamed, nobody can connect to it. Its sessions are ended only
/// then, and only where `disconnect` says so.
///
/// # Errors
/// Somebody is connected to the live database. It is unchanged, and the scratch database stays
/// ready.
pub fn into_place(
    server: &mut Server,
    scratch: &Scratch,
    target: &str,
    facts: &DatabaseFacts,
    disconnect: bool,
) -> Result<Option<String>> {
    let kept = names::kept(target, jiff::Timestamp::now());
    let replaced = server.exists(target)?;
    if replaced && !disconnect {
        refuse_sessions(server, target, scratch.name())?;
    }
    let kept = replaced.then_some(kept);
    let mut renamed = || -> Result<()> {
        server.end_sessions(scratch.name())?;
        server.session.begin()?;
        swap(server, scratch.name(), target, kept.as_deref(), facts, disconnect)
    };
    if let Err(error) = renamed() {
        // Where the connection is gone, the server has rolled back.
        let is_back = server.session.rollback().is_ok();
        if is_back && error.is(&SqlState::OBJECT_IN_USE) {
            refuse_sessions(server, target, scratch.name())?;
        }
        return Err(error.hint(stays(target, scratch.name())));
    }
    server.session.commit().map_err(|error| {
        error.hint(format!(
            "Where `{0}` still exists, `{target}` is unchanged and the same command finishes; else `{target}` is the restored one.",
            scratch.name()
        ))
    })?;
    Ok(kept)
}

fn swap(
    server: &mut Server,
    scratch: &str,
    target: &str,
    kept: Option<&str>,
    facts: &DatabaseFacts,
    disconnect: bool,
) -> Result<()> {
    if let Some(kept) = kept {
        let sql = format!("ALTER DATABASE {} RENAME TO {}", quote(target), quote(kept));
        let renamed = if disconnect {
            let other = Session::open(&server.database, Terms::Ours)?;
            while_ending_sessions(other, target, || server.session.batch(&sql))
        } else {
            server.session.batch(&sql)
        };
        renamed.context(|| format!("`{target}` cannot be renamed"))?;
        former::mark(server, kept, target)?;
    }
    let sql = format!("ALTER DATABASE {} RENAME TO {}", quote(scratch), quote(target));
    server.session.batch(&sql).context(|| format!("`{scratch}` cannot be renamed"))?;
    for sql in dressed(target, facts) {
        server
            .session
            .batch(&sql)
            .context(|| format!("`{target}` cannot be given its settings and grants"))?;
    }
    Ok(())
}

/// RENAME takes its lock first, behind which new connections wait, and then gives the sessions
/// that there are five seconds to go.
fn while_ending_sessions<T>(mut other: Session, target: &str, work: impl FnOnce() -> T) -> T {
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                let sql =
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1";
                // Where it may not, RENAME says who is still there.
                if other.query(sql, &[&target]).is_err() {
                    return;
                }
                thread::sleep(Duration::from_millis(50));
            }
        });
        let outcome = work();
        over.store(true, Ordering::Relaxed);
        outcome
    })
}

fn refuse_sessions(server: &mut Server, target: &str, scratch: &str) -> Result<()> {
    let rows = server.session.query(include_str!("sql/sessions.sql"), &[&target])?;
    if rows.is_empty() {
        return Ok(());
    }
    let number = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let are = if number == 1 { "is" } else { "are" };
    let mut error = Error::new(format!(
        "{} {are} connected to `{target}`, which is to be replaced",
        count(number, "session")
    ));
    for row in rows.iter().take(10) {
        error = error.detail(row.get::<_, String>(0));
    }
    Err(error
        .hint(format!("Disconnect them, or let --disconnect do it. {}", stays(target, scratch))))
}

fn stays(target: &str, scratch: &str) -> String {
    format!(
        "`{target}` is unchanged; the restored database is ready as `{scratch}`, and the same command finishes."
    )
}

/// What belongs to a database and is in no section of an archive.
fn dressed(name: &str, facts: &DatabaseFacts) -> Vec<String> {
    let database = quote(name);
    let mut sql = vec![
        format!("ALTER DATABASE {database} CONNECTION LIMIT {}", facts.connection_limit),
        format!(
            "COMMENT ON DATABASE {database} IS {}",
            facts.comment.as_deref().map_or("NULL".to_owned(), literal)
        ),
    ];
    match &facts.grants {
        None => sql.push(format!("GRANT CONNECT, TEMPORARY ON DATABASE {database} TO PUBLIC")),
        Some(grants) => {
            let owner = quote(&facts.owner);
            sql.push(format!("REVOKE ALL ON DATABASE {database} FROM PUBLIC, {owner}"));
            sql.extend(grants.iter().map(|grant| {
                let grantee = grant.grantee.as_deref().map_or("PUBLIC".to_owned(), quote);
                let option = if grant.grantable { " WITH GRANT OPTION" } else { "" };
                format!(
                    "GRANT {} ON DATABASE {database} TO {grantee}{option}",
                    grant.privilege.sql()
                )
            }));
        }
    }
    sql.extend(facts.settings.iter().map(|setting| setting_statement(&database, setting)));
    sql
}

/// Settings whose stored value is a list.
/// Source: `variable_is_guc_list_quote` in PostgreSQL's `dumputils.c`.
const LISTS: [&str; 6] = [
    "local_preload_libraries",
    "search_path",
    "session_preload_libraries",
    "shared_preload_libraries",
    "temp_tablespaces",
    "unix_socket_directories",
];

/// Whoever may set a setting of their own role chose its value, so that each part of it is quoted.
fn setting_statement(database: &str, setting: &Setting) -> String {
    let is_list = LISTS.contains(&setting.name.to_lowercase().as_str());
    let parts = if is_list { setting_list::split(&setting.value) } else { None };
    let value = match parts {
        Some(parts) if !parts.is_empty() => {
            parts.iter().map(|part| literal(part)).collect::<Vec<_>>().join(", ")
        }
        // What is no list is taken as one string, as the server took it.
        _ => literal(&setting.value),
    };
    let name = setting.name.split('.').map(quote).collect::<Vec<_>>().join(".");
    match &setting.role {
        None => format!("ALTER DATABASE {database} SET {name} TO {value}"),
        Some(role) => {
            format!("ALTER ROLE {} IN DATABASE {database} SET {name} TO {value}", quote(role))
        }
    }
}
