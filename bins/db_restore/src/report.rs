//! What is said when it is true.

use std::time::Duration;

use common::progress::{count, grouped, seconds};
use common::{Outcome, Result, note, say};
use db_backup::manifest::Manifest;
use db_backup::store::Store;

use crate::plan::Plan;

/// `2026-11-21 22:00:00 UTC (head 51c2)`
pub fn as_of(manifest: &Manifest) -> String {
    let time = manifest.created.replace('T', " ").replace('Z', " UTC");
    match &manifest.heads[..] {
        [] => time,
        [head] => format!("{time} (head {head})"),
        heads => format!("{time} (heads {})", heads.join(", ")),
    }
}

pub fn restored(target: &str, plan: &Plan, kept: Option<&str>) {
    let kept =
        kept.map_or(String::new(), |kept| format!("; the former database is kept as {kept}"));
    say(format_args!("{target} is back as of {}{kept}", as_of(&plan.backup.manifest)));
    for omitted in &plan.backup.manifest.omitted {
        note(format_args!("not in the backup: {} ({})", omitted.what, omitted.why));
    }
}

pub fn added(target: &str, plan: &Plan) {
    let what = if plan.chosen.is_empty() {
        "all rows".to_owned()
    } else {
        plan.chosen.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    };
    say(format_args!(
        "{what} in {target} as of {} ({})",
        as_of(&plan.backup.manifest),
        count(plan.rows().cast_signed(), "row")
    ));
}

pub fn checked(plan: &Plan, took: Duration) {
    say(format_args!(
        "{} was restored into a scratch database: {}, {}, all equal ({}); scratch dropped",
        plan.backup.label(),
        count(i64::try_from(plan.tables.len()).unwrap_or(i64::MAX), "table"),
        count(plan.rows().cast_signed(), "row"),
        seconds(took)
    ));
}

/// One line per backup, the newest last.
pub fn list(store: &Store) -> Result<Outcome> {
    let found = store.list()?;
    if found.is_empty() {
        note(format_args!("there is no backup in {}", store.folder.display()));
    }
    let width = found.iter().map(|one| one.name.len()).max().unwrap_or_default();
    for one in found {
        match one.backup {
            Ok(backup) => {
                let rows = grouped(backup.manifest.rows().cast_signed());
                println!("  {:width$}  {rows:>14} rows  {}", one.name, as_of(&backup.manifest));
            }
            Err(error) => println!("  {:width$}  {}", one.name, error.primary()),
        }
    }
    Ok(Outcome::Done)
}
