//! The server's disk is too small for a second database: said before, or in the middle.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{SHOP, torture};
use crate::dev_postgres::home::Home;
use crate::harness::{Lab, Run, command_in};

/// A private server whose databases are on a small file system.
struct Cramped {
    home: Home,
    mounted: Option<PathBuf>,
}

impl Cramped {
    /// `None` without the right to mount.
    fn new() -> Option<Cramped> {
        let home = Home::new();
        home.run(&["start"]).ok();
        home.run(&["stop"]).ok();
        let base = Path::new(&home.recorded("data")).join("base");
        let aside = base.with_file_name("base_aside");
        fs::rename(&base, &aside).expect("our folder");
        fs::create_dir(&base).expect("our folder");
        let mut cramped = Cramped { home, mounted: None };
        let mount = Command::new("mount").args(["-t", "tmpfs", "tmpfs"]).arg(&base).output();
        if !mount.is_ok_and(|output| output.status.success()) {
            return None;
        }
        cramped.mounted = Some(base.clone());
        shell(&format!("cp -a '{}/.' '{}'", aside.display(), base.display()));
        shell(&format!(
            "chown --reference='{0}' '{1}'; chmod 700 '{1}'",
            aside.display(),
            base.display()
        ));
        cramped.home.run(&["start"]).ok();
        Some(cramped)
    }

    /// What the file system holds from now on, beyond what is on it.
    fn leave(&self, kilobytes: u64) {
        let base = self.mounted.as_ref().expect("it is mounted").display();
        let used = "df --output=used -k";
        shell(&format!(
            "size=$(({kilobytes} + $({used} '{base}' | tail -1))); mount -o remount,size=${{size}}k '{base}'"
        ));
    }

    fn run(&self, binary: &str) -> Run {
        let mut command = command_in(&self.home.folder, binary, &[]);
        command.env("PROJECT", Lab::repository().join("sql/shop"));
        Run::of(&mut command, "the private server's password is not known here")
    }

    fn hash(&self) -> String {
        self.home.sql("SELECT md5(string_agg(o::text, ',' ORDER BY id)) FROM orders AS o")
    }
}

impl Drop for Cramped {
    fn drop(&mut self) {
        drop(self.home.command(&["stop"]).output());
        if let Some(base) = &self.mounted {
            drop(Command::new("umount").arg(base).status());
        }
    }
}

#[track_caller]
fn shell(command: &str) {
    let output = Command::new("sh").args(["-ec", command]).output().expect("a shell");
    assert!(output.status.success(), "{command}\n{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_full_disk_leaves_the_live_database_and_the_next_run_finishes() {
    let Some(cramped) = Cramped::new() else {
        assert!(torture() == 1, "the tests of full disks need the right to mount");
        return eprintln!("passed over: nobody here may mount a file system");
    };
    cramped.home.sql(SHOP);
    cramped.run("db_backup").ok();
    cramped.home.sql("DELETE FROM orders WHERE id > 100");
    let (hash, address) = (cramped.hash(), "127.0.0.1:");

    cramped.leave(4_000);
    let refused = cramped.run("db_restore");
    refused.exits(1);
    let start = format!("db_restore: no space for the restore on the server at {address}");
    assert!(refused.stderr.starts_with(&start), "{refused}");
    assert!(
        refused.stderr.contains(" MB are needed, 4.1 MB are free\n  detail: The database took "),
        "{refused}"
    );
    assert!(
        refused.stderr.ends_with(" on disk when it was backed up.\n  hint: --drop-old drops former databases that were kept; or restore to another server. Nothing was changed.\n"),
        "{refused}"
    );
    let databases = "SELECT count(*) FROM pg_database WHERE datname ~ '_restoring$'";
    assert_eq!(cramped.home.sql(databases), "0");

    let size = "SELECT pg_database_size('new_good_db') / 1024";
    let size: u64 = cramped.home.sql(size).parse().expect("a number");
    let finished = |run: &Run| {
        run.ok();
        assert!(run.stderr.contains("going on with `new_good_db_restoring`: "), "{run}");
        assert_eq!(cramped.home.sql("SELECT count(*) FROM orders"), "150000");
    };
    for point in 1..=torture().min(10) as u64 {
        // More than the half that is refused before, less than is needed.
        cramped.leave(size * (52 + 3 * point) / 100);
        let full = cramped.run("db_restore");
        // What is there already was enough by then.
        if point > 1 && full.code == Some(0) {
            return finished(&full);
        }
        full.exits(1);
        // Later on the rows are there, and nobody knows how much sorting takes.
        let warned = full.stderr.contains("space may run out on the server at 127.0.0.1:");
        assert!(warned || point > 1, "{full}");
        // Rows tell the SQLSTATE; of an index that did not fit, pg_restore tells the server's words.
        let words = ["(53100)", "No space left on device", "Check free disk space"];
        assert!(words.iter().any(|words| full.stderr.contains(words)), "{full}");
        assert!(full.stderr.contains("`new_good_db` is unchanged; what is restored stays in `new_good_db_restoring`, and the same command goes on.\n"), "{full}");
        assert!(full.stderr.contains("  hint: The server's disk is full: "), "{full}");
        assert_eq!(cramped.hash(), hash, "{full}");
    }
    cramped.leave(2 * size);
    finished(&cramped.run("db_restore"));
}
