//! Removing old backups.

use common::progress::count;
use common::{Outcome, Result, note, say};
use db_backup::store::{self, Backup};
use jiff::{SpanRelativeTo, Timestamp, ToSpan};

use crate::arguments::Place;

/// Removes what neither rule keeps: not among the newest `keep`, and older than `keep_days`. The
/// newest verified backup stays whatever the rules say, and so does one that is being restored.
pub fn prune(place: &Place, keep: Option<usize>, keep_days: Option<u32>) -> Result<Outcome> {
    if keep.is_none() && keep_days.is_none() {
        return Ok(Outcome::Done);
    }
    let store = place.store();
    let name = place.database()?.name;
    let mut backups: Vec<Backup> = Vec::new();
    for found in store.list()? {
        match found.backup {
            Ok(backup) if backup.manifest.database.name == name => backups.push(backup),
            Ok(_) => {}
            Err(error) => note(format_args!("neither counted nor removed: {error}")),
        }
    }
    backups.sort_by(|a, b| b.manifest.created.cmp(&a.manifest.created));
    let last_verified = backups.iter().position(|backup| backup.verified().is_some());
    let oldest = keep_days.map(before).transpose()?;
    let mut removed = 0;
    for (index, backup) in backups.iter().enumerate() {
        let among_newest = keep.is_some_and(|keep| index < keep.max(1));
        let young = oldest.as_ref().is_some_and(|oldest| backup.manifest.created >= *oldest);
        if index == 0 || among_newest || young || Some(index) == last_verified {
            continue;
        }
        if store::remove(&store, &backup.name())? {
            removed += 1;
        } else {
            note(format_args!("{} is being read; it stays", backup.label()));
        }
    }
    let left = backups.len() - removed;
    say(format_args!("{} of `{name}` removed, {} left", count(removed as i64, "backup"), left));
    Ok(Outcome::Done)
}

/// The time that many days ago, as manifests write it.
fn before(days: u32) -> Result<String> {
    let span = i64::from(days).days();
    let days = SpanRelativeTo::days_are_24_hours();
    let seconds = span.total((jiff::Unit::Second, days)).unwrap_or(0.0);
    let then = Timestamp::now().as_second() - seconds as i64;
    let then = Timestamp::from_second(then).unwrap_or(Timestamp::MIN);
    Ok(then.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}
