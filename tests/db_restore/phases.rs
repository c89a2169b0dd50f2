//! A restore that stands still in each of its phases and then meets each of the faults: the live
//! database is as it was, and the same command again finishes without doing anything twice.

use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use postgres::Client;

use super::cramped::Cramped;
use super::{Shop, torture};
use crate::harness::Run;
use crate::tools::wait_until;

/// How a restore is made to stand still in a phase, and how it is seen that it does.
struct Phase {
    name: &'static str,
    stand: Stand,
    /// What of pg_stat_activity tells so.
    seen: &'static str,
    /// Whether what follows needs room on the server's disk.
    writes: bool,
    /// Whether what follows needs another connection.
    connects: bool,
}

enum Stand {
    /// By the gate of this name.
    Gate,
    /// By a lock that is taken in the scratch database while the rows wait at their gate.
    Lock(&'static str),
    /// By a lock on the live database itself.
    LockOfLive,
}

const SLEEPS: &str = "wait_event = 'PgSleep' AND datname ~ '_restoring$'";

const PHASES: [Phase; 8] = [
    Phase { name: "pre-data", stand: Stand::Gate, seen: SLEEPS, writes: true, connects: true },
    Phase { name: "rows", stand: Stand::Gate, seen: SLEEPS, writes: true, connects: true },
    Phase {
        name: "sequences",
        stand: Stand::Lock("ALTER SEQUENCE orders_id_seq INCREMENT 2"),
        seen: "wait_event_type = 'Lock' AND query LIKE '%setval%orders_id_seq%'",
        writes: true,
        connects: true,
    },
    Phase {
        name: "check of the rows",
        stand: Stand::Lock("LOCK TABLE orders"),
        seen: "wait_event_type = 'Lock' AND datname ~ '_restoring$'",
        writes: true,
        connects: true,
    },
    Phase { name: "indexes", stand: Stand::Gate, seen: SLEEPS, writes: true, connects: true },
    Phase { name: "analyze", stand: Stand::Gate, seen: SLEEPS, writes: false, connects: true },
    Phase {
        name: "check of the objects",
        stand: Stand::Lock("LOCK TABLE of_nothing"),
        seen: "wait_event_type = 'Lock' AND application_name = 'db_restore pg_dump'",
        writes: false,
        connects: true,
    },
    Phase {
        name: "rename",
        stand: Stand::LockOfLive,
        seen: "wait_event_type = 'Lock' AND query LIKE 'ALTER DATABASE%RENAME TO%'",
        writes: false,
        connects: false,
    },
];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    Kill,
    Restart,
    DiskFull,
    Password,
}

const FAULTS: [Fault; 4] = [Fault::DiskFull, Fault::Kill, Fault::Password, Fault::Restart];

/// The server, the shop on it, and what the shop must hold.
struct Scene {
    shop: Shop,
    server: Cramped,
    /// Of the backup.
    schema: String,
    content: Vec<String>,
}

impl Scene {
    fn new() -> Scene {
        let server = Cramped::new();
        server.home.sql("CREATE ROLE mover SUPERUSER LOGIN PASSWORD 'the first'");
        let shop = Shop::on(&server.home.url("postgres"));
        shop.execute(&shop.new, include_str!("phases.sql"));
        let (schema, content) = (shop.schema(&shop.new), shop.content(&shop.new));
        shop.back_up();
        Scene { shop, server, schema, content }
    }

    fn command(&self) -> Command {
        let mut command = self.shop.command("db_restore", &["--jobs", "2", "--disconnect"]);
        let url = self.shop.url(&self.shop.new);
        let (_, place) = url.split_once('@').expect("a user");
        command.env("DATABASE_URL", format!("postgresql://mover:the%20first@{place}"));
        command
    }

    fn start(&self) -> Child {
        let mut command = self.command();
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a restore")
    }

    fn gate(&self, phase: &str) -> PathBuf {
        PathBuf::from(self.server.home.recorded("data")).join(format!("gate_{phase}"))
    }

    fn close(&self, phase: &str) {
        fs::write(self.gate(phase), "").expect("a file");
    }

    fn open(&self, phase: &str) {
        fs::remove_file(self.gate(phase)).expect("what the test made");
    }

    /// What must outlast every fault: unlogged tables are emptied by a crash, in the live database too.
    fn live(&self, database: &str) -> Vec<String> {
        let mut content = self.shop.content(database);
        content.retain(|line| !line.starts_with("public.sessions"));
        content
    }

    fn scratch(&self) -> String {
        format!("{}_restoring", self.shop.new)
    }

    /// Waits until the server shows it; a restore that ends before does not stand still.
    #[track_caller]
    fn wait_for(&self, restore: &mut Child, seen: &str) {
        let sql =
            format!("SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND {seen}");
        let ended = std::cell::Cell::new(false);
        let restore = std::cell::RefCell::new(restore);
        wait_until(seen, || {
            ended.set(restore.borrow_mut().try_wait().expect("its state").is_some());
            ended.get() || self.shop.value("postgres", &sql) != "0"
        });
        if ended.get() {
            let mut said = String::new();
            let restore = restore.into_inner();
            restore.stderr.take().expect("its stderr").read_to_string(&mut said).expect("text");
            panic!("{seen}: the restore ended before\n{said}");
        }
    }

    /// Starts a restore and waits until it stands still in the phase; what opens the way again.
    #[track_caller]
    fn stand_in(&self, phase: &Phase) -> (Child, Option<Client>) {
        let locked = |mut client: Client, lock: &str| {
            client.batch_execute(&format!("BEGIN; {lock}")).expect("a lock");
            Some(client)
        };
        let (mut restore, holder) = match phase.stand {
            Stand::Gate => {
                self.close(phase.name);
                (self.start(), None)
            }
            Stand::Lock(lock) => {
                self.close("rows");
                let mut restore = self.start();
                self.wait_for(&mut restore, SLEEPS);
                let others = "SELECT count(*) FROM orders";
                wait_until("the other rows", || self.shop.value(&self.scratch(), others) != "0");
                let holder = locked(self.shop.connect(&self.scratch()), lock);
                self.open("rows");
                (restore, holder)
            }
            Stand::LockOfLive => {
                let lock = format!("COMMENT ON DATABASE {} IS NULL", self.shop.new);
                let holder = locked(self.shop.connect("postgres"), &lock);
                (self.start(), holder)
            }
        };
        self.wait_for(&mut restore, phase.seen);
        (restore, holder)
    }

    /// What must not be done again: rows by the transactions that wrote them, indexes by their files.
    fn finished(&self, database: &str) -> Vec<String> {
        // What a crash may empty is to be done again.
        let logged = "relnamespace = 'public'::regnamespace AND relpersistence = 'p'";
        let tables =
            format!("SELECT relname FROM pg_class WHERE relkind = 'r' AND {logged} ORDER BY 1");
        let mut finished = Vec::new();
        for table in self.shop.rows(database, &tables) {
            let sql = format!(
                "SELECT '{table}', min(xmin::text), max(xmin::text), count(*) FROM {table}"
            );
            finished.extend(
                self.shop.rows(database, &sql).into_iter().filter(|row| !row.ends_with("|0")),
            );
        }
        let indexes = format!(
            "SELECT relname, relfilenode FROM pg_class JOIN pg_index ON indexrelid = pg_class.oid
             WHERE indisvalid AND {logged} ORDER BY 1"
        );
        finished.extend(self.shop.rows(database, &indexes));
        finished
    }

    #[track_caller]
    fn case(&self, phase: &Phase, fault: Fault) {
        let what = format!("{fault:?} in the phase {}", phase.name);
        let (shop, server) = (&self.shop, &self.server);
        shop.execute(
            &shop.new,
            "DELETE FROM items WHERE id > 100; UPDATE orders SET note = 'newer'",
        );
        let live = self.live(&shop.new);

        let (mut restore, holder) = self.stand_in(phase);
        match fault {
            Fault::Kill => restore.kill().expect("SIGKILL"),
            Fault::Restart => server.restart(),
            Fault::DiskFull => server.leave(0),
            Fault::Password => shop.execute("postgres", "ALTER ROLE mover PASSWORD 'another'"),
        }
        drop(holder);
        if matches!(phase.stand, Stand::Gate) {
            self.open(phase.name);
        }
        let output = restore.wait_with_output().expect("its end");
        let run = Run::from_output(&self.command(), &output);
        match fault {
            Fault::Kill | Fault::Restart => {}
            Fault::DiskFull => server.leave(1_000_000),
            Fault::Password => shop.execute("postgres", "ALTER ROLE mover PASSWORD 'the first'"),
        }
        let must_fail = match fault {
            Fault::Kill | Fault::Restart => true,
            Fault::DiskFull => phase.writes,
            Fault::Password => phase.connects,
        };
        if must_fail || run.code != Some(0) {
            assert_eq!(self.live(&shop.new), live, "{what}\n{run}");
            self.says_so(&what, fault, &run);
            self.finishes(&what, phase, fault);
        }
        assert_eq!(shop.content(&shop.new), self.content, "{what}");
        assert_eq!(shop.schema(&shop.new), self.schema, "{what}");
        assert_eq!(self.live(&shop.kept()), live, "{what}");
        shop.restore(&["drop-old"]).ok();
    }

    /// What a person reads: what happened, and that nothing did to the live database.
    #[track_caller]
    fn says_so(&self, what: &str, fault: Fault, run: &Run) {
        if fault == Fault::Kill {
            return assert_eq!(run.code, None, "{what}\n{run}");
        }
        run.exits(1);
        let (new, scratch) = (&self.shop.new, self.scratch());
        let goes_on = format!(
            "`{new}` is unchanged; what is restored stays in `{scratch}`, and the same command goes on."
        );
        let is_ready = format!(
            "`{new}` is unchanged; the restored database is ready as `{scratch}`, and the same command finishes."
        );
        assert!(run.stderr.contains(&goes_on) || run.stderr.contains(&is_ready), "{what}\n{run}");
        // Of a connection of its own, pg_restore tells the server's words.
        let causes: &[&str] = match fault {
            Fault::DiskFull => &["  hint: The server's disk is full: "],
            Fault::Password => {
                &[" refuses user `mover`\n", "password authentication failed for user \"mover\""]
            }
            Fault::Kill | Fault::Restart => &[""],
        };
        assert!(causes.iter().any(|cause| run.stderr.contains(cause)), "{what}\n{run}");
    }

    #[track_caller]
    fn finishes(&self, what: &str, phase: &Phase, fault: Fault) {
        let finished = self.finished(&self.scratch());
        // A crash may lose the last commits, whose rows the journal then does not have either.
        let loaded = !["pre-data", "rows"].contains(&phase.name) && fault != Fault::Restart;
        let has_orders = finished.iter().any(|done| done.starts_with("orders|"));
        assert!(has_orders || !loaded, "{what}: {finished:?}");
        let again = Run::of(&mut self.command(), "the first");
        again.ok();
        let now = self.finished(&self.shop.new);
        for done in finished {
            assert!(now.contains(&done), "{what}: {done} was done again: {now:?}\n{again}");
        }
    }
}

/// In `make torture` every fault in every phase, else one in each.
#[test]
fn a_fault_in_any_phase_leaves_the_live_database_and_nothing_to_do_twice() {
    let scene = Scene::new();
    for (number, phase) in PHASES.iter().enumerate() {
        for (position, fault) in FAULTS.into_iter().enumerate() {
            if torture() == 1 && position != number % FAULTS.len() {
                continue;
            }
            if fault == Fault::DiskFull && !scene.server.can_fill() {
                assert!(torture() == 1, "the tests of full disks need the right to mount");
                eprintln!("passed over: nobody here may mount a file system");
                continue;
            }
            let start = std::time::Instant::now();
            scene.case(phase, fault);
            println!("{fault:?} in the phase {}: {:.1?}", phase.name, start.elapsed());
        }
    }
}
