//! Loads that are killed at random moments, each followed by a plain second run.

use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::later::CHANGES;
use super::{constraints, content, fill_shop, small, writes};
use crate::cluster::{Cluster, kill_backend};
use crate::harness::Lab;
use crate::tools::Dice;

/// `make torture`: 50 kills of a load of 300,000 orders.
fn is_torture() -> bool {
    std::env::var_os("TORTURE").is_some()
}

#[derive(Clone, Copy, Debug)]
enum Killed {
    Binary,
    /// One server process of the load, as an administrator ends it.
    Backend,
    /// `kill -9` of one, upon which PostgreSQL ends all and recovers as after a crash.
    Server,
    /// `kill -9` of the server's first process, and a start by hand.
    Postmaster,
}

const KINDS: [Killed; 4] = [Killed::Binary, Killed::Backend, Killed::Server, Killed::Postmaster];

/// How far a load has come: it is killed in a state and not at a time, so that a slow machine's
/// loads are killed in their midst, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct State {
    /// Chunks whose rows are committed.
    pub chunks: i64,
    /// Keys, indexes and foreign keys that are back.
    pub back: i64,
}

impl State {
    fn of(lab: &Lab) -> State {
        const SQL: &str = "SELECT (SELECT count(*) FROM pgrefit.load_chunk WHERE committed_at IS NOT NULL) AS chunks, \
            (SELECT count(*) FROM pgrefit.set_aside WHERE restored_at IS NOT NULL) AS back";
        let mut client = lab.connect(&lab.new);
        // The ledger is not there at the beginning.
        match client.query_one(SQL, &[]) {
            Ok(row) => State { chunks: row.get(0), back: row.get(1) },
            Err(_) => State { chunks: -1, back: -1 },
        }
    }

    /// One of those that come before this one, the last: half of them while rows are loaded.
    fn before(self, random: &mut Dice) -> State {
        match random.below(2) {
            0 => State { chunks: random.below(self.chunks), back: 0 },
            _ => State { chunks: self.chunks, back: random.below(self.back) },
        }
    }
}

/// Whatever is killed, and whenever: the same rows as of a load that was not, the same books, the
/// same keys and indexes. A finished load run again writes nothing.
#[test]
fn a_load_that_is_killed_goes_on_and_ends_like_one_that_was_not() {
    let mut cluster = Cluster::start();
    let lab = Lab::on(&cluster.url);
    let (orders, kills) = if is_torture() { (300_000, 50) } else { (30_000, 8) };
    fill_shop(&lab, orders / 20, orders / 500, orders);
    let before = constraints(&lab);
    lab.run("migrate_data", &[]).ok();
    let last = State::of(&lab);
    let undisturbed = [content(&lab), books(&lab)];

    let mut random = Dice(0x9e37_79b9_7f4a_7c15);
    let mut went_on = 0;
    for number in 0..kills {
        lab.execute(&lab.new, "TRUNCATE users, addresses, categories, products, orders, order_items; DROP SCHEMA pgrefit CASCADE");
        let state = last.before(&mut random);
        let killed = KINDS[number % KINDS.len()];
        let seen = kill(&lab, &mut cluster, killed, state, &mut random);
        let run = lab.run("migrate_data", &[]);
        run.ok();
        went_on += usize::from(run.stderr.contains("going on with run 1: "));
        let moment = format!("{killed:?} killed at {seen:?}, {state:?} of {last:?} wanted\n{run}");
        assert_eq!([content(&lab), books(&lab)], undisturbed, "{moment}");
        assert_eq!(constraints(&lab), before, "{moment}");
    }
    assert!(went_on * 4 >= kills * 3, "only {went_on} of {kills} loads were killed in their midst");
    lab.run("verify_data", &[]).ok();
    let written = writes(&lab);
    assert!(lab.run("migrate_data", &[]).ok().starts_with("migrate_data: nothing to do: "));
    assert_eq!(writes(&lab), written);
}

/// A later run that is killed has not happened, or is done; the next one ends like one that was not
/// killed.
#[test]
fn a_later_run_that_is_killed_has_not_happened() {
    let mut cluster = Cluster::start();
    let lab = Lab::on(&cluster.url);
    let (orders, kills) = if is_torture() { (300_000, 50) } else { (15_000, 4) };
    fill_shop(&lab, orders / 20, orders / 500, orders);
    lab.run("migrate_data", &[]).ok();
    lab.execute(&lab.old, "DROP SCHEMA truth CASCADE");
    lab.execute(&lab.old, CHANGES);
    let kept = format!("{}_kept", lab.new);
    let copy = |from: &str, to: &str| {
        lab.execute("postgres", &format!("DROP DATABASE IF EXISTS {to} WITH (FORCE)"));
        lab.execute("postgres", &format!("CREATE DATABASE {to} TEMPLATE {from}"));
    };
    copy(&lab.new, &kept);
    let loaded = [content(&lab), books(&lab)];
    lab.run("migrate_data", &["--prune"]).ok();
    let undisturbed = [content(&lab), books(&lab)];
    assert_ne!(loaded, undisturbed);

    let mut random = Dice(0x2545_f491_4f6c_dd1d);
    let mut amid = 0;
    for number in 0..kills {
        copy(&kept, &lab.new);
        let killed = KINDS[number % KINDS.len()];
        let moment = MOMENTS[number % MOMENTS.len()];
        let mut command = lab.command("migrate_data", &["--prune"]);
        let mut child =
            command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("migrate_data");
        wait_for_moment(&lab, &mut child, moment);
        let further = if is_torture() { 300 } else { 15 };
        sleep(Duration::from_millis(random.below(further)));
        strike(&lab, &mut cluster, killed, &mut child);
        // The next run would wait for the killed one's last statement; so does this.
        lab.execute(&lab.new, "SELECT pg_advisory_lock(x'70677266'::int, x'776f726b'::int)");
        let now = [content(&lab), books(&lab)];
        amid += usize::from(now == loaded);
        assert!(now == loaded || now == undisturbed, "{killed:?} killed: half of it happened");
        let run = lab.run("migrate_data", &["--prune"]);
        run.ok();
        assert_eq!([content(&lab), books(&lab)], undisturbed, "{killed:?} killed\n{run}");
        assert_eq!(lab.rows(&lab.new, STAGED), [""; 0]);
    }
    assert!(amid * 2 >= kills, "only {amid} of {kills} later runs were killed in their midst");
    lab.run("verify_data", &[]).ok();
}

const STAGED: &str = "SELECT relname FROM pg_class WHERE relnamespace = 'pgrefit'::regnamespace AND relname LIKE 'stage%'";

/// How far a later run has come: it stages the first rows, those of the last source, and then
/// changes all tables in one transaction.
const MOMENTS: [&str; 3] = [
    "SELECT to_regclass('pgrefit.stage_keys') IS NOT NULL",
    "SELECT coalesce(pg_relation_size(to_regclass('pgrefit.stage_4')), 0) > 0",
    "SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 'orders'::regclass AND mode = 'ShareRowExclusiveLock' AND granted)",
];

fn wait_for_moment(lab: &Lab, child: &mut Child, moment: &str) {
    let start = Instant::now();
    while child.try_wait().expect("its state").is_none() && lab.value(&lab.new, moment) == "f" {
        assert!(start.elapsed() < Duration::from_secs(120), "never: {moment}");
    }
}

/// What was read at another moment is read again, where keys came or went, or another row
/// survives; and so is what looked it up.
#[test]
fn a_source_that_changed_between_two_tries_is_loaded_anew() {
    for change in [
        "DELETE FROM p WHERE id = 7",
        "UPDATE p SET mail = 'b50@x.org' WHERE id = 7",
        "INSERT INTO p VALUES (0, 'b60000@x.org')",
        "DELETE FROM p WHERE id = 7; INSERT INTO p VALUES (-7, 'b9@x.org')",
    ] {
        let lab = small(
            "CREATE TABLE p (id int PRIMARY KEY, mail text); INSERT INTO p SELECT i, 'B' || i || '@x.org' FROM generate_series(1, 60000) AS i; \
             CREATE TABLE q (id int PRIMARY KEY, mail text); INSERT INTO q SELECT i, CASE WHEN i % 25000 = 0 THEN 'nobody' ELSE 'b' || i || '@x.org' END FROM generate_series(1, 60000) AS i",
            "CREATE TABLE people (nr int PRIMARY KEY, mail text UNIQUE); CREATE TABLE posts (id int PRIMARY KEY, person int NOT NULL REFERENCES people)",
            "[people]\nfrom = \"p\"\nkey = \"id\"\nunique = { by = \"mail\" }\n[people.columns]\nnr = { surrogate = true }\nmail = { from = \"mail\", clean = [\"email\"] }\n\
             [posts]\nfrom = \"q\"\nkey = \"id\"\n[posts.columns]\nid = \"id\"\nperson = { lookup = \"people\", by = \"mail\", from = \"mail\", clean = [\"email\"] }\n",
        );
        lab.run("migrate_data", &["--workers", "1", "--max-rejects", "0"]).exits(3);
        assert_ne!(
            lab.value(&lab.new, "SELECT count(*) FROM pgrefit.load_chunk WHERE source = 'q' AND committed_at IS NULL"),
            "0"
        );
        lab.execute(&lab.old, change);
        let run = lab.run("migrate_data", &[]);
        run.ok();
        assert!(run.stderr.contains("p has changed since the last try: "), "{change}\n{run}");
        lab.run("verify_data", &[]).ok();
    }
}

/// Rows that only their place names are all read again after a kill, wherever they are by then.
#[test]
fn a_killed_load_of_rows_without_a_key_begins_anew() {
    let lab = small(
        "CREATE TABLE bare (n text, t text); INSERT INTO bare SELECT CASE WHEN i % 999 = 0 THEN 'x' ELSE (i % 700)::text END, 't' || i % 3 FROM generate_series(1, 100000) AS i",
        "CREATE TABLE rows (n int NOT NULL, t text)",
        "[rows]\nfrom = \"bare\"\nkey = \"ctid\"\n[rows.columns]\nn = \"n\"\nt = \"t\"\n",
    );
    let mut anew = 0;
    for change in [
        "SELECT",
        "DELETE FROM bare WHERE n = '5' AND t = 't1'",
        "UPDATE bare SET t = 'moved' WHERE n = '6'",
        "VACUUM FULL bare",
    ] {
        lab.execute(&lab.new, "TRUNCATE rows; DROP SCHEMA IF EXISTS pgrefit CASCADE");
        let mut command = lab.command("migrate_data", &["--workers", "1"]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it");
        wait_for(&lab, &mut child, State { chunks: 1, back: 0 });
        child.kill().expect("kill -9");
        child.wait().expect("its end");
        lab.execute(&lab.old, change);
        let run = lab.run("migrate_data", &[]);
        run.ok();
        anew += usize::from(run.stderr.contains("bare has changed since the last try: "));
        let content = |database: &str, rows: &str| {
            let sql =
                format!("SELECT count(*), sum(hashtextextended(n || ' ' || t, 0)) FROM {rows}");
            lab.value(database, &sql)
        };
        let expected = content(&lab.old, "bare WHERE n <> 'x'");
        assert_eq!(content(&lab.new, "rows"), expected, "{change}\n{run}");
        lab.run("verify_data", &[]).ok();
    }
    assert!(anew > 0, "no load was killed in its midst");
}

/// Starts a load and kills it once it has come to a state; the state it was in.
fn kill(
    lab: &Lab,
    cluster: &mut Cluster,
    killed: Killed,
    state: State,
    random: &mut Dice,
) -> State {
    let mut command = lab.command("migrate_data", &[]);
    let mut child =
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("migrate_data starts");
    let seen = wait_for(lab, &mut child, state);
    // Anywhere between this state and the next.
    sleep(Duration::from_millis(random.below(12)));
    strike(lab, cluster, killed, &mut child);
    seen
}

/// Kills, and waits until the server answers again.
fn strike(lab: &Lab, cluster: &mut Cluster, killed: Killed, child: &mut Child) {
    let of_the_load = format!(
        "FROM pg_stat_activity WHERE application_name = 'migrate_data' AND datname IN ('{}', '{}')",
        lab.old, lab.new
    );
    match killed {
        Killed::Binary => child.kill().expect("kill -9"),
        Killed::Backend => lab.execute(
            "postgres",
            &format!("SELECT pg_terminate_backend(pid) FROM (SELECT pid {of_the_load} ORDER BY state <> 'active', random() LIMIT 1) AS one"),
        ),
        Killed::Server => {
            let pid =
                format!("SELECT coalesce((SELECT pid {of_the_load} ORDER BY state <> 'active', random() LIMIT 1), 0)");
            let pid = lab.value("postgres", &pid);
            if pid != "0" {
                kill_backend(lab, &pid);
            }
        }
        Killed::Postmaster => cluster.crash(lab),
    }
    child.wait().expect("its end");
    let start = Instant::now();
    while !lab.answers() {
        assert!(start.elapsed() < Duration::from_secs(60), "the server does not recover");
        sleep(Duration::from_millis(100));
    }
}

pub(super) fn wait_for(lab: &Lab, child: &mut Child, state: State) -> State {
    let start = Instant::now();
    loop {
        let seen = State::of(lab);
        if seen >= state || child.try_wait().expect("its state").is_some() {
            return seen;
        }
        assert!(start.elapsed() < Duration::from_secs(120), "{seen:?}, never {state:?}");
    }
}

/// What the ledger says of every row that is in no table, and of all others together.
fn books(lab: &Lab) -> Vec<String> {
    let hash = |columns: &str, table: &str| {
        format!(
            "SELECT count(*) || ' ' || coalesce(sum(hashtextextended(({columns})::text, 0)), 0) FROM pgrefit.{table}"
        )
    };
    [
        hash("source, key, raw::text, target, column_name, rule, reason, value", "quarantine"),
        hash("source, source_key, target, target_key, fate", "lineage"),
        hash("source, chunk, low, high, read, loaded, merged, quarantined, target_rows, replaced, hash", "load_chunk"),
    ]
    .map(|sql| lab.value(&lab.new, &sql))
    .to_vec()
}
