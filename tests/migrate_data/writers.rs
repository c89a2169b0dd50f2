//! Others who write while rows are read.

use std::process::Stdio;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use super::{READ_IS_LOADED_MERGED_QUARANTINED, small};
use crate::tools::wait_until;

/// What a load reads is one moment: every transaction is there whole or not at all, none twice and
/// none half, whatever PostgreSQL believes of the table's size, and whoever would rewrite it.
#[test]
fn a_load_under_writers_is_one_moment_of_the_old_database() {
    let lab = small(
        "CREATE TABLE entry (id bigint PRIMARY KEY, account int NOT NULL, amount int NOT NULL, pad text); \
         INSERT INTO entry SELECT i, i / 2, CASE WHEN i % 2 = 0 THEN i % 1000 ELSE -((i - 1) % 1000) END, repeat('x', 100) FROM generate_series(2, 120001) AS i; \
         ANALYZE entry; UPDATE pg_class SET relpages = relpages / 10, reltuples = reltuples / 10 WHERE relname = 'entry'; CREATE SEQUENCE next START 200000 INCREMENT 2",
        "CREATE TABLE ledger (id bigint PRIMARY KEY, account int NOT NULL, amount int NOT NULL, pad text)",
        "[ledger]\nfrom = \"entry\"\nkey = \"id\"\n[ledger.columns]\nid = \"id\"\naccount = \"account\"\namount = \"amount\"\npad = \"pad\"\n",
    );
    // The two entries of an account add up to nothing after every transaction.
    let transactions = [
        "BEGIN; UPDATE entry SET amount = amount + 7 WHERE id = 2 * (2 + k) ; UPDATE entry SET amount = amount - 7 WHERE id = 2 * (2 + k) + 1; COMMIT",
        "BEGIN; INSERT INTO entry SELECT n, n / 2, k, 'new' FROM nextval('next') AS n; INSERT INTO entry SELECT n, n / 2, -(k), 'new' FROM (SELECT currval('next') + 1 AS n) AS s; COMMIT",
        "DELETE FROM entry WHERE account = 60000 - (k)",
        "UPDATE entry SET pad = repeat('y', 150) WHERE account = 1000 + (k)",
    ];
    let (stop, written) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|scope| {
        // Where an expectation fails the others must end, too, or it would never be told.
        let _ended = StopAtTheEnd(&stop);
        for writer in 0..4_u64 {
            let (lab, stop, written) = (&lab, &stop, &written);
            scope.spawn(move || {
                let mut client = lab.connect(&lab.old);
                let mut random = 77 + writer;
                while !stop.load(Ordering::Relaxed) {
                    random = random.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
                    let sql = transactions[(random >> 33) as usize % transactions.len()];
                    let sql = sql.replace('k', &((random >> 40) % 40_000).to_string());
                    client.batch_execute(&sql).expect("a write");
                    written.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        scope.spawn(|| {
            let mut client = lab.connect(&lab.old);
            client.batch_execute("SET lock_timeout = '200ms'").expect("a setting");
            while !stop.load(Ordering::Relaxed) {
                // It gives up while rows are read, and takes the table between two loads.
                drop(client.batch_execute("VACUUM FULL entry"));
                thread::sleep(Duration::from_millis(100));
            }
        });
        for _ in 0..3 {
            let before = written.load(Ordering::Relaxed);
            let run = lab.run("migrate_data", &["--restart", "--yes", "--workers", "3"]);
            run.ok();
            assert!(written.load(Ordering::Relaxed) > before, "nobody wrote meanwhile\n{run}");
            assert_eq!(lab.rows(&lab.new, READ_IS_LOADED_MERGED_QUARANTINED), [""; 0]);
            let torn = "SELECT account FROM ledger GROUP BY account HAVING count(*) <> 2 OR sum(amount) <> 0";
            assert_eq!(lab.rows(&lab.new, torn), [""; 0], "{run}");
        }
    });
    // What was written since is carried over; then both are equal.
    lab.run("migrate_data", &["--prune"]).ok();
    let content = |table: &str| {
        format!("SELECT count(*) || ' ' || sum(hashtextextended(t::text, 0)) FROM {table} AS t")
    };
    assert_eq!(lab.value(&lab.new, &content("ledger")), lab.value(&lab.old, &content("entry")));
    lab.run("verify_data", &[]).ok();
}

struct StopAtTheEnd<'a>(&'a AtomicBool);

impl Drop for StopAtTheEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Somebody who comes to lock a table as a whole while rows are read waits for the end of the load,
/// and keeps none of its readers waiting, not even those that come to his table later.
#[test]
fn a_vacuum_full_that_begins_amid_a_load_waits_for_its_end() {
    let lab = small(
        "CREATE TABLE first (id int PRIMARY KEY); INSERT INTO first SELECT generate_series(1, 60000); \
         CREATE TABLE last (id int PRIMARY KEY, n int); INSERT INTO last SELECT i, i FROM generate_series(1, 60000) AS i; DELETE FROM last WHERE id % 2 = 0; CREATE VIEW seen AS SELECT id, n FROM last",
        "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY, n int); CREATE TABLE c (id int PRIMARY KEY, n int)",
        "[a]\nfrom = \"first\"\nkey = \"id\"\n[a.columns]\nid = \"id\"\n[b]\nfrom = \"last\"\nkey = \"id\"\n[b.columns]\nid = \"id\"\nn = \"n\"\n\
         [c]\nfrom = \"seen\"\nkey = \"id\"\n[c.columns]\nid = \"id\"\nn = \"n\"\n",
    );
    let mut command = lab.command("migrate_data", &["--max-rows-per-second", "30000"]);
    let load = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a load");
    let begun = "SELECT coalesce(to_regclass('pgrefit.load_chunk')::text, '')";
    wait_until("the load begins", || !lab.value(&lab.new, begun).is_empty());
    let chunks = "SELECT count(*) FROM pgrefit.load_chunk";
    wait_until("chunks are laid out", || lab.value(&lab.new, chunks) != "0");
    thread::scope(|scope| {
        let rewriting = scope.spawn(|| lab.execute(&lab.old, "VACUUM FULL last"));
        let waits = format!(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = '{}' AND query LIKE 'VACUUM FULL%' AND wait_event_type = 'Lock'",
            lab.old
        );
        wait_until("VACUUM FULL waits", || lab.value("postgres", &waits) == "1");
        let output = load.wait_with_output().expect("its end");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        rewriting.join().expect("VACUUM FULL ends");
    });
    assert_eq!(lab.value(&lab.new, "SELECT (SELECT count(*) FROM a) || ' ' || (SELECT count(*) FROM b) || ' ' || (SELECT count(*) FROM c)"), "60000 30000 30000");
    lab.run("verify_data", &[]).ok();
}
