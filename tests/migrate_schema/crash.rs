//! A kill at any point is followed by a plain re-run.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::{FOLDER, command, migrate, revision, table, tables, untimed, versions};
use crate::harness::{Lab, Run};
use crate::tools::wait_for_value;

fn start(lab: &Lab) -> Child {
    let mut command = command(lab, &["upgrade"]);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a runner")
}

fn kill(mut child: Child) {
    child.kill().expect("SIGKILL");
    child.wait().expect("its end");
}

/// Has a revision run each statement on its own.
fn transaction_off(lab: &Lab, id: &str) {
    let path = format!("{FOLDER}/{id}_add.sql");
    lab.write(&path, &lab.read(&path).replacen("\n\n", "\n-- transaction: off\n\n", 1));
}

const SLEEPS: &str = "SELECT count(*) FROM pg_stat_activity
     WHERE datname = current_database() AND state = 'active' AND query LIKE '%SELECT pg_sleep(seconds)%'
       AND pid <> pg_backend_pid()";

/// Sleeps until the gate is opened.
const GATE: &str = "SELECT pg_sleep(seconds) FROM gate;";

#[test]
fn a_kill_in_a_transactional_revision_leaves_nothing_of_it() {
    let lab = Lab::new();
    lab.execute(&lab.new, "CREATE TABLE gate AS SELECT 600 AS seconds");
    table(&lab, "aa1", "none");
    let up = format!("CREATE TABLE t_bb2 (n int);\n{GATE}\nINSERT INTO t_bb2 VALUES (1);");
    revision(&lab, "bb2", "aa1", &up, "DROP TABLE t_bb2;");

    let runner = start(&lab);
    wait_for_value(&lab, &lab.new, SLEEPS, "1");
    kill(runner);
    lab.execute(&lab.new, "UPDATE gate SET seconds = 0");
    assert_eq!((tables(&lab).as_str(), versions(&lab).as_str()), ("t_aa1", "aa1"));

    // The server ends the orphaned statement within a second or so, and with it the run lock.
    let start = Instant::now();
    let run = migrate(&lab, &["upgrade"]);
    assert_eq!(untimed(run.ok()), "migrate_schema: 1 revision applied, head bb2");
    assert!(start.elapsed() < Duration::from_secs(120), "the orphan was waited for");
    assert_eq!(lab.value(&lab.new, "SELECT count(*) FROM t_bb2"), "1");
}

#[test]
fn a_kill_between_statements_on_their_own_goes_on_where_it_stopped() {
    let lab = Lab::new();
    lab.execute(&lab.new, "CREATE TABLE gate AS SELECT 600 AS seconds");
    let up = format!(
        "SET application_name = 'resumed';\nCREATE TABLE t_aa1 (n int, who text);\nINSERT INTO t_aa1 VALUES (1);\n{GATE}\nINSERT INTO t_aa1 VALUES (2, current_setting('application_name'));"
    );
    revision(&lab, "aa1", "none", &up, "DROP TABLE t_aa1;");
    transaction_off(&lab, "aa1");

    let runner = start(&lab);
    wait_for_value(&lab, &lab.new, SLEEPS, "1");
    kill(runner);
    lab.execute(&lab.new, "UPDATE gate SET seconds = 0");
    assert_eq!((tables(&lab).as_str(), versions(&lab).as_str()), ("t_aa1", ""));

    // What ran is a fact; what did not may be mended.
    let path = format!("{FOLDER}/aa1_add.sql");
    let original = lab.read(&path);
    lab.write(&path, &original.replace("VALUES (1)", "VALUES (7)"));
    let run = migrate(&lab, &["upgrade"]);
    run.fails(
        2,
        &format!(
            "migrate_schema: {path}:9: statement 3 was edited after it ran
  hint: Restore it; only statements that have not run yet may be changed. Nothing was run."
        ),
    );
    lab.write(&path, &original.replace("VALUES (2", "VALUES (3"));
    let run = migrate(&lab, &["upgrade"]);
    assert_eq!(untimed(run.ok()), "migrate_schema: 1 revision applied, head aa1");
    assert_eq!(lab.rows(&lab.new, "SELECT * FROM t_aa1 ORDER BY n"), ["1|∅", "3|resumed"]);
    assert_eq!(migrate(&lab, &["upgrade"]).ok(), "migrate_schema: nothing to do, head aa1\n");
}

#[test]
fn a_kill_in_a_concurrent_index_build_is_followed_by_a_whole_index() {
    let lab = Lab::new();
    lab.execute(&lab.new, "CREATE TABLE t_big AS SELECT n FROM generate_series(1, 1000) n");
    let up = "CREATE INDEX CONCURRENTLY IF NOT EXISTS t_big_n ON t_big (n);";
    revision(&lab, "aa1", "none", up, "DROP INDEX CONCURRENTLY t_big_n;");
    transaction_off(&lab, "aa1");
    table(&lab, "bb2", "aa1");

    // A writer that does not end keeps the build waiting, its index in the catalog and invalid.
    let mut writer = lab.connect(&lab.new);
    writer.batch_execute("BEGIN; INSERT INTO t_big VALUES (0)").expect("a write");
    let state = "SELECT coalesce(bool_or(indisvalid)::text, 'none') FROM pg_index
                  WHERE indrelid = 't_big'::regclass";
    let runner = start(&lab);
    wait_for_value(&lab, &lab.new, state, "false");
    kill(runner);
    writer.batch_execute("COMMIT").expect("its end");
    wait_for_value(
        &lab,
        &lab.new,
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'CREATE INDEX%'",
        "0",
    );
    // Where the build was quick enough to end by itself, there is nothing to repair.
    let left = lab.value(&lab.new, state);

    let run = migrate(&lab, &["upgrade"]);
    assert_eq!(untimed(run.ok()), "migrate_schema: 2 revisions applied, head bb2");
    if left == "false" {
        let dropped =
            "migrate_schema: dropped public.t_big_n, which an earlier build left invalid\n";
        assert_eq!(run.stderr, dropped);
    }
    assert_eq!(lab.value(&lab.new, state), "true");
    migrate(&lab, &["downgrade", "base"]).ok();
    assert_eq!(lab.value(&lab.new, state), "none");
}

#[test]
fn an_index_that_cannot_be_built_is_not_left_behind_and_is_built_again() {
    let lab = Lab::new();
    lab.execute(&lab.new, "CREATE TABLE t_big AS SELECT 1 AS n FROM generate_series(1, 2)");
    let up = "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS t_big_n ON t_big (n);";
    revision(&lab, "aa1", "none", up, "DROP INDEX CONCURRENTLY t_big_n;");
    transaction_off(&lab, "aa1");
    migrate(&lab, &["upgrade"]).fails(
        1,
        &format!(
            "migrate_schema: {FOLDER}/aa1_add.sql:7: could not create unique index \"t_big_n\" (23505)
  detail: Key (n)=(1) is duplicated.
  detail: The invalid index public.t_big_n that it left was dropped.
  detail: revision aa1 stopped at statement 1 of 1; those before it stay
  hint: Fix that statement and run the same command again: it goes on there; nothing was applied."
        ),
    );
    lab.execute(&lab.new, "DELETE FROM t_big WHERE ctid = '(0,1)'");
    let run = migrate(&lab, &["upgrade"]);
    assert_eq!(untimed(run.ok()), "migrate_schema: 1 revision applied, head aa1");
    assert_eq!(run.stderr, "");
    let valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 't_big_n'::regclass";
    assert_eq!(lab.value(&lab.new, valid), "t");
}

#[test]
fn a_backend_that_is_ended_is_no_reason_to_repair_anything() {
    let lab = Lab::new();
    lab.execute(&lab.new, "CREATE TABLE gate AS SELECT 600 AS seconds");
    revision(&lab, "aa1", "none", &format!("CREATE TABLE t_aa1 ();\n{GATE}"), "DROP TABLE t_aa1;");
    let mut command = command(&lab, &["upgrade"]);
    let runner = command.stderr(Stdio::piped()).spawn().expect("a runner");
    wait_for_value(&lab, &lab.new, SLEEPS, "1");
    lab.execute(
        &lab.new,
        "UPDATE gate SET seconds = 0;
         SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND query LIKE '%SELECT pg_sleep(seconds)%' AND pid <> pg_backend_pid()",
    );
    let output = runner.wait_with_output().expect("its end");
    let run = Run::from_output(&command, &output);
    assert_eq!(run.code, Some(1), "{run}");
    let place = format!("migrate_schema: {FOLDER}/aa1_add.sql:7: ");
    assert!(run.was_cut_off() && run.stderr.starts_with(&place), "{run}");
    assert!(run.stderr.ends_with("; nothing was applied.\n"), "{run}");
    assert_eq!(tables(&lab), "");
    let run = migrate(&lab, &["upgrade"]);
    assert_eq!(untimed(run.ok()), "migrate_schema: 1 revision applied, head aa1");
}

#[test]
fn what_stopped_half_way_goes_on_before_anything_is_undone() {
    let lab = Lab::new();
    table(&lab, "aa1", "none");
    revision(&lab, "bb2", "aa1", "CREATE TABLE t_bb2 (n int);\nSELECT 1 / 0;", "DROP TABLE t_bb2;");
    transaction_off(&lab, "bb2");
    migrate(&lab, &["upgrade"]).fails(
        1,
        "migrate_schema: sql/p/revisions/bb2_add.sql:8: division by zero (22012)
  detail: revision bb2 stopped at statement 2 of 2; those before it stay
  hint: Fix that statement and run the same command again: it goes on there; applied before it: aa1.",
    );
    assert_eq!((tables(&lab).as_str(), versions(&lab).as_str()), ("t_aa1 t_bb2", "aa1"));
    migrate(&lab, &["downgrade", "base"]).fails(
        1,
        "migrate_schema: the upgrade of revision bb2 has not finished
  hint: `migrate_schema upgrade …` goes on where it stopped. Nothing was run.",
    );
    let path = format!("{FOLDER}/bb2_add.sql");
    lab.write(&path, &lab.read(&path).replace("1 / 0", "1 / 1"));
    migrate(&lab, &["upgrade"]).ok();
    migrate(&lab, &["downgrade", "base"]).ok();
    assert_eq!(tables(&lab), "");
}

/// The journal as a kill leaves it after the work and before the word that it is done.
const FORGET: &str = "UPDATE pgrefit.revision_log SET took = NULL WHERE id = (SELECT max(id) - 1 FROM pgrefit.revision_log);
    DELETE FROM pgrefit.revision_log WHERE id = (SELECT max(id) FROM pgrefit.revision_log);";

#[test]
fn a_kill_just_after_a_concurrent_build_or_drop_does_not_repeat_it() {
    let lab = Lab::new();
    lab.execute(&lab.new, "CREATE TABLE t_big AS SELECT n FROM generate_series(1, 10) n");
    let up = "CREATE INDEX CONCURRENTLY t_big_n ON t_big (n);";
    revision(&lab, "aa1", "none", up, "DROP INDEX CONCURRENTLY t_big_n;");
    transaction_off(&lab, "aa1");
    let index = "SELECT coalesce(max(indexrelid)::text, 'none') FROM pg_index WHERE indrelid = 't_big'::regclass";

    migrate(&lab, &["upgrade"]).ok();
    let built = lab.value(&lab.new, index);
    lab.execute(&lab.new, &format!("{FORGET} DELETE FROM alembic_version"));
    let run = migrate(&lab, &["upgrade"]);
    assert_eq!(untimed(run.ok()), "migrate_schema: 1 revision applied, head aa1");
    assert_eq!(lab.value(&lab.new, index), built);

    migrate(&lab, &["downgrade", "base"]).ok();
    assert_eq!(lab.value(&lab.new, index), "none");
    lab.execute(&lab.new, &format!("{FORGET} INSERT INTO alembic_version VALUES ('aa1')"));
    let run = migrate(&lab, &["downgrade", "base"]);
    assert_eq!(untimed(run.ok()), "migrate_schema: 1 revision undone, at base");
}

#[test]
fn another_index_of_that_name_is_not_taken_for_the_one_of_a_killed_run() {
    let lab = Lab::new();
    lab.execute(&lab.new, "CREATE TABLE t_big AS SELECT n FROM generate_series(1, 10) n");
    let up = "CREATE INDEX CONCURRENTLY t_big_n ON t_big (n);";
    revision(&lab, "aa1", "none", up, "DROP INDEX CONCURRENTLY t_big_n;");
    transaction_off(&lab, "aa1");
    migrate(&lab, &["upgrade"]).ok();
    let another = "DROP INDEX t_big_n; CREATE INDEX t_big_n ON t_big ((n + 1))";
    lab.execute(&lab.new, &format!("{FORGET} DELETE FROM alembic_version; {another}"));
    migrate(&lab, &["upgrade"]).fails(
        1,
        &format!(
            "migrate_schema: {FOLDER}/aa1_add.sql:7: the index public.t_big_n exists with another definition
  detail: it is CREATE INDEX t_big_n ON public.t_big USING btree (((n + 1)))
  detail: an edited index needs a new name; DROP INDEX CONCURRENTLY IF EXISTS removes the former
  detail: revision aa1 stopped at statement 1 of 1; those before it stay
  hint: Run the same command again: it goes on where it stopped; nothing was applied."
        ),
    );
}
