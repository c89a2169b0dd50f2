//! Keeps a copy of a schema of one database in another: in lower case, with keys, checks and
//! indexes, and every change as a revision.

mod arguments;
mod change; //      one mirror: as it is, as it should be, and the way between
mod differences; // what changed, in words
mod files; //       models.sql, migration.sql
mod fold; //        the source's facts as the mirror's
mod in_step; //     find, write, apply, compare
mod lineage; //     which object was made of which
mod mirror; //      a schema, its mirror, its folder
mod outside; //     types and functions of other schemas and extensions
mod revision; //    the mirror's own revisions
mod rollback;
mod rows; //        --with-data, --refresh
mod selection; //   which tables
mod sides; //       the source and the target
mod status;
mod target; //      schemas of our own only

use std::process::ExitCode;

use arguments::{Args, Command};
use clap::Parser;
use common::{Outcome, Result};

fn main() -> ExitCode {
    common::run("mirror_schema", Args::try_parse, mirror_schema)
}

fn mirror_schema(args: Args) -> Result<Outcome> {
    match &args.command {
        None if args.plan || args.sql => in_step::plan(&args),
        None => in_step::bring(&args),
        Some(Command::Status { which }) => status::status(which),
        Some(Command::Rollback { target, drop_schema, which, patience }) => {
            rollback::rollback(which, target, *drop_schema, patience)
        }
    }
}
