//! `verify`: reading a backup, and restoring it for a test.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use common::progress::{self, bytes, count};
use common::{Error, Outcome, Result, note, say};
use db_backup::store::{self, Backup};

use crate::arguments::Place;

/// What a restore for a test needs to be told.
pub struct Restore {
    pub unfilter: Option<String>,
    pub bindir: Option<PathBuf>,
}

/// Proves the files against the manifest, and with `restore` the restored rows too. Success is
/// remembered beside the manifest.
pub fn verify(
    place: &Place,
    wanted: &str,
    jobs: usize,
    unfilter: Option<String>,
    restore: Option<Restore>,
) -> Result<Outcome> {
    let start = Instant::now();
    let backup = place.store().find(wanted, place.database_name().as_deref())?;
    let backup = backup.with_unfilter(unfilter);
    let _lease = backup.hold()?;
    let bar = progress::byte_bar(backup.manifest.stored_bytes(), "verifying");
    let findings = store::verify_files(&backup, jobs, &bar)?;
    bar.finish_and_clear();
    for flaw in &findings.flaws {
        note(flaw);
    }
    if !findings.flaws.is_empty() {
        note(format_args!("{} is damaged; do not rely on it", backup.label()));
        return Ok(Outcome::FellShort);
    }
    if findings.only_stored {
        note(
            "the files are filtered and no command to read them is known (--unfilter): only their SHA-256 hashes were compared",
        );
    }
    let restored = restore.is_some();
    if let Some(restore) = restore {
        restore_for_a_test(place, &backup, restore)?;
    }
    if !findings.only_stored || restored {
        backup.remember_verified(restored)?;
    }
    let how = if restored {
        "restored into a scratch database, rows and hashes equal, scratch dropped".to_owned()
    } else {
        format!(
            "{}, {}, {}: all as the manifest says",
            count(findings.files as i64, "file"),
            bytes(findings.bytes),
            count(findings.rows.cast_signed(), "row")
        )
    };
    say(format_args!("{}  {how} ({})", backup.label(), progress::seconds(start.elapsed())));
    Ok(Outcome::Done)
}

/// By db_restore itself, beside this program: what proves a backup is what brings it back.
fn restore_for_a_test(place: &Place, backup: &Backup, restore: Restore) -> Result<()> {
    let program = std::env::current_exe()?.with_file_name("db_restore");
    let mut command = Command::new(&program);
    command.arg("--check").arg(&backup.path).arg("--project").arg(&place.project);
    command.stdin(Stdio::null()).stdout(Stdio::null());
    if place.old {
        command.arg("--old");
    }
    if let Some(unfilter) = restore.unfilter {
        command.env("BACKUP_UNFILTER_CMD", unfilter);
    }
    if let Some(bindir) = restore.bindir {
        command.arg("--bindir").arg(bindir);
    }
    let status = command.status().map_err(|error| {
        Error::new(format!("{} cannot be started: {error}", program.display()))
            .hint("`make build` builds it; it belongs beside db_backup.")
    })?;
    if status.success() {
        return Ok(());
    }
    Err(Error::new(format!("{}: the test restore failed", backup.label()))
        .hint("The messages of db_restore are above; the backup's files match the manifest."))
}
