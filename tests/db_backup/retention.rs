//! Old backups go, but never the one that is sure to work, nor one that somebody reads.

use std::path::PathBuf;

use super::{back_up, db_backup, left, sealed};
use crate::harness::Lab;

fn some(lab: &Lab, number: usize) -> Vec<PathBuf> {
    lab.execute(&lab.new, "CREATE TABLE IF NOT EXISTS t (id int)");
    (0..number).map(|_| back_up(lab, &["--jobs", "1"])).collect()
}

fn names(backups: &[&PathBuf]) -> Vec<String> {
    backups
        .iter()
        .map(|path| path.file_name().expect("a name").to_string_lossy().into_owned())
        .collect()
}

#[test]
fn the_newest_stay_and_the_last_verified_one() {
    let lab = Lab::new();
    let backups = some(&lab, 4);
    db_backup(&lab, &["verify", &backups[0].display().to_string()]).ok();
    let run = db_backup(&lab, &["prune", "--keep", "1"]);
    assert_eq!(run.ok(), format!("db_backup: 2 backups of `{}` removed, 2 left\n", lab.new));
    assert_eq!(left(&lab), names(&[&backups[0], &backups[3]]));

    db_backup(&lab, &["verify"]).ok();
    db_backup(&lab, &["prune", "--keep", "1"]).ok();
    assert_eq!(left(&lab), names(&[&backups[3]]), "a later one is verified now");
    db_backup(&lab, &["prune", "--keep", "0", "--keep-days", "0"]).ok();
    assert_eq!(left(&lab), names(&[&backups[3]]), "the newest one stays");
}

#[test]
fn one_that_is_read_stays() {
    let lab = Lab::new();
    let backups = some(&lab, 3);
    let reader = std::fs::File::open(&backups[0]).unwrap();
    reader.lock_shared().unwrap();
    let run = db_backup(&lab, &["prune", "--keep", "1"]);
    assert_eq!(run.ok(), format!("db_backup: 1 backup of `{}` removed, 2 left\n", lab.new));
    let name = backups[0].file_name().unwrap().to_string_lossy();
    assert_eq!(run.stderr, format!("db_backup: backups/{name} is being read; it stays\n"));
    assert_eq!(left(&lab), names(&[&backups[0], &backups[2]]));
}

#[test]
fn young_ones_stay_and_other_databases_and_damaged_ones_are_left_alone() {
    let lab = Lab::new();
    let backups = some(&lab, 3);
    let other = back_up_old(&lab);
    std::fs::write(backups[0].join("manifest.json"), "{}").unwrap();
    db_backup(&lab, &["prune", "--keep-days", "1"]).ok();
    assert_eq!(left(&lab).len(), 4);
    let run = db_backup(&lab, &["--keep", "1"]);
    run.ok();
    let name = backups[0].file_name().unwrap().to_string_lossy();
    assert_eq!(
        run.stderr,
        format!(
            "db_backup: neither counted nor removed: backups/{name}: manifest.json does not match its own SHA-256\n  hint: It was changed or damaged after the backup was made.\n"
        )
    );
    assert_eq!(left(&lab).len(), 3);
    assert!(other.exists() && backups[0].exists() && !backups[2].exists());
    let list = db_backup(&lab, &["list"]);
    assert!(list.ok().contains("  damaged: "), "{list}");
}

#[test]
fn the_days_count_from_when_each_was_made() {
    let lab = Lab::new();
    let backups = some(&lab, 3);
    for (backup, days) in backups.iter().zip([9, 5, 1]) {
        let path = backup.join("manifest.json");
        let text = std::fs::read_to_string(&path).unwrap();
        let ago = format!(
            "SELECT to_char(now() AT TIME ZONE 'UTC' - interval '{days} days', 'YYYY-MM-DD')"
        );
        let (before, rest) = text.split_once("\"created\": \"").unwrap();
        let aged = format!("{before}\"created\": \"{}{}", lab.value(&lab.new, &ago), &rest[10..]);
        std::fs::write(path, sealed(&aged)).unwrap();
    }
    let run = db_backup(&lab, &["prune", "--keep-days", "7"]);
    assert_eq!(run.ok(), format!("db_backup: 1 backup of `{}` removed, 2 left\n", lab.new));
    assert_eq!(left(&lab), names(&[&backups[1], &backups[2]]));
    // Whichever rule keeps a backup, it is kept.
    db_backup(&lab, &["prune", "--keep-days", "3", "--keep", "2"]).ok();
    assert_eq!(left(&lab).len(), 2);
    let next = db_backup(&lab, &["--keep-days", "3"]);
    assert!(
        next.ok().ends_with(&format!("db_backup: 1 backup of `{}` removed, 2 left\n", lab.new)),
        "{next}"
    );
    assert!(!backups[1].exists() && backups[2].exists());
    db_backup(&lab, &["prune"]).exits(2);
}

fn back_up_old(lab: &Lab) -> PathBuf {
    lab.execute(&lab.old, "CREATE TABLE t (id int)");
    back_up(lab, &["--old"])
}
