//! The schema `pgrefit` has a version: an older pgrefit's is read as it is and brought up to date by
//! whoever writes first, a newer one's is left alone.

use std::process::{Command, Stdio};
use std::thread;

use crate::harness::{Lab, Run};

/// A database as the pgrefit of November 2026 left it, with the old one that its rows came from.
struct Kept {
    lab: Lab,
}

impl Kept {
    fn new() -> Kept {
        let lab = Lab::new();
        let folder = Lab::repository().join("tests/bookkeeping");
        for (database, file) in [(&lab.old, "old.sql"), (&lab.new, "kept_by_0_1.sql")] {
            let restored = Command::new("psql")
                .args(["-XqAt", "-v", "ON_ERROR_STOP=1", "-f"])
                .arg(folder.join(file))
                .arg(lab.url(database))
                .stdin(Stdio::null())
                .output()
                .expect("psql");
            assert!(restored.status.success(), "{}", String::from_utf8_lossy(&restored.stderr));
        }
        Kept { lab }
    }

    fn run(&self, binary: &str, arguments: &[&str]) -> Run {
        let project = Lab::repository().join("tests/bookkeeping/project");
        let mut command = self.lab.command(binary, arguments);
        Run::of(command.env("PROJECT", project), &self.lab.password())
    }

    fn versions(&self) -> Vec<String> {
        self.lab.rows(&self.lab.new, "SELECT part, version FROM pgrefit.version ORDER BY part")
    }

    fn has_versions(&self) -> bool {
        let sql = "SELECT to_regclass('pgrefit.version') IS NOT NULL";
        self.lab.value(&self.lab.new, sql) == "t"
    }
}

#[test]
fn a_database_kept_by_an_older_pgrefit_is_read_as_it_is() {
    let kept = Kept::new();
    assert_eq!(kept.run("migrate_schema", &["current"]).ok(), "b2 (head), an index, online\n");
    assert_eq!(
        kept.run("migrate_schema", &["upgrade"]).ok(),
        "migrate_schema: nothing to do, head b2\n"
    );
    assert!(kept.run("apply_sql", &["--list"]).ok().contains("001_days.sql"));
    let verified = kept.run("verify_data", &[]);
    let said = "verify_data: every source row accounted for; 5 rows as the mapping makes them; 0 checks empty\n";
    assert_eq!(verified.ok(), said);
    let explained = kept.run("migrate_data", &["--explain", "old_notes", "3"]);
    assert!(explained.ok().contains("old_notes 3 → quarantined"), "{explained}");
    assert!(!kept.has_versions(), "who only reads writes nothing");
}

#[test]
fn who_writes_first_brings_it_up_to_date_and_the_work_goes_on() {
    let kept = Kept::new();
    let lab = &kept.lab;
    let again = kept.run("apply_sql", &[]);
    assert_eq!(again.ok(), "apply_sql: nothing to do (1 script up to date)\n");

    // An edited revision is still told from the one that ran, and when.
    let down = kept.run("migrate_schema", &["downgrade", "-1"]);
    down.ok();
    kept.run("migrate_schema", &["upgrade"]).ok();
    assert_eq!(kept.versions(), ["revisions|2"]);
    let log = "SELECT revision, direction, by_whom = session_user FROM pgrefit.revision_log
               WHERE statement IS NULL ORDER BY started_at, id";
    assert_eq!(
        lab.rows(&lab.new, log),
        [
            "a1|upgrade|t",
            "b2|upgrade|t",
            // The mirror's.
            "32a1cebdec24|upgrade|t",
            "b2|downgrade|t",
            "b2|upgrade|t"
        ]
    );

    lab.execute(&lab.old, "UPDATE old_notes SET day = '2021-02-28' WHERE id = 3");
    let later = kept.run("migrate_data", &[]);
    assert!(later.ok().starts_with("migrate_data: run 1 brought up to date\n"), "{later}");
    assert_eq!(lab.value(&lab.new, "SELECT written_on FROM notes WHERE id = 3"), "2021-02-28");
    kept.run("verify_data", &[]).ok();
    kept.run("apply_sql", &[]).ok();
    assert_eq!(kept.versions(), ["loads|1", "revisions|2"]);

    let mut mirror = lab.command("mirror_schema", &["--with-data"]);
    mirror
        .env("SOURCE_DATABASE_URL", lab.url(&lab.old))
        .env("TARGET_DATABASE_URL", lab.url(&lab.new));
    Run::of(&mut mirror, &lab.password()).ok();
    assert_eq!(kept.versions(), ["loads|1", "mirrors|2", "revisions|2"]);
    let former = "SELECT count(*) FROM pgrefit.mirror WHERE mirror = 'dw__old_db__public'";
    assert_eq!(lab.value(&lab.new, former), "1");
    // Nothing is upgraded twice.
    let when = lab.rows(&lab.new, "SELECT * FROM pgrefit.version ORDER BY part");
    kept.run("migrate_schema", &["downgrade", "-1"]).ok();
    kept.run("migrate_schema", &["upgrade"]).ok();
    assert_eq!(lab.rows(&lab.new, "SELECT * FROM pgrefit.version ORDER BY part"), when);
}

#[test]
fn an_older_one_and_a_new_one_end_in_the_same_tables() {
    let (kept, fresh) = (Kept::new(), Lab::new());
    let project = Lab::repository().join("tests/bookkeeping/project");
    fresh.execute(&fresh.old, include_str!("bookkeeping/old.sql"));
    for (lab, downgrade) in [(&kept.lab, true), (&fresh, false)] {
        let run = |binary: &str, arguments: &[&str]| {
            let mut command = lab.command(binary, arguments);
            command
                .env("PROJECT", &project)
                .env("SOURCE_DATABASE_URL", lab.url(&lab.old))
                .env("TARGET_DATABASE_URL", lab.url(&lab.new));
            Run::of(&mut command, &lab.password()).ok();
        };
        if downgrade {
            run("migrate_schema", &["downgrade", "-1"]);
            lab.execute(&lab.new, "UPDATE pgrefit.script_log SET checksum = 'another'");
        }
        run("migrate_schema", &["upgrade"]);
        run("migrate_data", &[]);
        if downgrade {
            lab.execute(&lab.old, "UPDATE old_notes SET day = '2021-03-01' WHERE id = 1");
            run("migrate_data", &[]);
        }
        run("apply_sql", &[]);
        run("mirror_schema", &["--with-data"]);
    }
    let columns = "SELECT table_name, column_name, data_type, is_nullable, column_default
                   FROM information_schema.columns WHERE table_schema = 'pgrefit' ORDER BY 1, 2";
    assert_eq!(kept.lab.rows(&kept.lab.new, columns), fresh.rows(&fresh.new, columns));
    let versions = "SELECT part, version FROM pgrefit.version ORDER BY part";
    let expected = ["loads|1", "mirrors|2", "revisions|2", "scripts|2"];
    assert_eq!(fresh.rows(&fresh.new, versions), expected);
    assert_eq!(kept.versions(), expected);
}

#[test]
fn a_newer_one_is_left_alone() {
    let kept = Kept::new();
    kept.run("migrate_schema", &["downgrade", "-1"]).ok();
    kept.lab.execute(&kept.lab.new, "UPDATE pgrefit.version SET version = 7");
    kept.run("migrate_schema", &["upgrade"]).fails(
        1,
        "migrate_schema: a newer pgrefit keeps the revisions of this database
  detail: pgrefit.version says 7; this one knows versions up to 2.
  hint: Use that pgrefit, or a newer one. Nothing was changed.",
    );
}

#[test]
fn two_that_come_at_once_upgrade_it_once() {
    let kept = Kept::new();
    let lab = &kept.lab;
    lab.execute(&lab.new, "DELETE FROM pgrefit.script_log");
    thread::scope(|scope| {
        let runs: Vec<_> = (0..4)
            .map(|number| {
                let kept = &kept;
                scope.spawn(move || match number % 2 {
                    0 => kept.run("apply_sql", &[]),
                    _ => kept.run("migrate_schema", &["stamp", "a1"]),
                })
            })
            .collect();
        for run in runs {
            run.join().expect("a run").ok();
        }
    });
    assert_eq!(kept.versions(), ["revisions|2", "scripts|2"]);
}

/// Offline SQL makes the same journal, in a new database and in one that an older pgrefit kept.
#[test]
fn a_script_for_psql_brings_it_up_to_date_too() {
    let kept = Kept::new();
    let script = kept.run("migrate_schema", &["downgrade", "b2:a1", "--sql"]);
    let file = kept.lab.write("down.sql", script.ok());
    let ran = Command::new("psql")
        .args(["-Xq", "-f"])
        .arg(&file)
        .arg(kept.lab.url(&kept.lab.new))
        .stdin(Stdio::null())
        .output()
        .expect("psql");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    assert_eq!(kept.versions(), ["revisions|2"]);
    assert_eq!(kept.run("migrate_schema", &["current"]).ok(), "a1, people and notes\n");
    kept.run("migrate_schema", &["upgrade"]).ok();
}
