//! The rows of a mirror: copied by several streams in one snapshot, counted, and compared by hash.

mod aside; // keys and indexes that are away during the load
mod copy; //  one range of one table

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::Instant;

use catalog::{Catalog, Id, Kind};
use common::{Error, Pool, Result, Session, note, progress, say};
use db_backup::tally::Hash;
use migrate_data::snapshot::Snapshot;
use migrate_data::workers;

use crate::mirror::Mirror;
use crate::sides::{Sides, State};
use crate::target;
use aside::Aside;
use copy::{Piece, Table};

pub use aside::recover;

/// Rows and their hash, independent of their order.
type Content = (u64, Hash);

/// Copies the rows of every table that is empty in the mirror.
///
/// # Errors
/// A table may not be read, or what arrived is not what was read; the next run begins anew.
pub fn copy(sides: &mut Sides, mirror: &Mirror, state: &State, jobs: usize) -> Result<()> {
    let start = Instant::now();
    let tables = tables(sides, mirror, state)?;
    if tables.is_empty() {
        return Ok(());
    }
    let alone = sides.mirrors.len() == 1;
    let away = Aside::take(&mut sides.to, mirror, &state.actual, &tables, alone)?;
    let (from, to) = (Pool::open(&sides.source)?, Pool::open(&sides.target)?);
    let sources: Vec<String> = tables.iter().map(|table| table.source.clone()).collect();
    let sources: Vec<&str> = sources.iter().map(String::as_str).collect();
    let (snapshot, holder) = Snapshot::of_tables(&from, &sources)?;
    let read = all(&tables, jobs, "rows", |piece| {
        copy::through(&mut snapshot.stream()?, &mut to.session()?, piece)
    })?;
    drop(holder);
    let there = blocks_of(&mut sides.to, &tables)?;
    let arrived = all(&there, jobs, "check", |piece| copy::back(&sides.target, piece))?;
    for ((table, read), arrived) in tables.iter().zip(&read).zip(&arrived) {
        if read != arrived {
            return Err(Error::new(format!(
                "{} is not what was read from {}",
                table.target, table.source
            ))
            .detail(format!(
                "{} rows with hash {} were read, {} with hash {} arrived",
                read.0, read.1, arrived.0, arrived.1
            ))
            .hint("The next run empties it and begins anew."));
        }
    }
    away.bring_back(&mut sides.to, mirror)?;
    set_sequences(sides, mirror, state)?;
    let rows: u64 = read.iter().map(|(rows, _)| rows).sum();
    say(format_args!(
        "{}: {} in {}, hashes equal ({})",
        mirror.name,
        progress::count(i64::try_from(rows).unwrap_or(i64::MAX), "row"),
        progress::count(i64::try_from(tables.len()).unwrap_or(i64::MAX), "table"),
        progress::seconds(start.elapsed()),
    ));
    Ok(())
}

/// The tables to be filled, in the source's order of names.
fn tables(sides: &mut Sides, mirror: &Mirror, state: &State) -> Result<Vec<Table>> {
    let rows = sides.from.query(include_str!("sql/tables.sql"), &[&vec![mirror.source.clone()]])?;
    let mut tables = Vec::new();
    let mut unreadable = BTreeSet::new();
    for row in rows {
        let (path, readable, blocks): (Vec<String>, bool, i64) =
            (row.get(0), row.get(1), row.get(2));
        let Some(place) = state.wanted.places.get(&Id { kind: Kind::Table, path: path.clone() })
        else {
            continue;
        };
        if !readable {
            unreadable.insert(path.join("."));
        } else if target::holds_rows(&mut sides.to, &place.path)? {
            note(format_args!("{} holds rows already and is left as it is", place.path.join(".")));
        } else {
            tables.push(Table::new(&path, place, blocks, state));
        }
    }
    if unreadable.is_empty() {
        return Ok(tables);
    }
    let names = unreadable.into_iter().collect::<Vec<_>>().join(", ");
    Err(Error::new(format!("the user {} may not read {names}", sides.source.user)).hint(format!(
        "GRANT SELECT on them to {}, or name other TABLES. No row was copied.",
        sides.source.user
    )))
}

/// The same tables cut by their size in the target.
fn blocks_of(target: &mut Session, tables: &[Table]) -> Result<Vec<Table>> {
    let block = "current_setting('block_size')::bigint";
    let size = |table: &Table| -> Result<Table> {
        let sql = format!("SELECT pg_relation_size(to_regclass($1)) / {block}");
        let row = target.query_one(&sql, &[&table.target])?;
        let mut table = table.clone();
        table.blocks = row.get(0);
        Ok(table)
    };
    tables.iter().map(size).collect()
}

/// Does every piece of every table, the pieces of the largest first; what each table held.
fn all(
    tables: &[Table],
    jobs: usize,
    label: &str,
    work: impl Fn(&Piece) -> Result<Content> + Sync,
) -> Result<Vec<Content>> {
    let mut pieces: Vec<(usize, Piece)> = Vec::new();
    for (index, table) in tables.iter().enumerate() {
        pieces.extend(table.pieces().into_iter().map(|piece| (index, piece)));
    }
    // Taken from the end.
    pieces.sort_by_key(|(index, _)| tables[*index].blocks);
    let bar = progress::bar(pieces.len() as u64, label);
    let queue = Mutex::new(pieces);
    let contents = Mutex::new(vec![(0, Hash::default()); tables.len()]);
    workers::run(jobs, |stop| {
        while !stop.is_set() {
            let next = queue.lock().expect("no worker panics").pop();
            let Some((index, piece)) = next else { break };
            let (rows, hash) = work(&piece)?;
            let content = &mut contents.lock().expect("no worker panics")[index];
            *content = (content.0 + rows, content.1.and(hash));
            bar.inc(1);
        }
        Ok(())
    })?;
    bar.finish_and_clear();
    Ok(contents.into_inner().expect("no worker panics"))
}

/// New rows of the mirror go on where the source's do.
fn set_sequences(sides: &mut Sides, mirror: &Mirror, state: &State) -> Result<()> {
    let rows =
        sides.from.query(include_str!("sql/sequences.sql"), &[&vec![mirror.source.clone()]])?;
    let there = sequences(&state.wanted.catalog, mirror);
    for row in rows {
        let (path, value, called): (Vec<String>, i64, bool) = (row.get(0), row.get(1), row.get(2));
        let name = format!(
            "{}.{}",
            catalog::quote(&mirror.name),
            catalog::quote(&crate::fold::names::fold(&path[1]))
        );
        if there.contains(&name) {
            sides
                .to
                .execute("SELECT setval(to_regclass($1), $2, $3)", &[&name, &value, &called])?;
        }
    }
    Ok(())
}

/// The mirror's sequences, those of identity columns among them, as SQL.
fn sequences(catalog: &Catalog, mirror: &Mirror) -> BTreeSet<String> {
    let own = catalog.of_kind(Kind::Sequence).map(|sequence| sequence.id.sql());
    let identity =
        catalog.of_kind(Kind::Column).filter_map(|column| column.get("identity_sequence"));
    let prefix = format!("{}.", catalog::quote(&mirror.name));
    own.chain(identity.map(str::to_owned)).filter(|name| name.starts_with(&prefix)).collect()
}
