//! A chain of forty statements, killed after each of them: a plain re-run always ends the same.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::{FOLDER, command, fingerprint, migrate, revision, torture};
pub(super) use crate::cluster::{Cluster, kill_backend};
use crate::harness::Lab;

/// Every kind of statement that a revision may hold: six revisions, every other one without a
/// transaction around it.
const CHAIN: [&[&str]; 6] = [
    &[
        "CREATE TABLE t_people (id int PRIMARY KEY, name text NOT NULL, born date)",
        "CREATE TABLE t_ledger (n int)",
        "INSERT INTO t_people SELECT n, 'name ' || n, date '1970-01-01' + n FROM generate_series(1, 2000) n",
        "INSERT INTO t_ledger VALUES (1)",
        "ALTER TABLE t_people ADD COLUMN email text",
        "UPDATE t_people SET email = id || '@example.org'",
        "ALTER TABLE t_people ALTER COLUMN email SET NOT NULL",
    ],
    &[
        "INSERT INTO t_ledger VALUES (2)",
        "CREATE INDEX CONCURRENTLY t_people_born ON t_people (born)",
        "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS t_people_email ON t_people (email)",
        "ALTER TABLE t_people ADD CONSTRAINT t_people_email_key UNIQUE USING INDEX t_people_email",
        "REINDEX INDEX CONCURRENTLY t_people_born",
        "INSERT INTO t_ledger VALUES (3)",
        "VACUUM (ANALYZE) t_people",
    ],
    &[
        "CREATE TABLE t_days (day date NOT NULL, n int) PARTITION BY RANGE (day)",
        "CREATE TABLE t_days_1 PARTITION OF t_days FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')",
        "CREATE TABLE t_days_2 PARTITION OF t_days FOR VALUES FROM ('2021-01-01') TO ('2022-01-01')",
        "CREATE TABLE t_days_3 (LIKE t_days)",
        "INSERT INTO t_days SELECT date '2020-01-01' + n % 700, n FROM generate_series(1, 2000) n",
        "INSERT INTO t_ledger VALUES (4)",
        "COMMENT ON TABLE t_days IS 'by year'",
    ],
    &[
        "ALTER TABLE t_days DETACH PARTITION t_days_1 CONCURRENTLY",
        "ALTER TABLE t_days ATTACH PARTITION t_days_3 FOR VALUES FROM ('2022-01-01') TO ('2023-01-01')",
        "CREATE TYPE mood AS ENUM ('good')",
        "ALTER TYPE mood ADD VALUE 'better'",
        "CREATE INDEX CONCURRENTLY t_days_2_n ON t_days_2 (n)",
        "INSERT INTO t_ledger VALUES (5)",
        "DROP INDEX CONCURRENTLY t_days_2_n",
    ],
    &[
        "CREATE VIEW t_names AS SELECT id, upper(name) AS name FROM t_people",
        "CREATE FUNCTION t_count() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM t_people'",
        "GRANT SELECT ON t_names TO PUBLIC",
        "INSERT INTO t_ledger VALUES (6)",
        "ALTER TABLE t_people ADD CONSTRAINT t_people_id_check CHECK (id > 0) NOT VALID",
    ],
    &[
        "ALTER TABLE t_people VALIDATE CONSTRAINT t_people_id_check",
        "INSERT INTO t_ledger VALUES (7)",
        "CREATE INDEX CONCURRENTLY t_people_name ON t_people (lower(name))",
        "REINDEX TABLE CONCURRENTLY t_people",
        "DROP INDEX CONCURRENTLY t_people_born",
        "INSERT INTO t_ledger VALUES (8)",
        "ANALYZE t_days",
    ],
];

fn write_chain(lab: &Lab) {
    assert_eq!(CHAIN.iter().map(|revision| revision.len()).sum::<usize>(), 40);
    let mut down = "none".to_owned();
    for (index, statements) in CHAIN.iter().enumerate() {
        let id = format!("r{index}");
        revision(lab, &id, &down, &format!("{};", statements.join(";\n")), "SELECT 1;");
        if index % 2 == 1 {
            let path = format!("{FOLDER}/{id}_add.sql");
            lab.write(&path, &lab.read(&path).replacen("\n\n", "\n-- transaction: off\n\n", 1));
        }
        down = id;
    }
}

/// The catalog and the rows, and that no index was left invalid and nothing begun and not ended.
fn state(lab: &Lab) -> String {
    let rows = lab.rows(
        &lab.new,
        "SELECT 'ledger', string_agg(n::text, ' ' ORDER BY n) FROM t_ledger
         UNION ALL SELECT 'people', count(*)::text || ' ' || sum(id) FROM t_people
         UNION ALL SELECT 'days', count(*)::text || ' ' || sum(n) FROM t_days
         UNION ALL SELECT 'detached', count(*)::text FROM t_days_1
         UNION ALL SELECT 'invalid', count(*)::text FROM pg_index WHERE NOT indisvalid
         UNION ALL SELECT 'unfinished', count(*)::text FROM pgrefit.revision_log WHERE took IS NULL
         UNION ALL SELECT 'journal', count(DISTINCT (revision, statement))::text || ' of ' || count(*) FROM pgrefit.revision_log
         UNION ALL SELECT 'version', string_agg(version_num, ' ') FROM alembic_version",
    );
    format!("{}\n{}", rows.join("\n"), fingerprint(lab))
}

/// What an upgrade sends, a line each, as `ENABLE_QUERY_LOGGING` tells after each was answered.
struct Runner {
    process: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStderr>>,
}

impl Runner {
    fn start(lab: &Lab) -> Runner {
        let mut command = command(lab, &["upgrade"]);
        command.env("ENABLE_QUERY_LOGGING", "1").stdout(Stdio::null()).stderr(Stdio::piped());
        let mut process = command.spawn().expect("a runner");
        let stderr = process.stderr.take().expect("its stderr");
        Runner { process, lines: BufReader::new(stderr).lines() }
    }

    /// Reads so many answers; whether there were that many.
    fn pass(&mut self, answers: usize) -> bool {
        let timed = |line: &String| line.contains(" ms  ");
        self.lines.by_ref().map_while(Result::ok).filter(timed).take(answers).count() == answers
    }
}

/// How many answers a whole run reads, and the state that it ends in.
fn undisturbed() -> (usize, String) {
    let lab = Lab::new();
    write_chain(&lab);
    let mut runner = Runner::start(&lab);
    let timed = |line: &String| line.contains(" ms  ");
    let answers = runner.lines.by_ref().map_while(Result::ok).filter(timed).count();
    assert!(runner.process.wait().expect("its end").success());
    (answers, state(&lab))
}

/// Every boundary under `make torture`, some of them else.
fn boundaries(answers: usize) -> impl Iterator<Item = usize> {
    let step = if torture() > 1 { 1 } else { answers / 9 };
    (1..answers).step_by(step)
}

#[track_caller]
fn ends_the_same(lab: &Lab, boundary: usize, expected: &str) {
    let start = Instant::now();
    let run = migrate(lab, &["upgrade"]);
    run.ok();
    assert!(start.elapsed() < Duration::from_secs(120), "killed at {boundary}: {run}");
    assert_eq!(state(lab), expected, "killed after answer {boundary}");
}

#[test]
fn killed_at_any_statement_a_plain_rerun_ends_the_same() {
    let (answers, expected) = undisturbed();
    assert!(expected.starts_with("ledger|1 2 3 4 5 6 7 8\n"), "{expected}");
    assert!(expected.contains("invalid|0\nunfinished|0\n"), "{expected}");
    for boundary in boundaries(answers) {
        let lab = Lab::new();
        write_chain(&lab);
        let mut runner = Runner::start(&lab);
        if runner.pass(boundary) {
            // Now and then a little later, so that some die inside the next statement.
            sleep(Duration::from_micros(700 * (boundary as u64 % 3)));
        }
        drop(runner.process.kill());
        runner.process.wait().expect("its end");
        ends_the_same(&lab, boundary, &expected);
    }
}

#[test]
fn ended_by_the_server_at_any_statement_a_plain_rerun_ends_the_same() {
    let (answers, expected) = undisturbed();
    for boundary in boundaries(answers) {
        let lab = Lab::new();
        write_chain(&lab);
        let mut runner = Runner::start(&lab);
        runner.pass(boundary);
        lab.execute(
            &lab.new,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
              WHERE datname = current_database() AND application_name = 'migrate_schema'",
        );
        // It may have come to its end before that.
        runner.lines.by_ref().for_each(drop);
        runner.process.wait().expect("its end");
        ends_the_same(&lab, boundary, &expected);
    }
}

#[test]
fn the_crash_of_the_server_at_any_statement_is_followed_by_a_plain_rerun() {
    let (answers, expected) = undisturbed();
    let cluster = Cluster::start();
    // Each crash takes seconds to recover from.
    let every = if torture() > 1 { 1 } else { answers / 3 };
    for boundary in (answers / 4..answers).step_by(every) {
        let lab = Lab::on(&cluster.url);
        write_chain(&lab);
        let mut runner = Runner::start(&lab);
        runner.pass(boundary);
        let backend = "SELECT coalesce(max(pid), 0) FROM pg_stat_activity
                        WHERE datname = current_database() AND application_name = 'migrate_schema'";
        let pid = lab.value(&lab.new, backend);
        if pid != "0" {
            kill_backend(&lab, &pid);
        }
        runner.lines.by_ref().for_each(drop);
        runner.process.wait().expect("its end");
        let start = Instant::now();
        while !lab.answers() {
            assert!(start.elapsed() < Duration::from_secs(120), "the server does not recover");
            sleep(Duration::from_millis(100));
        }
        ends_the_same(&lab, boundary, &expected);
    }
}
