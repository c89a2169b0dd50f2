//! A connection that breaks in the middle of a change: the target is as it was, and the same
//! command again does the work.

use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use postgres::Client;

use super::Mirrors;
use super::folding::{dump, folded};
use super::rows::{filled, holds_the_same};
use crate::harness::Run;

/// Somebody who looks at a table of the mirror, and so holds up whoever changes it.
fn reader(mirrors: &Mirrors, table: &str) -> Client {
    let mut client = mirrors.lab.connect(&mirrors.lab.new);
    let name = mirrors.name();
    client.batch_execute(&format!("BEGIN; SELECT 1 FROM {name}.{table}")).expect("a reader");
    client
}

/// Ends the run's connection to a database once it waits for a lock there.
fn cut_off(mirrors: &Mirrors, run: Child, database: &str) -> Run {
    let waits =
        "datname = current_database() AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()";
    let start = Instant::now();
    loop {
        let sql = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {waits}");
        if !mirrors.lab.rows(database, &sql).is_empty() {
            break;
        }
        let seen =
            mirrors.lab.rows(database, "SELECT state, wait_event, query FROM pg_stat_activity");
        assert!(start.elapsed() < Duration::from_secs(60), "nobody waits: {seen:#?}");
        sleep(Duration::from_millis(10));
    }
    let output = run.wait_with_output().expect("it ends");
    Run::from_output(&mirrors.command(&[]), &output)
}

fn start(mirrors: &Mirrors, arguments: &[&str]) -> Child {
    let mut command = mirrors.command(arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts")
}

#[test]
fn a_change_that_is_cut_off_leaves_the_mirror_as_it_was() {
    let mirrors = filled(10);
    mirrors.run(&[]).ok();
    let dump = || {
        let text = dump(&mirrors.lab, &mirrors.lab.new, &mirrors.name());
        folded(&text, &mirrors.name(), &mirrors.name()).join("\n\n")
    };
    let (before, files) = (dump(), mirrors.revisions());
    mirrors.source(
        "CREATE TABLE dbo.\"First\" (); ALTER TABLE dbo.\"Votes\" ADD COLUMN \"Why\" text;
         ALTER TABLE dbo.\"Posts\" ALTER COLUMN \"Score\" TYPE bigint",
    );
    let reader = reader(&mirrors, "votes");
    let run = cut_off(&mirrors, start(&mirrors, &["--lock-timeout", "60s"]), &mirrors.lab.new);
    drop(reader);
    assert_eq!(run.code, Some(1), "{run}");
    assert!(run.was_cut_off(), "{run}");
    assert!(
        run.stderr.ends_with("\n  hint: The mirror is as it was; no file was kept.\n"),
        "{run}"
    );
    assert_eq!(dump(), before);
    assert_eq!(mirrors.revisions(), files);
    mirrors.run(&[]).ok();
    mirrors.are_in_step();
}

#[test]
fn a_refresh_that_is_cut_off_changes_no_row() {
    let mirrors = filled(1_000);
    mirrors.run(&["--with-data"]).ok();
    let rows = || {
        let sql = format!("SELECT sum(xmin::text::bigint), count(*) FROM {}.posts", mirrors.name());
        mirrors.lab.value(&mirrors.lab.new, &sql)
    };
    let before = rows();
    mirrors.source("UPDATE dbo.\"Posts\" SET \"Score\" = 0; UPDATE dbo.\"Users\" SET \"Age\" = 99");
    // Its foreign keys are what a reader stands in the way of, once the rows were compared.
    let reader = reader(&mirrors, "posts");
    let run = cut_off(&mirrors, start(&mirrors, &["--with-data", "--refresh"]), &mirrors.lab.new);
    drop(reader);
    assert_eq!(run.code, Some(1), "{run}");
    assert!(run.was_cut_off(), "{run}");
    assert_eq!(rows(), before);
    mirrors.run(&["--with-data", "--refresh"]).ok();
    holds_the_same(&mirrors);
}

#[test]
fn a_source_that_goes_away_under_a_load_leaves_empty_tables_for_the_next_run() {
    let mirrors = filled(1_000);
    // The load waits here for its turn at the source's table.
    let mut writer = mirrors.lab.connect(&mirrors.lab.old);
    mirrors.run(&[]).ok();
    writer
        .batch_execute("BEGIN; LOCK TABLE dbo.\"Votes\" IN ACCESS EXCLUSIVE MODE")
        .expect("a lock");
    let run = cut_off(&mirrors, start(&mirrors, &["--with-data"]), &mirrors.lab.old);
    drop(writer);
    assert_eq!(run.code, Some(1), "{run}");
    assert!(run.was_cut_off(), "{run}");
    let again = mirrors.run(&["--with-data"]);
    assert!(again.ok().contains(": 2,000 rows in 4 tables, hashes equal ("), "{again}");
    holds_the_same(&mirrors);
}
