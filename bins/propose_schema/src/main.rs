//! Looks at the databases before there is a mapping, and proposes what to begin with.

mod arguments;
mod file;
mod mapping; // a mapping to start from, out of both databases
mod profile; // what a table of the old database holds

use std::process::ExitCode;

use arguments::{Arguments, Command};
use clap::Parser;
use common::identifier::QualifiedName;
use common::{Database, Error, Outcome, Pool, Project, Result, Side};

fn main() -> ExitCode {
    common::run("propose_schema", Arguments::try_parse, propose_schema)
}

fn propose_schema(arguments: Arguments) -> Result<Outcome> {
    let project = Project::open(&arguments.project)?;
    arguments.set_out();
    let old = Pool::open(&Database::of(Side::Old, &project)?)?;
    match &arguments.command {
        Command::Profile { tables, json } => {
            for table in tables {
                let name = QualifiedName::parse(table)
                    .ok_or_else(|| Error::usage(format!("`{table}` is not a table's name")))?;
                let profile = profile::profile(&old, &name, arguments.readers(&old))?;
                profile::print(&profile, *json);
            }
        }
        Command::Mapping { file } => {
            let file = file::new(file.as_deref())?;
            let new_database = Database::of(Side::New, &project)?;
            let new = Pool::open(&new_database)?;
            let text = mapping::propose(&old, &new, &new_database, arguments.readers(&old))?;
            file::write(file, &text)?;
        }
    }
    Ok(Outcome::Done)
}
