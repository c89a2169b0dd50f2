//! db_restore: the database that was backed up, or the one that was there, and nothing between.

mod cramped;
mod disk_full;
mod encodings;
mod extension;
mod faults;
mod filtered;
mod killed;
mod messages;
mod parts;
mod phases;
mod round_trip;

use std::ops::Deref;
use std::path::PathBuf;
use std::process::Command;

use crate::harness::{Lab, Run};
use crate::tools::torture;

/// A lab that takes along, at its end, the databases that restores make beside its own.
struct Shop(Lab);

impl Shop {
    fn new() -> Shop {
        Shop(Lab::new())
    }

    /// On another server than the one that the tests share.
    fn on(url: &str) -> Shop {
        Shop(Lab::on(url))
    }

    /// Databases whose names begin as the new one's, without that beginning.
    fn beside(&self) -> Vec<String> {
        let sql = format!(
            "SELECT substr(datname, {}) FROM pg_database WHERE starts_with(datname, '{}_') ORDER BY 1",
            self.new.len() + 1,
            self.new
        );
        self.rows("postgres", &sql)
    }

    /// The one database that restores have kept.
    #[track_caller]
    fn kept(&self) -> String {
        let beside = self.beside();
        assert_eq!(beside.len(), 1, "{beside:?}");
        assert!(beside[0].starts_with("_before_20"), "{beside:?}");
        format!("{}{}", self.new, beside[0])
    }

    fn command(&self, binary: &str, arguments: &[&str]) -> Command {
        let mut command = self.0.command(binary, arguments);
        command.env("PROJECT", Lab::repository().join("sql/shop"));
        command
    }

    fn restore(&self, arguments: &[&str]) -> Run {
        Run::of(&mut self.command("db_restore", arguments), &self.password())
    }

    /// Backs the new database up; the folder of the backup, as db_restore names it.
    #[track_caller]
    fn back_up(&self) -> PathBuf {
        let run = Run::of(&mut self.command("db_backup", &[]), &self.password());
        let said = run.ok().trim_start_matches("db_backup: ").to_owned();
        PathBuf::from(said.split_whitespace().next().expect("a path"))
    }

    /// What pg_dump says of a database but for its rows, without the key that changes each time.
    fn schema(&self, database: &str) -> String {
        let mut command = Command::new("pg_dump");
        command.args(["--schema-only", "--dbname", &format!("dbname={database}")]);
        command.env("PGHOST", "127.0.0.1").env("PGPORT", self.port().to_string());
        command.env("PGUSER", self.user()).env("PGPASSWORD", self.password());
        let run = Run::of(&mut command, &self.password());
        let keys = |line: &&str| line.starts_with("\\restrict") || line.starts_with("\\unrestrict");
        run.ok().lines().filter(|line| !keys(line)).collect::<Vec<_>>().join("\n")
    }

    /// Rows, sequences, large objects and the state of views, a line for each.
    fn content(&self, database: &str) -> Vec<String> {
        let list = "SELECT format('%I.%I', nspname, relname), relkind
             FROM pg_class JOIN pg_namespace AS n ON n.oid = relnamespace
             WHERE relkind IN ('r', 'S', 'm') AND nspname !~ '^pg_|^information_schema$' ORDER BY 1";
        let mut content = Vec::new();
        for relation in self.rows(database, list) {
            let (name, kind) = relation.rsplit_once('|').expect("two columns");
            let sql = match kind {
                "S" => format!("SELECT last_value, is_called FROM {name}"),
                "m" => format!("SELECT relispopulated FROM pg_class WHERE oid = {}::regclass", quoted(name)),
                _ => format!(
                    "SELECT count(*), md5(string_agg(t::text, E'\\n' ORDER BY t::text COLLATE \"C\"))
                     FROM ONLY {name} AS t"
                ),
            };
            content.push(format!("{name} {}", self.value(database, &sql)));
        }
        content.extend(self.rows(
            database,
            "SELECT oid, lomowner::regrole,
                    (SELECT array_agg(acl::text ORDER BY acl::text) FROM unnest(lomacl) AS acl),
                    obj_description(oid, 'pg_largeobject'),
                    md5(lo_get(oid)) FROM pg_largeobject_metadata ORDER BY oid",
        ));
        content
    }
}

impl Deref for Shop {
    type Target = Lab;

    fn deref(&self) -> &Lab {
        &self.0
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        if self.try_connect("postgres").is_none() {
            return;
        }
        let mut databases: Vec<_> =
            self.beside().iter().map(|rest| format!("{}{rest}", self.new)).collect();
        databases.push(self.new.clone());
        for database in databases {
            // A subscription keeps its database from being dropped.
            for name in self.rows(
                &database,
                "SELECT quote_ident(subname) FROM pg_subscription
                 WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())",
            ) {
                let alone = format!("ALTER SUBSCRIPTION {name} SET (slot_name = NONE)");
                self.execute(&database, &alone);
                self.execute(&database, &format!("DROP SUBSCRIPTION {name}"));
            }
            if database != self.new {
                self.execute("postgres", &format!("DROP DATABASE \"{database}\" WITH (FORCE)"));
            }
        }
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A small shop: tables that point to each other, a view of them, a large object.
const SHOP: &str = "
    CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text UNIQUE);
    INSERT INTO users (email) SELECT 'u' || n || '@example.org' FROM generate_series(1, 2000) AS n;
    CREATE TYPE status AS ENUM ('new', 'sent');
    CREATE TABLE orders (
        id      serial PRIMARY KEY,
        user_id bigint NOT NULL REFERENCES users,
        status  status NOT NULL DEFAULT 'new',
        note    text
    );
    CREATE INDEX orders_user ON orders (user_id);
    INSERT INTO orders (user_id, note)
        SELECT 1 + n % 2000, repeat(md5(n::text), 8) FROM generate_series(1, 150000) AS n;
    CREATE MATERIALIZED VIEW per_user AS SELECT user_id, count(*) FROM orders GROUP BY 1;
    SELECT lo_from_bytea(4711, 'a large object');
    CREATE TABLE alembic_version (version_num varchar(32));
    INSERT INTO alembic_version VALUES ('51c2');
";
