//! `list` and `show`: what there is.

use common::progress::{bytes, count, grouped};
use common::{Outcome, Result, say};
use db_backup::store::Backup;

use crate::arguments::Place;

/// One line per backup, the oldest first; a damaged one is listed too, with what is wrong.
pub fn list(place: &Place) -> Result<Outcome> {
    let store = place.store();
    let found = store.list()?;
    say(format_args!("{} in {}", count(found.len() as i64, "backup"), store.folder.display()));
    let width = found.iter().map(|one| one.name.len()).max().unwrap_or_default();
    for one in &found {
        let facts = match &one.backup {
            Ok(backup) => line(backup),
            Err(error) => format!("damaged: {}", error.primary()),
        };
        println!("  {:<width$}  {facts}", one.name);
    }
    Ok(Outcome::Done)
}

fn line(backup: &Backup) -> String {
    let manifest = &backup.manifest;
    let verified = match backup.verified() {
        Some(verified) if verified.restored => format!("test restore {}", verified.verified),
        Some(verified) => format!("files verified {}", verified.verified),
        None => "not verified".to_owned(),
    };
    let part = if manifest.options.is_whole() { "" } else { ", in part" };
    format!(
        "{:>8}  {:>15} rows  {verified}{part}",
        bytes(manifest.stored_bytes()),
        grouped(manifest.rows().cast_signed()),
    )
}

/// The manifest for people, or as it is.
pub fn show(place: &Place, wanted: &str, json: bool) -> Result<Outcome> {
    let backup = place.store().find(wanted, place.database_name().as_deref())?;
    let manifest = &backup.manifest;
    if json {
        print!("{}", manifest.sealed());
        return Ok(Outcome::Done);
    }
    say(backup.label());
    let heads =
        if manifest.heads.is_empty() { "none".to_owned() } else { manifest.heads.join(" ") };
    let verified = match backup.verified() {
        Some(verified) if verified.restored => format!("{}, by a restore", verified.verified),
        Some(verified) => format!("{}, by reading the files", verified.verified),
        None => "never".to_owned(),
    };
    let facts = [
        ("database", manifest.database.name.clone()),
        ("taken", format!("{} to {}", manifest.created, manifest.finished)),
        ("server", manifest.server_version.clone()),
        ("pg_dump", manifest.pg_dump_version.clone()),
        ("heads", heads),
        ("rows", grouped(manifest.rows().cast_signed())),
        (
            "size",
            format!(
                "{} in {}, of {} of rows",
                bytes(manifest.stored_bytes()),
                count(manifest.files.len() as i64, "file"),
                bytes(manifest.copy_bytes())
            ),
        ),
        ("verified", verified),
    ];
    for (name, value) in facts {
        println!("  {name:<9} {value}");
    }
    if let Some(filter) = &manifest.options.filter {
        println!("  {:<9} {}", "filter", filter.write);
    }
    if let Some(objects) = &manifest.large_objects {
        println!("  {:<9} {}", "large", count(objects.count.cast_signed(), "object"));
    }
    let name = |table: &db_backup::manifest::Table| format!("{}.{}", table.schema, table.name);
    let width =
        manifest.tables.iter().map(|one| name(one).chars().count()).max().unwrap_or_default();
    for table in &manifest.tables {
        println!(
            "  {:<width$}  {:>15} rows  {:>8}  {}",
            name(table),
            grouped(table.rows.cast_signed()),
            bytes(table.bytes),
            count(table.chunks.len() as i64, "chunk")
        );
    }
    for omitted in &manifest.omitted {
        println!("  without {}: {}", omitted.what, omitted.why);
    }
    Ok(Outcome::Done)
}
