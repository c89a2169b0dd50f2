//! A disk that fills up: said before, where it is plain, and else in the middle; nothing is left.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{SHOP, command, db_backup, left, masked, torture};
use crate::harness::{Lab, Run};

/// A small file system under `backups`, unmounted at the end.
struct Small(PathBuf);

impl Small {
    /// `None` without the right to mount, such as in a container or without root.
    fn mount(lab: &Lab, kilobytes: usize) -> Option<Small> {
        let folder = lab.path("backups");
        std::fs::create_dir_all(&folder).expect("a folder");
        let size = format!("size={kilobytes}k");
        let mut mount = Command::new("mount");
        let done = mount.args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(&folder).output();
        done.is_ok_and(|output| output.status.success()).then_some(Small(folder))
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        // At the end of the test nothing uses it any more; the folder is a temporary one anyway.
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

/// Runs where no file can grow beyond a size: what remains of a full disk where none can be mounted.
fn with_small_files(lab: &Lab, kilobytes: usize) -> Run {
    let inner = command(lab, &[]);
    let mut shell = Command::new("bash");
    let limit = format!("trap '' XFSZ; ulimit -f {kilobytes}; exec \"$0\"");
    shell.args(["-c", &limit]).arg(inner.get_program()).current_dir(lab.folder.path()).env_clear();
    for (name, value) in inner.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    Run::of(&mut shell, &lab.password())
}

#[track_caller]
fn assert_full(lab: &Lab, run: &Run) {
    run.exits(1);
    assert!(run.stderr.contains("no space left for the backup in backups\n"), "{run}");
    assert!(run.stderr.contains("tables were copied.\n"), "{run}");
    assert!(
        run.stderr.ends_with("  hint: `db_backup prune --keep N` removes old backups; --dir or BACKUP_DIR names another folder. What was written is removed.\n"),
        "{run}"
    );
    assert_eq!(left(lab), Vec::<String>::new());
}

#[test]
fn a_disk_that_fills_up_in_the_middle_leaves_nothing() {
    let lab = Lab::new();
    lab.execute(&lab.new, SHOP);
    let whole = {
        let backup = super::back_up(&lab, &[]);
        let bytes = total(&backup);
        std::fs::remove_dir_all(backup).unwrap();
        usize::try_from(bytes / 1024).unwrap()
    };
    let points = 3 * torture();
    for point in 1..=points {
        // From just above what is refused before to just below what is needed.
        let kilobytes = whole * 84 / 100 + whole * 13 / 100 * point / points;
        match Small::mount(&lab, kilobytes) {
            Some(small) => {
                let run = db_backup(&lab, &[]);
                assert_full(&lab, &run);
                drop(small);
            }
            None => assert_full(&lab, &with_small_files(&lab, kilobytes * point / points / 4)),
        }
    }
    assert_full(&lab, &with_small_files(&lab, 1000));
    db_backup(&lab, &[]).ok();
}

#[test]
fn a_disk_that_is_plainly_too_small_is_refused_before() {
    let lab = Lab::new();
    lab.execute(
        &lab.new,
        "CREATE TABLE big AS SELECT n, repeat('x', 1000) FROM generate_series(1, 30000) AS n",
    );
    let Some(_small) = Small::mount(&lab, 512) else {
        // Without a small file system the estimate has nothing to be compared with; that the
        // limit in the middle holds is what is left to be seen.
        return assert_full(&lab, &with_small_files(&lab, 50));
    };
    let run = db_backup(&lab, &[]);
    run.exits(1);
    assert_eq!(
        masked(&run.stderr),
        "db_backup: no space for the backup in backups: at least #.# MB are needed, # kB are free\n  \
         detail: The tables take # MB on disk.\n  \
         hint: `db_backup prune --keep N` removes old backups; --dir or BACKUP_DIR names another folder. Nothing was written.\n"
    );
    assert_eq!(left(&lab), Vec::<String>::new());
}

fn total(backup: &Path) -> u64 {
    super::files(backup)
        .iter()
        .map(|file| std::fs::metadata(backup.join(file)).expect("a file of the backup").len())
        .sum()
}
