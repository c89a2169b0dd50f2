//! Making a backup.

use std::time::Instant;

use common::progress::{self, bytes, count};
use common::{Outcome, Result, note, say};
use db_backup::manifest::{
    self, Filter, LargeObjects, Manifest, Omitted, Options, Sequence, Table, TableKind,
};
use db_backup::private_files::FILTERED;
use db_backup::sink::Sink;
use db_backup::store::{self, Backup, Partial};
use indicatif::ProgressBar;
use rows::RowsHash;
use rows::workers::Stop;

use crate::arguments::Arguments;
use crate::files::{self, Written};
use crate::pg_dump::{self, PgDump};
use crate::plan::{self, Of, Plan};
use crate::snapshot::{self, Snapshot};
use crate::source::{self, Kind, Place};
use crate::stream::Form;
use crate::{prune, space};

pub fn back_up(arguments: &Arguments) -> Result<Outcome> {
    let start = Instant::now();
    let database = arguments.place.database()?;
    let store = arguments.place.store();
    let swept = store::sweep(&store)?;
    for left in swept.removed {
        note(format_args!("removed {left}, which its db_backup did not finish"));
    }
    for foreign in swept.foreign {
        note(format_args!("{foreign} was not made by db_backup; it stays"));
    }
    let mut connections = snapshot::connect(&database, arguments)?;
    let place = source::place(&mut connections.coordinator)?;
    let bindir = arguments.bindir.as_deref();
    let pg_dump = PgDump::find(bindir, place.server_version_num, &place.server_version)?;
    let mut snapshot = Snapshot::take(&database, connections, arguments)?;
    let plan = plan::plan(
        &mut snapshot.coordinator,
        &snapshot.selection,
        &place,
        arguments.filter.is_some(),
    )?;
    let partial = Partial::begin(&store, &database.name)?;
    space::require(&store.folder, plan.size, u32::from(arguments.level))?;

    let bar = progress::byte_bar(plan.size, "backing up");
    let encoding = &place.database.encoding;
    let taken =
        write(arguments, &pg_dump, (&database, encoding), &mut snapshot, &plan, &partial, &bar);
    bar.finish_and_clear();
    let taken =
        taken.map_err(|error| space::explain(error, &store.folder, plan.size, bar.position()))?;
    let manifest = manifest(arguments, place, &pg_dump, snapshot, &plan, &partial, taken)?;
    let prunes = arguments.keep.is_some() || arguments.keep_days.is_some();
    let mut is_proved = false;
    let backup = partial.finish(&manifest, |backup| {
        if prunes || arguments.filter.is_some() {
            is_proved = read_back(backup, arguments)?;
        }
        Ok(())
    })?;
    report(&backup, start);
    if !prunes {
        return Ok(Outcome::Done);
    }
    if is_proved {
        return prune::prune(&arguments.place, arguments.keep, arguments.keep_days);
    }
    note("no backup was removed: the new one was filtered and could not be read back");
    note("--unfilter CMD, or BACKUP_UNFILTER_CMD, names the command that reads it");
    Ok(Outcome::FellShort)
}

/// Reads what was written: before an older backup goes, and where a filter may have spoilt it.
/// Whether all of it could be decoded.
///
/// # Errors
/// A file is not what the manifest says.
fn read_back(backup: &Backup, arguments: &Arguments) -> Result<bool> {
    let backup = backup.clone().with_unfilter(arguments.unfilter.clone());
    let bar = progress::byte_bar(backup.manifest.stored_bytes(), "reading back");
    let jobs = arguments.jobs.wanted();
    let findings = store::verify_files(&backup, jobs, &bar)?;
    bar.finish_and_clear();
    match findings.flaws.into_iter().next() {
        None => Ok(!findings.only_stored),
        Some(flaw) => Err(flaw
            .context("the new backup cannot be read back")
            .hint("It was removed; older backups stay as they were.")),
    }
}

/// What was written under the snapshot.
struct Taken {
    chunks: Vec<Written>,
    files: Vec<manifest::File>,
    sequences: Vec<Sequence>,
    heads: Vec<String>,
    matviews: Vec<manifest::Matview>,
    omitted: Vec<Omitted>,
}

fn write(
    arguments: &Arguments,
    pg_dump: &PgDump,
    (database, encoding): (&common::Database, &str),
    snapshot: &mut Snapshot,
    plan: &Plan,
    partial: &Partial,
    bar: &ProgressBar,
) -> Result<Taken> {
    // After the snapshot, so that no row of it has a number that the sequence gives out again.
    let sequences =
        source::sequences(&mut snapshot.coordinator, &snapshot.selection, &database.user)?;
    let filter = arguments.filter.as_deref();
    let suffix = if filter.is_some() { FILTERED } else { "" };
    let stop = Stop::default();
    let form =
        Form { folder: &partial.path, level: u32::from(arguments.level), filter, stop: &stop, bar };
    let create = |name: &str| Sink::create(&partial.path, &format!("{name}{suffix}"), filter);
    let (schema_sink, globals_sink) = (create("schema.dump")?, create("globals.sql")?);
    let schema = pg_dump.start(database, encoding, snapshot)?;
    let globals = pg_dump.start_globals(database)?;
    let mut files = Vec::new();
    let mut omitted = Vec::new();
    let (chunks, schema, globals) = std::thread::scope(|scope| {
        let schema = scope.spawn(|| {
            let collected = pg_dump::collect(schema, schema_sink);
            if collected.is_err() {
                stop.set();
            }
            collected
        });
        let globals = scope.spawn(|| pg_dump::collect(globals, globals_sink));
        let chunks = files::copy(snapshot, plan, &form, &mut files);
        let joined = "collecting does not panic";
        (chunks, schema.join().expect(joined), globals.join().expect(joined))
    });
    // pg_dump's failure stops the workers, whose error then says less.
    let (entry, file) = schema?;
    let chunks = chunks?;
    file.sync_all()?;
    files.push(entry);
    match globals {
        Ok((entry, file)) => {
            file.sync_all()?;
            files.push(entry);
        }
        Err(error) => {
            std::fs::remove_file(partial.path.join(format!("globals.sql{suffix}")))?;
            omitted.push(Omitted {
                what: "roles and tablespaces (globals.sql)".to_owned(),
                why: error.to_string().lines().skip(1).map(str::trim).collect::<Vec<_>>().join(" "),
            });
        }
    }
    let session = &mut snapshot.coordinator;
    let heads = source::heads(session)?;
    let mut matviews = source::matviews(session)?;
    omitted.extend(
        source::labelled(session)?
            .into_iter()
            .map(|what| Omitted { what, why: "pg_dump's archives carry none of these".to_owned() }),
    );
    matviews.retain(|view| snapshot.selection.wants_matview(&view.schema));
    Ok(Taken { chunks, files, sequences, heads, matviews, omitted })
}

fn manifest(
    arguments: &Arguments,
    place: Place,
    pg_dump: &PgDump,
    mut snapshot: Snapshot,
    plan: &Plan,
    partial: &Partial,
    mut taken: Taken,
) -> Result<Manifest> {
    snapshot.is_alive()?;
    let selection = snapshot.selection;
    let (mut metadata, mut content) = (None, Vec::new());
    let mut tables: Vec<Option<Table>> = vec![None; selection.relations.len()];
    taken.chunks.sort_by_key(|(piece, _)| *piece);
    for (piece, chunk) in taken.chunks {
        match plan.pieces[piece].of {
            Of::LargeObjectMetadata => metadata = Some(chunk),
            Of::LargeObjectContent => content.push(chunk),
            Of::Table(index) => {
                let table = tables[index].get_or_insert_with(|| empty(&selection.relations[index]));
                table.rows += chunk.rows;
                table.bytes += chunk.bytes;
                table.hash = table.hash.and(chunk.hash);
                table.chunks.push(chunk);
            }
        }
    }
    taken.files.sort_by(|a, b| a.path.cmp(&b.path));
    let mut omitted = selection.omitted;
    omitted.append(&mut taken.omitted);
    let filter =
        arguments.filter.clone().map(|write| Filter { write, read: arguments.unfilter.clone() });
    Ok(Manifest {
        format: manifest::FORMAT,
        tool: concat!("db_backup ", env!("CARGO_PKG_VERSION")).to_owned(),
        created: rfc3339(partial.created),
        finished: rfc3339(jiff::Timestamp::now()),
        copy_encoding: place.database.encoding.clone(),
        database_bytes: place.bytes,
        database: place.database,
        server_version: place.server_version,
        server_version_num: place.server_version_num,
        pg_dump_version: pg_dump.version().to_owned(),
        snapshot: snapshot.id.as_str().to_owned(),
        wal_lsn: place.wal_lsn,
        heads: taken.heads,
        options: Options {
            schemas: arguments.schemas.clone(),
            tables: arguments.tables.clone(),
            exclude_table_data: arguments.exclude_table_data.clone(),
            level: u32::from(arguments.level),
            filter,
        },
        files: taken.files,
        tables: tables.into_iter().flatten().collect(),
        sequences: taken.sequences,
        large_objects: metadata.map(|metadata| LargeObjects {
            count: plan.large_objects,
            metadata,
            content,
        }),
        matviews: taken.matviews,
        omitted,
    })
}

fn empty(relation: &source::Relation) -> Table {
    debug_assert_eq!(relation.kind, Kind::Table);
    let kind = match (&relation.condition, relation.parent) {
        (Some(_), _) => TableKind::ExtensionConfig,
        (None, Some(_)) => TableKind::Partition,
        (None, None) => TableKind::Table,
    };
    Table {
        schema: relation.schema.clone(),
        name: relation.name.clone(),
        kind,
        columns: relation.columns.clone(),
        rows: 0,
        bytes: 0,
        hash: RowsHash::default(),
        chunks: Vec::new(),
        condition: relation.condition.clone(),
    }
}

fn rfc3339(time: jiff::Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn report(backup: &Backup, start: Instant) {
    let manifest = &backup.manifest;
    let heads = match manifest.heads.as_slice() {
        [] => String::new(),
        [head] => format!(", head {head}"),
        heads => format!(", heads {}", heads.join(" ")),
    };
    say(format_args!(
        "{}  {} of {} in {}, {}, {}{heads}",
        backup.label(),
        bytes(manifest.stored_bytes()),
        bytes(manifest.copy_bytes()),
        progress::seconds(start.elapsed()),
        count(manifest.tables.len() as i64, "table"),
        count(manifest.rows().cast_signed(), "row"),
    ));
    for omitted in &manifest.omitted {
        note(format_args!("without {}: {}", omitted.what, omitted.why));
    }
}
