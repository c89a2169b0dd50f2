//! The project's two databases: created where missing, dropped and created anew on demand.

use std::io::{BufRead, IsTerminal, stderr, stdin};

use common::PrivateCluster;
use common::{
    Database, Error, Outcome, Project, Result, Session, Side, Terms, identifier, note, say,
};

use crate::server::SUPERUSER;
use crate::which::Which;

/// Created databases are reached from here.
const MAINTENANCE: &str = "postgres";

#[derive(clap::Args)]
pub struct Reset {
    /// Only this one of the two
    which: Option<Which>,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// Reset the one database of this name, in the private cluster or not, without a question
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
}

/// Creates those of the project's databases that the private cluster lacks; whether it lacked one.
///
/// # Errors
/// The server cannot be reached.
pub fn create_missing(cluster: &PrivateCluster, project: &Project) -> Result<bool> {
    let mut session = Session::open(&cluster.database(MAINTENANCE)?, Terms::Ours)?;
    let there = session.query("SELECT datname FROM pg_database", &[])?;
    let there: Vec<String> = there.iter().map(|row| row.get(0)).collect();
    let wanted = [&project.databases.old, &project.databases.new];
    let mut created = false;
    for name in wanted.into_iter().filter(|name| !there.contains(name)) {
        session.batch(&create_statement(name))?;
        created = true;
    }
    Ok(created)
}

/// Creates databases on a server of this machine.
///
/// # Errors
/// The server cannot be reached.
pub fn create(port: u16, password: &str, names: &[&str]) -> Result<()> {
    let url = format!(
        "postgresql://{SUPERUSER}:{password}@127.0.0.1:{port}/{MAINTENANCE}?sslmode=disable"
    );
    let mut session =
        Session::open(&Database::of_our_own("the throw-away server", &url)?, Terms::Ours)?;
    names.iter().try_for_each(|name| session.batch(&create_statement(name)))
}

/// `dev_postgres reset`. Sessions on the databases are ended. Grants and settings of the databases
/// themselves are lost with them; owner, encoding and locale are kept.
///
/// # Errors
/// A database is not in the private cluster and was not named once more, nobody said yes, or
/// the user may not create what is about to be dropped.
pub fn reset(project: &Project, asked: &Reset) -> Result<Outcome> {
    let sides = match asked.which {
        Some(which) => vec![which.side()],
        None => vec![Side::Old, Side::New],
    };
    let databases: Result<Vec<_>> =
        sides.into_iter().map(|side| Database::of(side, project)).collect();
    let databases = match &asked.name {
        Some(name) => vec![named(databases?, name)?],
        None => all_private(databases?)?,
    };
    if asked.name.is_none() && !asked.yes {
        confirm(&databases)?;
    }
    for database in &databases {
        drop_and_create(database)?;
        say(format_args!("{database} was dropped and created again; it is empty"));
    }
    Ok(Outcome::Done)
}

/// The one database of this name.
fn named(databases: Vec<Database>, name: &str) -> Result<Database> {
    let all: Vec<String> = databases.iter().map(ToString::to_string).collect();
    let mut fitting: Vec<Database> =
        databases.into_iter().filter(|database| database.name == name).collect();
    match (fitting.pop(), fitting.is_empty()) {
        (Some(database), true) => Ok(database),
        (None, _) => Err(Error::usage(format!("there is no database `{name}` in the settings"))
            .detail(all.join("\n"))
            .hint("Nothing was changed.")),
        (Some(_), false) => Err(Error::usage(format!("two databases are named `{name}`"))
            .detail(all.join("\n"))
            .hint(format!("`reset old --name {name}` or `reset new --name {name}` says which. Nothing was changed."))),
    }
}

fn all_private(databases: Vec<Database>) -> Result<Vec<Database>> {
    match databases.iter().find(|database| !database.private) {
        None => Ok(databases),
        Some(other) => Err(Error::usage(format!(
            "the database {other} is not in the private cluster ({})",
            other.origin
        ))
        .hint(format!(
            "`dev_postgres reset --name {name}` or `make db-reset NAME={name}` drops it anyway. \
             Nothing was changed.",
            name = other.name
        ))),
    }
}

fn confirm(databases: &[Database]) -> Result<()> {
    let names: Vec<String> = databases.iter().map(ToString::to_string).collect();
    let names = names.join(" and ");
    if !(stdin().is_terminal() && stderr().is_terminal()) {
        return Err(Error::usage(format!(
            "reset would drop {names}, but there is no terminal to ask on"
        ))
        .hint("`--yes` confirms it in advance. Nothing was changed."));
    }
    eprint!("dev_postgres: drop {names} with all that is in them? [y/N] ");
    let mut answer = String::new();
    stdin().lock().read_line(&mut answer)?;
    if ["y", "yes"].contains(&answer.trim().to_lowercase().as_str()) {
        Ok(())
    } else {
        Err(Error::new("not confirmed").hint("Nothing was changed."))
    }
}

fn drop_and_create(database: &Database) -> Result<()> {
    let mut session = Session::open(&database.named(MAINTENANCE), Terms::Ours)?;
    let found = session.query_opt(include_str!("recreate.sql"), &[&database.name])?;
    let statement = match found {
        None => create_statement(&database.name),
        Some(row) if row.get("allowed") => row.get("statement"),
        Some(_) => {
            return Err(Error::new(format!(
                "the user `{}` may not drop and create {database}",
                database.user
            ))
            .hint("Only the database's owner with CREATEDB may do that. Nothing was changed."));
        }
    };
    session.batch(&format!(
        "DROP DATABASE IF EXISTS {} WITH (FORCE)",
        identifier::quote(&database.name)
    ))?;
    session.batch(&statement).inspect_err(|_| {
        note(format_args!(
            "{database} was dropped, but not created; this statement creates it:\n{statement}"
        ));
    })
}

fn create_statement(name: &str) -> String {
    format!("CREATE DATABASE {}", identifier::quote(name))
}
