//! Brings a database to any revision of its schema, and back: Alembic's graph and version table,
//! on plain SQL files.

use std::process::ExitCode;

use clap::Parser;
use common::{Database, Outcome, Project, Result, Side};

use migrate_schema::arguments::{Args, Form, Verb};
use migrate_schema::change::Change;
use migrate_schema::report::Report;
use migrate_schema::revisions::Revisions;
use migrate_schema::{autogenerate, import, init, lint, offline, write};

fn main() -> ExitCode {
    common::run("migrate_schema", Args::try_parse, migrate_schema)
}

fn migrate_schema(args: Args) -> Result<Outcome> {
    match &args.verb {
        Verb::Init { folder } => return init::init(folder),
        Verb::Diff { from, to, aims } => return autogenerate::diff(from, to, aims),
        _ => {}
    }
    let project = Project::open(&args.project)?;
    let revisions = Revisions::load(&project.revisions())?;
    let database = || Database::of(Side::New, &project);
    let change = || -> Result<Change> { Ok(Change::of(&revisions, database()?, args.verbose)) };
    let report = |form: Form| Report::of(&revisions, args.verbose, form.json);
    match args.verb {
        Verb::Init { .. } | Verb::Diff { .. } => Ok(()),
        Verb::ImportAlembic { alembic, python } => {
            return import::import(&revisions, &alembic, &python);
        }
        Verb::Lint { range, pending, form } => {
            let database = pending.then(database).transpose()?;
            return lint::lint(&revisions, range.as_deref(), database.as_ref(), form.json);
        }
        Verb::Upgrade { target, sql: true, .. } => offline::upgrade(&revisions, &target),
        Verb::Downgrade { target, sql: true, .. } => offline::downgrade(&revisions, &target),
        Verb::Upgrade { target, patience, .. } => change()?.upgrade(&target, &patience),
        Verb::Downgrade { target, patience, .. } => change()?.downgrade(&target, &patience),
        Verb::Stamp { targets, purge } => change()?.stamp(&targets, purge),
        Verb::Current { form } => report(form).current(&database()?),
        Verb::History { range, indicate_current, form } => {
            let database = indicate_current.then(database).transpose()?;
            report(form).history(range.as_deref(), database.as_ref())
        }
        Verb::Heads { form } => report(form).heads(),
        Verb::Branches { form } => report(form).branches(),
        Verb::Show { revision, form } => report(form).show(&revision),
        Verb::Revision(new) if new.autogenerate => {
            return autogenerate::revision(&revisions, &project, &database()?, &new);
        }
        Verb::Revision(new) => write::revision(&revisions, &new),
        Verb::Check { strict } => {
            return autogenerate::check(&revisions, &project, &database()?, strict);
        }
        Verb::Prove => autogenerate::prove(&revisions, &database()?),
        Verb::Dump { folder } => autogenerate::dump(&database()?, &folder),
        Verb::Merge { revisions: joined, message } => write::merge(&revisions, &joined, message),
    }?;
    Ok(Outcome::Done)
}
