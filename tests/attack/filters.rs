//! Filters that fail without saying so, and what becomes of older backups then.

use super::{back_up, run};
use crate::harness::Lab;

fn backups(lab: &Lab) -> Vec<String> {
    let entries = std::fs::read_dir(lab.path("backups")).expect("the backups");
    let names = entries.map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<_> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    names.retain(|name| name != ".lock");
    names.sort();
    names
}

/// The last command of a pipeline succeeds, whatever the one before did.
#[test]
fn a_filter_that_hides_its_failure_removes_no_backup() {
    let lab = Lab::new();
    lab.execute(&lab.new, "CREATE TABLE t AS SELECT generate_series(1, 1000) AS id");
    let good = back_up(&lab, &[]);
    let name = good.file_name().expect("a name").to_string_lossy().into_owned();
    for filter in ["nosuchgpg | cat", "cat >/dev/null"] {
        let failed = run(&lab, "db_backup", &["--filter", filter, "--keep", "1"]);
        failed.exits(1);
        assert!(failed.stderr.contains("could not be written"), "{failed}");
        assert_eq!(backups(&lab), [name.as_str()], "{filter}");
    }

    // What comes out is not what went in: only reading back finds it.
    let spoils = "head -c 40";
    let failed = run(&lab, "db_backup", &["--filter", spoils, "--unfilter", "cat", "--keep", "1"]);
    failed.exits(1);
    assert!(
        failed.stderr.starts_with("db_backup: the new backup cannot be read back\n"),
        "{failed}"
    );
    let hint = "  hint: It was removed; older backups stay as they were.\n";
    assert!(failed.stderr.ends_with(hint), "{failed}");
    assert_eq!(backups(&lab), [name.as_str()]);

    // Without the inverse nobody knows, so nothing is removed.
    let unknown = run(&lab, "db_backup", &["--filter", "cat", "--keep", "1"]);
    unknown.exits(3);
    assert_eq!(
        unknown.stderr,
        "db_backup: no backup was removed: the new one was filtered and could not be read back
db_backup: --unfilter CMD, or BACKUP_UNFILTER_CMD, names the command that reads it\n"
    );
    assert_eq!(backups(&lab).len(), 2);
    let proved = run(&lab, "db_backup", &["--filter", "cat", "--unfilter", "cat", "--keep", "1"]);
    proved.ok();
    assert_eq!(backups(&lab).len(), 1);
}

/// Whoever sends a backup chooses what its manifest says, the command that reads it included.
#[test]
fn a_command_that_comes_with_a_backup_is_shown_and_never_run() {
    let lab = Lab::new();
    lab.execute(&lab.new, "CREATE TABLE t AS SELECT 1 AS id");
    let ran = lab.path("ran");
    let read = format!("touch '{}'; cat", ran.display());
    let backup = back_up(&lab, &["--filter", "cat", "--unfilter", "cat"]);
    let manifest = backup.join("manifest.json");
    let text = std::fs::read_to_string(&manifest).expect("the manifest");
    let forged = text.replace("\"read\": \"cat\"", &format!("\"read\": {read:?}"));
    assert_ne!(forged, text);
    std::fs::write(&manifest, crate::db_backup::sealed(&forged)).expect("the manifest");
    let restore_as = format!("{}_copy", lab.new);
    for (binary, arguments, code) in [
        ("db_backup", vec!["verify"], 0),
        ("db_backup", vec!["verify", "--restore"], 1),
        ("db_backup", vec!["list"], 0),
        ("db_restore", vec!["--check"], 2),
        ("db_restore", vec![], 2),
        ("db_restore", vec!["latest", "--to", &restore_as], 2),
    ] {
        let tried = run(&lab, binary, &arguments);
        tried.exits(code);
        assert!(!ran.exists(), "{tried}");
        if code == 2 {
            assert!(tried.stderr.contains("look at it before you run it."), "{tried}");
        }
    }
    run(&lab, "db_restore", &["--check", "--unfilter", "cat"]).ok();
    assert!(!ran.exists());
}
