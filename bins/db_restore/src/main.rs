//! Puts a backup back: beside the live database, proved, and only then in its place.

mod arguments;

use std::collections::HashSet;
use std::process::ExitCode;
use std::time::Instant;

use arguments::Arguments;
use clap::Parser;
use common::{Database, Outcome, Project, Result};
use db_backup::store::Store;
use db_restore::pg_restore::PgRestore;
use db_restore::plan::Plan;
use db_restore::scratch::{self, Scratch};
use db_restore::server::Server;
use db_restore::{build, files, into_existing, kept, preflight, report, space, swap};

fn main() -> ExitCode {
    common::run("db_restore", Arguments::parse, db_restore)
}

fn db_restore(arguments: Arguments) -> Result<Outcome> {
    if arguments.list {
        return report::list(&Store::new(&arguments.dir));
    }
    let configured = Database::of(arguments.side(), &Project::open(&arguments.project)?)?;
    if arguments.drop_old {
        let target = arguments.named(&configured);
        return kept::drop_old(&mut Server::open(&configured, target)?, target);
    }
    if arguments.discard {
        let target = arguments.named(&configured);
        return scratch::discard(&mut Server::open(&configured, target)?, target);
    }
    let backup = arguments.find(&configured)?;
    let _lease = backup.hold()?;
    let target = arguments.target(&backup, &configured)?;
    let mut server = Server::open(&configured, &target)?;
    preflight::check_version(&backup, &server)?;
    let pg_restore = PgRestore::find(arguments.bindir.as_deref(), &backup.manifest, &server)?;
    let mut plan = Plan::new(
        &backup,
        pg_restore,
        arguments.jobs()?,
        arguments.discard_command(&target, &configured),
    )?;
    files::check(&backup, plan.jobs, &target)?;

    let exists = server.exists(&target)?;
    if arguments.adds(exists)? {
        let database = server.database.named(&target);
        into_existing::restore(&mut plan, &arguments.selection(), &database, &mut server)?;
        report::added(&target, &plan);
        return Ok(Outcome::Done);
    }
    plan.select(&arguments.selection(), &HashSet::new())?;
    let replaces = (exists && !arguments.check).then_some(target.as_str());
    preflight::check(&plan, &mut server, replaces)?;
    let name = arguments.scratch(&target);
    space::require(&plan, &mut server, &name)?;
    let start = Instant::now();
    let mut scratch = Scratch::open(&mut server, &name, &plan, arguments.purpose())?;
    build::build(&plan, &mut server, &mut scratch, &target)?;
    if arguments.check {
        scratch.drop(&mut server)?;
        report::checked(&plan, start.elapsed());
        return Ok(Outcome::Done);
    }
    let facts = &backup.manifest.database;
    let kept = swap::into_place(&mut server, &scratch, &target, facts, arguments.disconnect)?;
    report::restored(&target, &plan, kept.as_deref());
    Ok(Outcome::Done)
}
