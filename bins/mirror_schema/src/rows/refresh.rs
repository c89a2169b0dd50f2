//! What changed in the source since its rows were copied: found by hashes that both servers
//! compute, fetched, and written in one transaction.

use std::time::Instant;

use common::{Context, Error, Pool, Result, Session, note, progress, say};
use rows::foreign_keys::loosen;
use rows::{CopyStream, Snapshot, copy_text};

use super::buckets::Compared;
use super::digest::{self, Digest, Digests};
use super::key;
use super::stage::{Counts, Stage};
use super::table::Table;
use crate::arguments::Args;
use crate::mirror::Mirror;
use crate::sides::Sides;

/// Makes the tables what they are in the source at one moment; nothing is written where nothing
/// changed.
///
/// # Errors
/// Rows would be lost, or the tables are not what the source holds; no row was changed.
pub fn refresh(sides: &mut Sides, tables: Vec<Table>, args: &Args) -> Result<()> {
    let start = Instant::now();
    let from = Pool::open(&sides.source)?;
    let sources: Vec<&str> = tables.iter().map(|table| table.source.as_str()).collect();
    let (snapshot, _holder) = Snapshot::take(&from, copy_text::SETTINGS, &sources)?;
    let mut source = snapshot.stream()?;
    begin(&mut sides.to, &tables)?;
    let blocks: Vec<i64> = tables
        .iter()
        .map(|table| Ok(table.sized_by(&mut sides.to)?.blocks))
        .collect::<Result<_>>()?;
    let compared = compared(&mut sides.to, &mut source, tables)?;
    let digests = digest::both(&compared, &snapshot, &sides.target, &blocks, args.jobs.wanted())?;
    let mut stages = Vec::new();
    for (compared, digests) in compared.iter().zip(&digests) {
        if !digests.0.different(&digests.1).is_empty() {
            let stage = Stage::fetch(compared, stages.len(), digests, &mut source, &mut sides.to)
                .context(|| format!("{} cannot be compared", compared.table.target))?;
            let wanted = digests.0.of(&stage.buckets);
            stages.push((stage, wanted));
        }
    }
    if !args.allow_data_loss {
        refuse_losses(&sides.mirrors, &stages)?;
    }
    if stages.is_empty() {
        sides.to.rollback()?;
    } else {
        apply(&mut sides.to, &mut source, &stages)?;
        sides.to.commit()?;
    }
    for mirror in &sides.mirrors {
        report(mirror, &compared, &digests, &stages, start);
    }
    Ok(())
}

/// Nobody else changes the mirrors' rows from here on; they are read as before.
fn begin(target: &mut Session, tables: &[Table]) -> Result<()> {
    target.batch(copy_text::SETTINGS)?;
    target.begin()?;
    target.batch("SET LOCAL lock_timeout = '10s'; SET LOCAL jit = off")?;
    let names: Vec<&str> = tables.iter().map(|table| table.target.as_str()).collect();
    target.batch(&format!("LOCK TABLE ONLY {} IN SHARE ROW EXCLUSIVE MODE", names.join(", ONLY ")))
}

fn compared(
    target: &mut Session,
    source: &mut CopyStream,
    tables: Vec<Table>,
) -> Result<Vec<Compared>> {
    let encoding = "SELECT current_setting('server_encoding')";
    let here: String = target.query_one(encoding, &[])?.get(0);
    let recode = source.value(encoding)?.is_some_and(|there| there != here);
    let mut keys = key::keys(target, &tables)?;
    let mut compared = Vec::new();
    for table in tables {
        if table.columns.is_empty() {
            note(format_args!("{} has no column to compare", table.target));
            continue;
        }
        let key = keys.remove(&table.path);
        compared.push(Compared::new(table, key, recode, source)?);
    }
    Ok(compared)
}

/// With what the buckets that differ should hold in the end.
type Stages<'a> = [(Stage<'a>, Digest)];

/// # Errors
/// Rows of a mirror are gone from the source; all such tables are named.
fn refuse_losses(mirrors: &[Mirror], stages: &Stages) -> Result<()> {
    for mirror in mirrors {
        let lost: Vec<&Stage> = of(mirror, stages).filter(|s| s.counts.removed > 0).collect();
        if lost.is_empty() {
            continue;
        }
        let words = lost.iter().map(|stage| {
            let count = progress::count(stage.counts.removed, "row");
            format!("{count} of {}", stage.compared.table.name())
        });
        let words = words.collect::<Vec<_>>().join(", ");
        let mut error = Error::usage(format!("{} would lose {words}", mirror.name))
            .detail("they are gone from the source");
        let without_key = lost.iter().filter(|stage| stage.compared.key.is_none());
        let without_key: Vec<&str> = without_key.map(|stage| stage.compared.table.name()).collect();
        if !without_key.is_empty() {
            error = error.detail(format!(
                "without a key, a changed row counts as one row gone and one row new: {}",
                without_key.join(", ")
            ));
        }
        return Err(error.hint("`mirror_schema --with-data --refresh --allow-data-loss` removes them. No row was changed."));
    }
    Ok(())
}

fn of<'a>(mirror: &Mirror, stages: &'a Stages) -> impl Iterator<Item = &'a Stage<'a>> {
    stages.iter().map(|(stage, _)| stage).filter(|stage| stage.compared.table.is_of(mirror))
}

/// Writes what changed, and looks at the result before anybody else sees it.
///
/// # Errors
/// A constraint of the target stands in the way, or a table is not what was read.
fn apply(target: &mut Session, source: &mut CopyStream, stages: &Stages) -> Result<()> {
    let changing = oids(target, stages.iter().map(|(stage, _)| stage))?;
    let losing = stages.iter().map(|(stage, _)| stage).filter(|stage| stage.loses_rows());
    let losing = oids(target, losing)?;
    // To remove rows of the table that it points to would do more than that.
    let foreign_keys = loosen(target, &changing, |key| {
        key.acts_on_delete && key.parents.iter().any(|table| losing.contains(table))
    })?;
    target.batch("SET CONSTRAINTS ALL DEFERRED")?;
    for (stage, _) in stages {
        let table = &stage.compared.table;
        stage
            .apply(source, target)
            .context(|| format!("{} cannot be made equal to {}", table.target, table.source))
            .map_err(|error| error.hint("No row was changed."))?;
    }
    foreign_keys
        .tighten(target)
        .context(|| "the rows violate a foreign key of the mirror".to_owned())
        .map_err(|error| error.hint("No row was changed."))?;
    for (stage, wanted) in stages {
        let table = &stage.compared.table;
        let found = digest::of_mirror(target, stage.compared, &stage.buckets)?;
        if found != *wanted {
            let primary = format!("{} is not what was read from {}", table.target, table.source);
            return Err(Error::new(primary)
                .detail(format!("{wanted} were read, {found} arrived"))
                .hint("No row was changed. Please report this."));
        }
    }
    Ok(())
}

fn oids<'a>(target: &mut Session, stages: impl Iterator<Item = &'a Stage<'a>>) -> Result<Vec<u32>> {
    let names: Vec<&str> = stages.map(|stage| stage.compared.table.target.as_str()).collect();
    Ok(target.query_one("SELECT $1::text[]::regclass[]::oid[]", &[&names])?.get(0))
}

fn report(
    mirror: &Mirror,
    compared: &[Compared],
    digests: &[(Digests, Digests)],
    stages: &Stages,
    start: Instant,
) {
    let mine = compared.iter().zip(digests).filter(|(compared, _)| compared.table.is_of(mirror));
    let rows: i64 = mine.clone().map(|(_, digests)| digests.0.total().rows).sum();
    let tables = progress::count(i64::try_from(mine.count()).unwrap_or(i64::MAX), "table");
    let mut all = Counts::default();
    for stage in of(mirror, stages) {
        all.added += stage.counts.added;
        all.changed += stage.counts.changed;
        all.removed += stage.counts.removed;
    }
    let what = match all {
        Counts { added: 0, changed: 0, removed: 0 } => "no row changed".to_owned(),
        Counts { added, changed, removed } => format!(
            "{} added, {} changed, {} removed",
            progress::count(added, "row"),
            progress::grouped(changed),
            progress::grouped(removed)
        ),
    };
    say(format_args!(
        "{}: {what}; {} in {tables}, hashes equal ({})",
        mirror.name,
        progress::count(rows, "row"),
        progress::seconds(start.elapsed()),
    ));
}
