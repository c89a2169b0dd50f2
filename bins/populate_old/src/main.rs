//! Builds the legacy database: from CSV exports, or from fake rows with an answer key.

mod arguments;
mod batch; // rows on their way into a table: binary COPY in slices
mod csv_export; // CSV files become one table of text columns
mod shop; // a badly built shop of fake rows, and what a right migration makes of it

use std::process::ExitCode;

use arguments::Arguments;
use clap::Parser;
use common::{Database, Error, Outcome, Project, Result, Side, run};

fn main() -> ExitCode {
    run("populate_old", Arguments::try_parse, |arguments| populate_old(&arguments))
}

fn populate_old(arguments: &Arguments) -> Result<Outcome> {
    if arguments.export.csv.is_some() && arguments.jobs.is_given() {
        return Err(Error::usage(
            "--jobs is for fake rows, and --csv loads one file after the other",
        )
        .hint("Leave out --jobs. Nothing was changed."));
    }
    let project = Project::open(&arguments.project)?;
    let database = Database::of(Side::Old, &project)?;
    match &arguments.export.csv {
        Some(path) => csv_export::load(path, arguments, &database)?,
        None => shop::generate(arguments, &project, &database)?,
    }
    Ok(Outcome::Done)
}
