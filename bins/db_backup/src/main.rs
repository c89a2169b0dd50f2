//! Backs up one database, in one snapshot, by many streams; lists, proves and prunes backups.

mod arguments;
mod batch;
mod files; // the pieces by many workers, largest tables first
mod inspect; // list, show
mod pg_dump; // PostgreSQL's own programs, for the schema and the roles
mod plan; // which files the rows go into
mod prune;
mod snapshot; // one moment, and the locks that keep it true
mod source; // what the database holds
mod space;
mod stream; // one file: COPY out, count, compress, store
mod take;
mod verify;

use std::process::ExitCode;

use arguments::{Arguments, Command};
use clap::Parser;
use common::{Outcome, Result};

fn main() -> ExitCode {
    common::run("db_backup", Arguments::try_parse, db_backup)
}

fn db_backup(arguments: Arguments) -> Result<Outcome> {
    match arguments.command {
        None => take::back_up(&arguments),
        Some(Command::List { place }) => inspect::list(&place),
        Some(Command::Show { backup, json, place }) => inspect::show(&place, &backup, json),
        Some(Command::Verify { backup, restore, unfilter, bindir, place }) => {
            let test = restore.then_some(verify::Restore { unfilter: unfilter.clone(), bindir });
            verify::verify(&place, &backup, arguments.jobs.wanted(), unfilter, test)
        }
        Some(Command::Prune { keep, keep_days, place }) => prune::prune(&place, keep, keep_days),
    }
}
