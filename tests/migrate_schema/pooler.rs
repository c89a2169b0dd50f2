//! Behind PgBouncer: a pool per session works, a pool per transaction is refused.

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::{FOLDER, chain, command, migrate, revision, tables, untimed, versions};
use crate::harness::{Lab, Run};

/// The program, which `make test` installs where it can. Where it cannot, `make torture` fails and
/// `make test` goes on without.
fn program() -> Option<&'static str> {
    let places = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/opt/homebrew/bin/pgbouncer"];
    let found = places.into_iter().find(|path| Path::new(path).exists());
    if found.is_none() {
        let hint = "pgbouncer is not installed: `apt-get install pgbouncer`, as root";
        assert!(std::env::var_os("TORTURE").is_none(), "{hint}");
        eprintln!("passed over: {hint}");
    }
    found
}

/// A PgBouncer in front of the lab's server, ended with the test.
struct Pooler {
    process: Child,
    port: u16,
}

impl Pooler {
    fn start(lab: &Lab, mode: &str, size: u16) -> Option<Pooler> {
        let program = program()?;
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = free.local_addr().expect("its address").port();
        drop(free);
        let server = format!(
            "host=127.0.0.1 port={} user={} password={}",
            lab.port(),
            lab.user(),
            lab.password()
        );
        let settings = format!(
            "[databases]\n* = {server}\n\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             unix_socket_dir =\nauth_type = any\npool_mode = {mode}\ndefault_pool_size = {size}\n"
        );
        let file = lab.write("pgbouncer.ini", &settings);
        let mut command = Command::new(program);
        // It refuses to run as root, as PostgreSQL does.
        if Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n") {
            command.args(["--user", "postgres"]);
        }
        let process = command.arg(file).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let pooler = Pooler { process: process.expect("pgbouncer"), port };
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(start.elapsed() < Duration::from_secs(120), "pgbouncer does not answer");
            sleep(Duration::from_millis(20));
        }
        Some(pooler)
    }

    fn url(&self, lab: &Lab) -> String {
        lab.url(&lab.new).replacen(&format!(":{}/", lab.port()), &format!(":{}/", self.port), 1)
    }

    /// Keeps several idle server processes, from which the pooler may choose.
    fn with_idle_servers(self, lab: &Lab) -> Pooler {
        let busy = |_| {
            let client = postgres::Client::connect(&self.url(lab), postgres::NoTls);
            let mut client = client.expect("the pool");
            client.batch_execute("BEGIN").expect("a transaction");
            client
        };
        drop((0..3).map(busy).collect::<Vec<_>>());
        self
    }

    fn migrate(&self, lab: &Lab, arguments: &[&str]) -> Run {
        Run::of(command(lab, arguments).env("DATABASE_URL", self.url(lab)), &lab.password())
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

#[test]
fn a_pool_per_transaction_is_refused_and_looking_works() {
    let lab = Lab::new();
    chain(&lab, &["aa1", "bb2"]);
    migrate(&lab, &["upgrade", "aa1"]).ok();
    let Some(pooler) = Pooler::start(&lab, "transaction", 5) else { return };
    let pooler = pooler.with_idle_servers(&lab);
    let refusal = format!(
        "migrate_schema: {} at 127.0.0.1:{} is a pool that changes server processes between transactions
  hint: Let DATABASE_URL name PostgreSQL itself, or a pool with pool_mode = session: settings, locks and snapshots are lost between transactions here. Nothing was run.",
        lab.new, pooler.port
    );
    for arguments in [["upgrade", "head"], ["downgrade", "base"], ["stamp", "bb2"]] {
        for _ in 0..3 {
            pooler.migrate(&lab, &arguments).fails(2, &refusal);
        }
    }
    assert_eq!(versions(&lab), "aa1");
    assert_eq!(pooler.migrate(&lab, &["current"]).ok(), "aa1, add aa1\n");
    let locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database =
                 (SELECT oid FROM pg_database WHERE datname = current_database())";
    assert_eq!(lab.value(&lab.new, locks), "0");
    migrate(&lab, &["upgrade"]).ok();
    assert_eq!(
        pooler.migrate(&lab, &["upgrade"]).ok(),
        "migrate_schema: nothing to do, head bb2\n"
    );
}

#[test]
fn a_pool_per_session_works_even_of_one_connection() {
    let lab = Lab::new();
    chain(&lab, &["aa1"]);
    revision(&lab, "bb2", "aa1", "CREATE INDEX CONCURRENTLY i ON t_aa1 (n);", "DROP INDEX i;");
    let path = format!("{FOLDER}/bb2_add.sql");
    lab.write(&path, &lab.read(&path).replacen("\n\n", "\n-- transaction: off\n\n", 1));
    for size in [1, 5] {
        let Some(pooler) = Pooler::start(&lab, "session", size) else { return };
        let run = pooler.migrate(&lab, &["upgrade"]);
        assert_eq!(untimed(run.ok()), "migrate_schema: 2 revisions applied, head bb2");
        assert_eq!(tables(&lab), "t_aa1");
        let run = pooler.migrate(&lab, &["downgrade", "base"]);
        assert_eq!(untimed(run.ok()), "migrate_schema: 2 revisions undone, at base");
    }
}

#[test]
fn whoever_takes_locks_refuses_a_pool_per_transaction() {
    let lab = Lab::new();
    lab.project("shop");
    lab.run("populate_old", &["--users", "20", "--products", "5", "--orders", "30"]).ok();
    lab.run("migrate_schema", &["upgrade"]).ok();
    let Some(pooler) = Pooler::start(&lab, "transaction", 5) else { return };
    let pooler = pooler.with_idle_servers(&lab);
    for binary in ["apply_sql", "migrate_data", "verify_data", "db_backup"] {
        let mut command = lab.command(binary, &[]);
        let run = Run::of(command.env("DATABASE_URL", pooler.url(&lab)), &lab.password());
        let refusal = format!(
            "{binary}: {} at 127.0.0.1:{} is a pool that changes server processes between transactions
  hint: Let DATABASE_URL name PostgreSQL itself, or a pool with pool_mode = session: settings, locks and snapshots are lost between transactions here. Nothing was run.",
            lab.new, pooler.port
        );
        run.fails(2, &refusal);
    }
    let written = "SELECT count(*) FROM users";
    assert_eq!(lab.value(&lab.new, written), "0");
    lab.run("apply_sql", &[]).ok();
    lab.run("migrate_data", &[]).ok();
}
