//! Killed in each phase of a concurrent build, whose pace the tests hold in their hands: a plain
//! re-run ends in the same catalog.

use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::kill_sweep::{Cluster, kill_backend};
use super::{FOLDER, command, fingerprint, migrate, revision, torture, untimed};
use crate::harness::Lab;

/// An index of this waits while somebody holds the advisory lock 77.
const PREPARE: &str = "
    CREATE FUNCTION slow(n int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_advisory_lock_shared(77), pg_advisory_unlock_shared(77); RETURN n; END';
    CREATE TABLE t_big AS SELECT 1 AS n;
    CREATE INDEX t_big_old ON t_big (slow(n));";

const CREATE: &str = "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS t_big_n ON t_big (slow(n))";
const REINDEX: &str = "REINDEX INDEX CONCURRENTLY t_big_old";

/// What a build waits for.
#[derive(Clone, Copy, Debug)]
enum Holder {
    /// A transaction that wrote before the build began.
    Writer,
    /// Nobody: it computes the index.
    Gate,
    /// As it computed, a transaction wrote, took a snapshot, or read.
    LateWriter,
    LateSnapshot,
    LateReader,
}

const CASES: [(&str, Holder, &str); 8] = [
    (CREATE, Holder::Writer, "waiting for writers before build"),
    (CREATE, Holder::Gate, "building index"),
    (CREATE, Holder::LateWriter, "waiting for writers before validation"),
    (CREATE, Holder::LateSnapshot, "waiting for old snapshots"),
    (REINDEX, Holder::Gate, "building index"),
    (REINDEX, Holder::LateWriter, "waiting for writers before validation"),
    (REINDEX, Holder::LateSnapshot, "waiting for old snapshots"),
    (REINDEX, Holder::LateReader, "waiting for readers before marking dead"),
];

fn write_chain(lab: &Lab, statement: &str) {
    lab.execute(&lab.new, PREPARE);
    let up = format!("CREATE TABLE t_aa1 ();\n{statement};\nINSERT INTO t_big VALUES (2);");
    revision(lab, "aa1", "none", &up, "SELECT 1;");
    let path = format!("{FOLDER}/aa1_add.sql");
    lab.write(&path, &lab.read(&path).replacen("\n\n", "\n-- transaction: off\n\n", 1));
}

fn start(lab: &Lab) -> Child {
    let mut command = command(lab, &["upgrade"]);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a runner")
}

/// Waits until the build is in this phase, or in a part of it. Tries are counted rather than
/// seconds, since a machine may stand still for longer than any deadline.
#[track_caller]
fn reaches(lab: &Lab, phase: &str) {
    let mut observer = lab.connect(&lab.new);
    let sql = "SELECT count(*) FROM pg_stat_progress_create_index
                WHERE datname = current_database() AND starts_with(phase, $1)";
    for _ in 0..1200 {
        if observer.query_one(sql, &[&phase]).expect("the phase").get::<_, i64>(0) == 1 {
            return;
        }
        thread::sleep(Duration::from_millis(50));
    }
    panic!("the build never came to: {phase}\n{}", sessions(lab));
}

/// Who is there, and at what.
fn sessions(lab: &Lab) -> String {
    let sql = "SELECT pid, state, wait_event, left(query, 80), phase
          FROM pg_stat_activity LEFT JOIN pg_stat_progress_create_index USING (pid, datname)
         WHERE datname = current_database() AND pid <> pg_backend_pid()";
    lab.rows(&lab.new, sql).join("\n")
}

/// Starts the upgrade and keeps its build in the phase until the sessions are dropped.
fn held(lab: &Lab, holder: Holder, phase: &str) -> (Child, Vec<postgres::Client>) {
    let session = |sql: &str| {
        let mut session = lab.connect(&lab.new);
        session.batch_execute(sql).expect("a transaction");
        session
    };
    if let Holder::Writer = holder {
        let writer = session("BEGIN; UPDATE t_big SET n = n");
        let runner = start(lab);
        reaches(lab, phase);
        return (runner, vec![writer]);
    }
    let gate = session("SELECT pg_advisory_lock(77)");
    let runner = start(lab);
    reaches(lab, "building index");
    let late = match holder {
        Holder::Writer | Holder::Gate => return (runner, vec![gate]),
        Holder::LateWriter => session("BEGIN; DELETE FROM t_big WHERE n > 1"),
        Holder::LateSnapshot => session("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1"),
        Holder::LateReader => session("BEGIN; LOCK TABLE t_big IN ACCESS SHARE MODE"),
    };
    drop(gate);
    reaches(lab, phase);
    (runner, vec![late])
}

/// The catalog, that every index is valid, and that the journal is closed.
fn state(lab: &Lab) -> String {
    let rows = lab.rows(
        &lab.new,
        "SELECT 'invalid ' || count(*) FROM pg_index WHERE NOT indisvalid
         UNION ALL SELECT format('statement %s, %s times', statement, count(*)) FROM pgrefit.revision_log GROUP BY statement
         UNION ALL SELECT 'unfinished ' || count(*) FROM pgrefit.revision_log WHERE took IS NULL
         UNION ALL SELECT 'rows ' || string_agg(n::text, ' ' ORDER BY n) FROM t_big ORDER BY 1",
    );
    format!("{}\n{}", rows.join("\n"), fingerprint(lab))
}

fn undisturbed(statement: &str) -> String {
    let lab = Lab::new();
    write_chain(&lab, statement);
    migrate(&lab, &["upgrade"]).ok();
    let state = state(&lab);
    assert!(state.starts_with("invalid 0\n") && state.contains("unfinished 0\n"), "{state}");
    state
}

/// Kills the upgrade in a phase, lets go of what held it, and runs it again.
fn killed(lab: &Lab, case: (&str, Holder, &str), kill: impl FnOnce(&Lab, &mut Child)) {
    let (statement, holder, phase) = case;
    write_chain(lab, statement);
    let (mut runner, holders) = held(lab, holder, phase);
    kill(lab, &mut runner);
    runner.wait().expect("its end");
    drop(holders);
    let start = Instant::now();
    while !lab.answers() {
        assert!(start.elapsed() < Duration::from_secs(120), "the server does not recover");
        thread::sleep(Duration::from_millis(100));
    }
    let run = migrate(lab, &["upgrade"]);
    let said = untimed(run.ok()).to_owned();
    assert_eq!(said, "migrate_schema: 1 revision applied, head aa1", "{case:?}\n{run}");
    assert_eq!(state(lab), undisturbed(statement), "{case:?}\n{run}");
}

/// Each case in a database of its own, at once: they mostly wait.
fn in_every_phase(kill: fn(&Lab, &mut Child)) {
    thread::scope(|scope| {
        for case in CASES {
            scope.spawn(move || killed(&Lab::new(), case, kill));
        }
    });
}

#[test]
fn killed_in_any_phase_of_a_concurrent_build_a_plain_rerun_ends_the_same() {
    in_every_phase(|_, runner| runner.kill().expect("SIGKILL"));
}

#[test]
fn ended_by_the_server_in_any_phase_of_a_concurrent_build_a_plain_rerun_ends_the_same() {
    in_every_phase(|lab, runner| {
        let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_progress_create_index WHERE datname = current_database()";
        // Until the runner feels it: once, under load, the view was empty at that moment.
        for _ in 0..1200 {
            lab.execute(&lab.new, sql);
            thread::sleep(Duration::from_millis(50));
            if runner.try_wait().expect("the runner").is_some() {
                return;
            }
        }
        panic!("the runner outlives its build\n{}", sessions(lab));
    });
}

/// Every phase under `make torture`, as each crash takes seconds to recover from.
#[test]
fn the_crash_of_the_server_in_a_concurrent_build_is_followed_by_a_plain_rerun() {
    let cluster = Cluster::start();
    let cases = if torture() > 1 { &CASES[..] } else { &CASES[1..2] };
    for case in cases {
        killed(&Lab::on(&cluster.url), *case, |lab, _| {
            let pid =
                "SELECT pid FROM pg_stat_progress_create_index WHERE datname = current_database()";
            kill_backend(lab, &lab.value(&lab.new, pid));
        });
    }
}
