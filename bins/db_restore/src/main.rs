//! Puts a backup back: beside the live database, proved, and only then in its place.

mod arguments;

use std::collections::HashSet;
use std::process::ExitCode;
use std::time::Instant;

use arguments::{Arguments, Command, Place, Source, Wanted};
use common::{Outcome, Result};
use db_backup::store::Store;
use db_restore::pg_restore::PgRestore;
use db_restore::plan::Plan;
use db_restore::scratch::{self, Purpose, Scratch};
use db_restore::server::Server;
use db_restore::{build, files, former, into_existing, names, preflight, report, space, swap};

fn main() -> ExitCode {
    common::run("db_restore", Arguments::of_process, db_restore)
}

fn db_restore(arguments: Arguments) -> Result<Outcome> {
    let place = &arguments.place;
    match arguments.command {
        Some(Command::List) => report::list(&Store::new(&place.dir)),
        Some(Command::DropOld { names }) => {
            of_target(place, |server, target| former::drop_kept(server, target, &names))
        }
        Some(Command::Discard) => of_target(place, scratch::discard),
        Some(Command::Check(source)) => restore(place, &source, &Wanted::default(), Purpose::Check),
        None => restore(place, &arguments.source, &arguments.wanted, Purpose::Restore),
    }
}

/// What is done about the target where nothing is restored.
fn of_target(
    place: &Place,
    work: impl FnOnce(&mut Server, &str) -> Result<Outcome>,
) -> Result<Outcome> {
    let configured = place.configured()?;
    let target = place.named(&configured);
    work(&mut Server::open(&configured, target)?, target)
}

fn restore(place: &Place, source: &Source, wanted: &Wanted, purpose: Purpose) -> Result<Outcome> {
    let configured = place.configured()?;
    let backup = source.find(place, &configured)?;
    let _lease = backup.hold()?;
    let target = place.target(&backup, &configured, purpose)?;
    let mut server = Server::open(&configured, &target)?;
    preflight::check_version(&backup, &server)?;
    let pg_restore = PgRestore::find(source.bindir.as_deref(), &backup.manifest, &server)?;
    let discard = place.discard_command(&target, &configured);
    let mut plan = Plan::new(&backup, pg_restore, place.jobs.wanted(), discard)?;
    files::check(&backup, plan.jobs, &target)?;

    let exists = server.exists(&target)?;
    if wanted.adds(exists)? {
        let database = server.database.named(&target);
        into_existing::restore(&mut plan, &wanted.selection(), &database, &mut server)?;
        report::added(&target, &plan);
        return Ok(Outcome::Done);
    }
    plan.select(&wanted.selection(), &HashSet::new())?;
    let replaces = (exists && purpose == Purpose::Restore).then_some(target.as_str());
    preflight::check(&plan, &mut server, replaces)?;
    let name = match purpose {
        Purpose::Check => names::checking(&target),
        Purpose::Restore => names::scratch(&target),
    };
    space::require(&plan, &mut server, &name)?;
    let start = Instant::now();
    let mut scratch = Scratch::open(&mut server, &name, &plan, purpose)?;
    build::build(&plan, &mut server, &mut scratch, &target)?;
    if purpose == Purpose::Check {
        scratch.drop(&mut server)?;
        report::checked(&plan, start.elapsed());
        return Ok(Outcome::Done);
    }
    let facts = &backup.manifest.database;
    let kept = swap::into_place(&mut server, &scratch, &target, facts, wanted.disconnect)?;
    report::restored(&target, &plan, kept.as_deref());
    Ok(Outcome::Done)
}
