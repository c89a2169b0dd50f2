//! Runs: finished, killed, run again, two at once.

use std::process::Stdio;
use std::thread;
use std::time::Duration;

use super::{READ_IS_LOADED_MERGED_QUARANTINED, content, shop, small, writes};

#[test]
fn every_row_has_one_fate_and_one_worker_makes_what_four_make() {
    let lab = shop(2_000, 200, 60_000);
    let printed = lab.run("migrate_data", &["--workers", "1"]);
    let lines: Vec<_> = printed.ok().lines().map(str::trim_start).collect();
    assert_eq!(lines[0], "migrate_data:");
    assert!(lines[1].starts_with("source"), "{printed}");
    assert!(lines[4].starts_with("old_orders    60,000"), "{printed}");
    assert!(lines[5].starts_with("why: "), "{printed}");
    assert_eq!(lab.rows(&lab.new, READ_IS_LOADED_MERGED_QUARANTINED), [""; 0]);
    let alone = content(&lab);

    lab.run("migrate_data", &["--workers", "4", "--restart", "--yes"]).ok();
    assert_eq!(content(&lab), alone);
    lab.run("verify_data", &[]).ok();
}

#[test]
fn a_finished_run_run_again_writes_nothing() {
    let lab = shop(500, 50, 2_000);
    lab.run("migrate_data", &[]).ok();
    let before = writes(&lab);
    let again = lab.run("migrate_data", &[]);
    assert!(again.ok().starts_with("migrate_data: nothing to do: run 1 finished at "), "{again}");
    assert_eq!(writes(&lab), before);
}

/// The second waits for the first, finds nothing left to do and ends well.
#[test]
fn two_loads_at_once_are_one_load() {
    let lab = shop(500, 50, 2_000);
    let mut holder = lab.connect(&lab.new);
    holder
        .batch_execute("SELECT pg_advisory_lock(x'70677266'::int, x'6c6f6164'::int)")
        .expect("the lock is free");
    let waiting = lab
        .command("migrate_data", &[])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("migrate_data starts");
    thread::sleep(Duration::from_millis(2500));
    assert_eq!(
        lab.value(&lab.new, "SELECT to_regclass('pgrefit.load_run') IS NULL"),
        "t",
        "nothing was begun"
    );
    drop(holder);
    let output = waiting.wait_with_output().expect("migrate_data ends");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    assert!(said.starts_with("migrate_data: waiting for "), "{said}");
    let runs: Vec<_> = (0..3)
        .map(|_| {
            lab.command("migrate_data", &["--restart", "--yes"])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("migrate_data starts")
        })
        .collect();
    for mut run in runs {
        assert!(run.wait().expect("migrate_data ends").success());
    }
    lab.run("verify_data", &[]).ok();
}

#[test]
fn rows_of_strangers_are_not_loaded_over() {
    let lab = shop(10, 5, 10);
    lab.execute(&lab.new, "INSERT INTO categories VALUES (1, 'Mine')");
    lab.run("migrate_data", &[]).fails(
        1,
        "migrate_data: categories holds rows that no run of migrate_data loaded\n  \
         hint: Empty it, or `migrate_data --restart` empties all mapped tables. Nothing was changed.",
    );
}

#[test]
fn a_changed_mapping_is_not_mixed_with_rows_of_the_former_one() {
    let lab = shop(100, 10, 100);
    lab.run("migrate_data", &[]).ok();
    let mapping = lab.read("sql/shop/mapping.toml");
    lab.write(
        "sql/shop/mapping.toml",
        &mapping.replace("otherwise = \"null\"", "otherwise = \"reject\""),
    );
    let run = lab.run("migrate_data", &[]);
    run.exits(1);
    assert!(run.stderr.starts_with("migrate_data: run 1 finished at "), "{run}");
    assert!(
        run.stderr.ends_with(
            ", and the mapping has changed since\n  \
             hint: `migrate_data replay` tries the quarantined rows again with it; `migrate_data --restart` empties the mapped tables and loads everything again with it. Nothing was changed.\n"
        ),
        "{run}"
    );
    lab.run("migrate_data", &["--restart"]).fails(
        2,
        "migrate_data: not confirmed\n  hint: Nothing was changed. `--yes` confirms it in advance.",
    );
    lab.run("migrate_data", &["--restart", "--yes"]).ok();
}

#[test]
fn max_rejects_ends_the_run_and_says_what_was_loaded() {
    let lab = small(
        "CREATE TABLE o (id int PRIMARY KEY, n text); INSERT INTO o SELECT i, CASE WHEN i % 10 = 0 THEN 'x' ELSE '1' END FROM generate_series(1, 100) AS i",
        "CREATE TABLE n (id int PRIMARY KEY, n int NOT NULL); CREATE INDEX n_n ON n (n)",
        "max_rejects = 3\n[n]\nfrom = \"o\"\nkey = \"id\"\n[n.columns]\nid = \"id\"\nn = \"n\"\n",
    );
    lab.run("migrate_data", &[]).fails(
        3,
        "migrate_data: 10 rows of o are quarantined, more than max_rejects = 3 allows\n  \
         hint: 90 rows are loaded so far and kept; the run is not finished. Fix the mapping and `migrate_data --restart`, or allow more with --max-rejects and run it again.",
    );
    assert_eq!(lab.value(&lab.new, "SELECT count(*) FROM n"), "90");
    let index =
        "SELECT count(*) FROM pg_index WHERE indexrelid = to_regclass('n_n') AND indisvalid";
    assert_eq!(lab.value(&lab.new, index), "1", "the table is whole in between");
    lab.run("migrate_data", &["--max-rejects", "10"]).ok();
    assert_eq!(lab.value(&lab.new, index), "1");
}

#[test]
fn max_rejects_may_be_a_share() {
    let lab = small(
        "CREATE TABLE o (id int PRIMARY KEY, n text); INSERT INTO o SELECT i, CASE WHEN i % 10 = 0 THEN 'x' ELSE '1' END FROM generate_series(1, 100) AS i",
        "CREATE TABLE n (id int PRIMARY KEY, n int NOT NULL)",
        "max_rejects = \"9.5 %\"\n[n]\nfrom = \"o\"\nkey = \"id\"\n[n.columns]\nid = \"id\"\nn = \"n\"\n",
    );
    let run = lab.run("migrate_data", &[]);
    run.exits(3);
    assert!(run.stderr.contains("more than max_rejects = 9.5 % allows"), "{run}");
}
