//! Autogenerate's promise, held on a corpus of our own: whatever the old and the new state are, the
//! plan between them leads exactly there, and back.

mod arena;
mod extras;
mod generator;
mod job_made;
mod messages;
mod model;
mod pairs;
mod safe_forms;
mod unknown_options;
mod verbs;
mod walk;

use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use catalog::{Catalog, Options, Scope};
use common::{Database, Session, Terms};

use crate::harness::Lab;
use crate::tools::torture;
use arena::{Arena, observer};
use pairs::{Pair, Side};

/// Who the corpus speaks of; they stay, as several tests share the server.
const ROLES: [&str; 3] = ["catalog_reader", "catalog_writer", "catalog_owner"];

fn corpus(folder: &str) -> PathBuf {
    Lab::repository().join("tests/catalog").join(folder)
}

/// What the server is, and which extensions it has.
struct Server {
    version: u32,
    extensions: BTreeSet<String>,
}

impl Server {
    fn prepare() -> Server {
        let lab = Lab::new();
        for role in ROLES {
            // Another test may be first at any moment.
            lab.execute("postgres", &format!("DO $$ BEGIN CREATE ROLE {role}; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"));
        }
        let version = lab.value("postgres", "SHOW server_version_num").parse().expect("a number");
        // Some servers are built without ICU's collations; they count as an extension here.
        let available = "SELECT name FROM pg_available_extensions
                          UNION SELECT 'icu' FROM pg_collation WHERE collname LIKE '%-x-icu'";
        let extensions = lab.rows("postgres", available);
        Server { version, extensions: extensions.into_iter().collect() }
    }

    fn has(&self, pair: &Pair) -> bool {
        pair.since <= self.version / 10_000
            && pair.needs.iter().all(|need| self.extensions.contains(need))
    }
}

/// Runs groups on two threads; those that fail once more, pair by pair. How many pairs held, and
/// what failed.
fn run(groups: &[Vec<&Pair>], server: &Server) -> (usize, Vec<String>) {
    let observer = observer(server.version);
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(group) = groups.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if Arena::new(&Lab::new(), group, &observer).run().is_ok() {
                        continue;
                    }
                    for pair in group {
                        let outcome = Arena::new(&Lab::new(), &[pair], &observer).run();
                        if let Some(failure) = failure(pair, outcome) {
                            failures.lock().expect("no thread panicked").push(failure);
                        }
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().expect("no thread panicked");
    (groups.iter().map(Vec::len).sum::<usize>() - failures.len(), failures)
}

/// What is wrong with an outcome: that it failed, or that it did not although the file says so.
fn failure(pair: &Pair, outcome: common::Result<()>) -> Option<String> {
    let place = format!("{}: {}", pair.file, pair.name);
    match (outcome, &pair.falls_short) {
        (Ok(()), None) => None,
        (Ok(()), Some(_)) => {
            Some(format!("{place}: holds, although the file says that it falls short"))
        }
        (Err(error), Some((way, _))) if error.primary() == way.as_str() => None,
        (Err(error), _) => Some(format!("{place}: {error}")),
    }
}

/// Pairs that fit together in one database, file by file, but for those that want to be alone.
fn groups<'a>(pairs: impl Iterator<Item = &'a Pair>, chosen: &str) -> Vec<Vec<&'a Pair>> {
    let mut groups: Vec<Vec<&Pair>> = Vec::new();
    for pair in pairs.filter(|pair| format!("{} {}", pair.file, pair.name).contains(chosen)) {
        let alone = pair.wants_to_be_alone();
        match groups.last_mut() {
            Some(group)
                if !alone && group[0].file == pair.file && !group[0].wants_to_be_alone() =>
            {
                group.push(pair);
            }
            _ => groups.push(vec![pair]),
        }
    }
    groups
}

#[track_caller]
fn hold(what: &str, pairs: &[Pair]) {
    let server = Server::prepare();
    let chosen = std::env::var("PAIR").unwrap_or_default();
    let (here, elsewhere): (Vec<&Pair>, Vec<&Pair>) =
        pairs.iter().partition(|pair| server.has(pair));
    let (held, failures) = run(&groups(here.into_iter(), &chosen), &server);
    let left_out: Vec<&str> = elsewhere.iter().map(|pair| pair.name.as_str()).collect();
    let left_out = if left_out.is_empty() {
        String::new()
    } else {
        format!("; not on this server: {}", left_out.join(", "))
    };
    // Past the test runner, which keeps what is printed to itself.
    let version = server.version / 10_000;
    writeln!(
        std::io::stderr(),
        "catalog: {held} {what} hold both ways on PostgreSQL {version}, {} fail{left_out}",
        failures.len()
    )
    .expect("stderr");
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

#[test]
fn every_pair_is_reached_both_ways() {
    let pairs: Vec<Pair> = pairs::read_folder(&corpus("pairs")).into_iter().flatten().collect();
    assert!(pairs.len() >= 400, "the corpus has {} pairs", pairs.len());
    hold("pairs", &pairs);
}

#[test]
fn a_rename_is_a_rename_however_the_table_is_dressed() {
    let mut pairs = pairs::read_renames(&corpus("renames"));
    pairs.extend(pairs::read(&corpus("renames/hinted.sql")));
    assert!(pairs.len() >= 30, "there are {} renames", pairs.len());
    hold("renames", &pairs);
}

#[test]
fn what_could_have_become_one_of_two_is_refused() {
    let pairs = pairs::read(&corpus("renames/ambiguous.sql"));
    assert!(pairs.len() >= 10, "there are {} ambiguous pairs", pairs.len());
    let lab = Lab::new();
    let session = |name: &str, side: Side| {
        let database = Database::from_url("the test server", &lab.url(name)).expect("a database");
        let mut session = Session::open(&database, Terms::Ours).expect("a session");
        for pair in &pairs {
            session.batch(&pair.sql(side)).expect("a pair loads");
        }
        session
    };
    let (mut from, mut to) = (session(&lab.old, Side::From), session(&lab.new, Side::To));
    for pair in &pairs {
        let scope = Scope::Schemas(vec![pair.name.clone()]);
        let from = Catalog::read(&mut from, &scope).expect("a catalog");
        let to = Catalog::read(&mut to, &scope).expect("a catalog");
        let options = Options { allow_data_loss: true, ..Options::default() };
        match catalog::plan(&from, &to, &options) {
            Ok(plan) => panic!("{}: {:#?}", pair.name, plan.statements),
            Err(error) => {
                assert!(error.to_string().contains("@rename from:"), "{}: {error}", pair.name);
            }
        }
    }
}
