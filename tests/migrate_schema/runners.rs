//! Many runners, and others who hold the locks.

use std::process::{Child, Stdio};

use super::{FOLDER, chain, command, migrate, revision, table, tables, untimed, versions};
use crate::harness::Lab;

#[test]
fn of_twenty_runners_one_works_and_nineteen_find_nothing_to_do() {
    let lab = Lab::new();
    chain(&lab, &["aa1", "bb2"]);
    // Waits for everyone who holds a snapshot: runners that waited for each other would hang.
    revision(&lab, "cc3", "bb2", "CREATE INDEX CONCURRENTLY i ON t_aa1 (n);", "DROP INDEX i;");
    let path = format!("{FOLDER}/cc3_add.sql");
    lab.write(&path, &lab.read(&path).replacen("\n\n", "\n-- transaction: off\n\n", 1));
    table(&lab, "dd4", "cc3");

    let spawn = |_| -> Child {
        let mut command = command(&lab, &["upgrade"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a runner")
    };
    let runners: Vec<Child> = (0..20).map(spawn).collect();
    let mut said = Vec::new();
    for runner in runners {
        let output = runner.wait_with_output().expect("its end");
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{stderr}");
        said.push(untimed(&String::from_utf8_lossy(&output.stdout)).to_owned());
    }
    said.sort();
    assert_eq!(said[0], "migrate_schema: 4 revisions applied, head dd4");
    assert!(
        said[1..].iter().all(|said| said == "migrate_schema: nothing to do, head dd4"),
        "{said:?}"
    );
    let runs = "SELECT count(*) FROM pgrefit.revision_log WHERE statement IS NULL";
    assert_eq!(lab.value(&lab.new, runs), "4");
    assert_eq!(tables(&lab), "t_aa1 t_bb2 t_dd4");
}

#[test]
fn who_holds_the_lock_is_named_when_patience_ends() {
    let lab = Lab::new();
    chain(&lab, &["aa1"]);
    migrate(&lab, &["upgrade"]).ok();
    revision(
        &lab,
        "bb2",
        "aa1",
        "ALTER TABLE t_aa1 ADD COLUMN m int;",
        "ALTER TABLE t_aa1 DROP COLUMN m;",
    );
    let mut holder = lab.connect(&lab.new);
    holder.batch_execute("BEGIN; LOCK TABLE t_aa1 IN ACCESS SHARE MODE").expect("the lock");
    let pid: i32 = holder.query_one("SELECT pg_backend_pid()", &[]).expect("a row").get(0);

    let run = migrate(&lab, &["upgrade", "--lock-timeout", "200ms", "--lock-retries", "1"]);
    assert_eq!(run.code, Some(1), "{run}");
    let primary =
        format!("{FOLDER}/bb2_add.sql:6: canceling statement due to lock timeout (55P03)");
    let expected = [
        format!("migrate_schema: {primary}; trying again"),
        format!("migrate_schema: {primary}"),
        "  detail: tried 2 times, with a lock_timeout of 200ms".to_owned(),
        format!("  detail: backend {pid} of {} has held it since ", lab.user()),
        "  hint: Revision bb2 was rolled back; nothing was applied.".to_owned(),
    ];
    let lines: Vec<&str> = run.stderr.lines().collect();
    assert_eq!(lines.len(), expected.len(), "{run}");
    for (line, expected) in lines.iter().zip(&expected) {
        assert!(line.starts_with(expected.as_str()), "{line}\n{expected}\n{run}");
    }
    assert!(lines[3].ends_with("idle in transaction: SELECT pg_backend_pid()"), "{run}");
    assert_eq!(versions(&lab), "aa1");

    // The lock is let go between two tries.
    let waiting = command(&lab, &["upgrade", "--lock-timeout", "100ms"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("a runner");
    std::thread::sleep(std::time::Duration::from_millis(300));
    holder.batch_execute("COMMIT").expect("the end of it");
    let output = waiting.wait_with_output().expect("its end");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(untimed(&said), "migrate_schema: 1 revision applied, head bb2");
}

#[test]
fn what_a_revision_sets_ends_with_it() {
    let lab = Lab::new();
    revision(
        &lab,
        "aa1",
        "none",
        "SET search_path = ''; SET lock_timeout = '1h'; SET ROLE pg_monitor;",
        "SELECT 1;",
    );
    revision(
        &lab,
        "bb2",
        "aa1",
        "CREATE TABLE t_bb2 AS SELECT current_user::text AS who, current_setting('lock_timeout') AS patience, current_schema()::text AS place;",
        "DROP TABLE t_bb2;",
    );
    // One that only defines leaves all as it was, also for the one after it.
    table(&lab, "cc3", "bb2");
    let set = "SELECT set_config('lock_timeout', '2h', false);";
    revision(&lab, "dd4", "cc3", set, "SELECT 1;");
    table(&lab, "ee5", "dd4");
    let who = "CREATE TABLE t_ff6 AS SELECT current_setting('lock_timeout') AS patience;";
    revision(&lab, "ff6", "ee5", who, "DROP TABLE t_ff6;");
    let run = migrate(&lab, &["upgrade"]);
    assert_eq!(untimed(run.ok()), "migrate_schema: 6 revisions applied, head ff6");
    let expected = format!("{}|3s|public", lab.user());
    assert_eq!(lab.rows(&lab.new, "SELECT * FROM t_bb2"), [expected]);
    assert_eq!(lab.rows(&lab.new, "SELECT * FROM t_ff6"), ["3s"]);
}
