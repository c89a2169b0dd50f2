//! What differs, without a revision: `check` and `diff`.

use catalog::{Catalog, Options, Scope};
use common::settings::variable;
use common::{Database, Outcome, Project, Result, Session, Terms, note, say};

use super::state::{Purpose, State};
use super::words;
use crate::arguments::Aims;
use crate::revisions::Revisions;

/// Whether the database is as the files say; exit code 3 where it is not, with what differs.
pub fn check(
    revisions: &Revisions,
    project: &Project,
    database: &Database,
    strict: bool,
) -> Result<Outcome> {
    let aims = Aims { allow_data_loss: true, strict, online: false };
    let state = State::read(revisions, project, database, &aims, Purpose::Comparison)?;
    let (plan, desired) = state.into_plan()?;
    for thing in &plan.unmodelled {
        note(format_args!("{} {} is not compared", thing.kind, thing.name));
    }
    let schema = project.schema();
    if plan.is_empty() {
        say(format_args!("no drift: {database} is as {} says", schema.display()));
        let blind = strict && !plan.unmodelled.is_empty();
        return Ok(if blind { Outcome::FellShort } else { Outcome::Done });
    }
    say(format_args!("drift: this would make {database} as {} says", schema.display()));
    for line in words::changes(&plan, &desired) {
        println!("  {line}");
    }
    Ok(Outcome::FellShort)
}

/// Prints the statements that lead from one live database to another; reads both, changes none.
pub fn diff(from: &str, to: &str, aims: &Aims) -> Result<Outcome> {
    // A name instead of a URL keeps a password out of what others see of the command.
    let read = |name: &str| -> Result<Catalog> {
        let url = variable(name).unwrap_or_else(|| name.to_owned());
        let origin = if url == name { "the URL" } else { name };
        Catalog::read(
            &mut Session::open(&Database::from_url(origin, &url)?, Terms::Users)?,
            &Scope::Database,
        )
    };
    let (from, to) = std::thread::scope(|scope| {
        let from = scope.spawn(|| read(from));
        let to = read(to);
        (from.join().expect("reading does not panic"), to)
    });
    let options = Options {
        online: aims.online,
        allow_data_loss: aims.allow_data_loss,
        strict: aims.strict,
        ..Options::default()
    };
    let plan = catalog::plan(&from?, &to?, &options)?;
    for thing in &plan.unmodelled {
        note(format_args!("{} {} is not compared", thing.kind, thing.name));
    }
    for line in &plan.notes {
        note(line);
    }
    for statement in &plan.statements {
        println!("{};", statement.sql);
    }
    Ok(Outcome::Done)
}
