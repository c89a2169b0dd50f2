//! Brings mirrors in step: what changed in the source, as a revision, applied and compared.

use common::{Error, Outcome, Result, note, progress, say};
use jiff::Timestamp;

use crate::arguments::Args;
use crate::change::{Change, of_mirror};
use crate::files::Header;
use crate::mirror::Mirror;
use crate::sides::{Sides, State};
use crate::{differences, fold, revision, rows, target};

/// Says what would change.
///
/// # Errors
/// As [`Sides::read`].
pub fn plan(args: &Args) -> Result<Outcome> {
    let mut sides = Sides::open(&args.which)?;
    let state = sides.read(&args.which.tables)?;
    say_left_out(&state);
    let mut outcome = Outcome::Done;
    for mirror in &sides.mirrors.clone() {
        let change = Change::find(&mut sides, mirror, &state)?;
        if change.up.is_empty() {
            say(format_args!("{}: no changes", mirror.name));
            continue;
        }
        outcome = Outcome::FellShort;
        change.lines().iter().for_each(|line| println!("  {line}"));
        if args.sql {
            header(&sides, mirror, &change).write_migration(&change.up.statements)?;
            say(format_args!("wrote {}; nothing was applied", mirror.migration().display()));
            outcome = Outcome::Done;
        }
    }
    Ok(outcome)
}

/// Does it.
///
/// # Errors
/// A mirror would lose rows, a statement failed, or the mirror is not what it should be.
pub fn bring(args: &Args) -> Result<Outcome> {
    let mut sides = Sides::open(&args.which)?;
    sides.take_turn()?;
    rows::recover(&mut sides.to)?;
    for mirror in &sides.mirrors {
        if revision::head(mirror)? != revision::current(&mut sides.to, mirror)? {
            target::create_schema(&mut sides.to, mirror)?;
            revision::apply(mirror, &sides.target, &args.patience)?;
        }
    }
    // A foreign key to another mirror's table waits for it, so the second round adds those.
    let mut round = 0;
    loop {
        let state = sides.read(&args.which.tables)?;
        if round == 0 {
            say_left_out(&state);
        }
        let mut waiting = false;
        for mirror in &sides.mirrors.clone() {
            waiting |= step(&mut sides, mirror, &state, args, round == 0)?;
        }
        round += 1;
        if !waiting || round == 2 {
            break;
        }
    }
    if args.with_data {
        let state = sides.read(&args.which.tables)?;
        rows::bring(&mut sides, &state, args)?;
    }
    Ok(Outcome::Done)
}

/// One mirror; whether a foreign key of it waits for another one.
fn step(
    sides: &mut Sides,
    mirror: &Mirror,
    state: &State,
    args: &Args,
    first: bool,
) -> Result<bool> {
    let change = Change::find(sides, mirror, state)?;
    if change.up.is_empty() {
        if first {
            say(format_args!("{}: no changes", mirror.name));
        }
        return Ok(change.waiting);
    }
    if !args.allow_data_loss {
        change.refuse_losses(&mut sides.to)?;
    }
    change.lines().iter().for_each(|line| println!("  {line}"));
    let down = change.down()?;
    target::create_schema(&mut sides.to, mirror)?;
    let written = revision::write(mirror, &change.message(), &change.up, &down)?;
    let origin = sides.origin(mirror);
    change.lineage.write(&mut sides.to, mirror, &written.id, &origin)?;
    written.apply(mirror, &sides.target, &args.patience)?;
    verify(sides, mirror, change, &written.id, &origin)
}

/// Reads the mirror again: it is what was wanted, or this is an error.
fn verify(
    sides: &mut Sides,
    mirror: &Mirror,
    mut change: Change,
    id: &str,
    origin: &str,
) -> Result<bool> {
    let scope = catalog::Scope::Schemas(vec![mirror.name.clone()]);
    let actual = fold::comparable(catalog::Catalog::read(&mut sides.to, &scope)?);
    let actual = of_mirror(&actual, mirror);
    let wording = change.lineage.remember(actual, &change.wanted);
    let left = catalog::compare(&wording, &change.wanted, &[])?;
    if !left.is_empty() {
        let lines = differences::lines(&left, &wording, &change.wanted);
        return Err(Error::new(format!("{} does not match its source", mirror.name))
            .detail(lines.join("\n"))
            .hint(format!(
                "Revision {id} was applied; `mirror_schema rollback` undoes it. Please report this."
            )));
    }
    change.lineage.write(&mut sides.to, mirror, id, origin)?;
    let header = header(sides, mirror, &change);
    header.write_migration(&change.up.statements)?;
    header.write_models(&change.models()?.statements)?;
    let tables = i64::try_from(header.tables.len()).unwrap_or(i64::MAX);
    say(format_args!(
        "{}: {} in step with {}",
        mirror.name,
        progress::count(tables, "table"),
        sides.source
    ));
    Ok(change.waiting)
}

fn header<'a>(sides: &'a Sides, mirror: &'a Mirror, change: &Change) -> Header<'a> {
    Header {
        source: &sides.source,
        target: &sides.target,
        mirror,
        tables: change.tables(),
        now: Timestamp::now(),
    }
}

fn say_left_out(state: &State) {
    for what in &state.wanted.left_out {
        note(format_args!("left out: {what}"));
    }
}
