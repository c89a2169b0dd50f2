//! mirror_schema: one database's schema into another, and kept in step.

mod edits; //    200 random changes of the source, in step after each
mod folding; //  the text of pg_dump with names folded: the outside observer
mod lost; //     a connection that breaks in the middle
mod messages; // what is refused, and in which words
mod refresh; //  --with-data --refresh
mod rows; //     --with-data
mod schemas; //  several in one run

use std::path::PathBuf;
use std::process::Command;

use crate::harness::{Lab, Run};
use crate::tools::torture;
use folding::{dump, folded};

/// xorshift64*: the same edits on every machine.
struct Chance {
    seed: u64,
}

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.seed ^= self.seed >> 12;
        self.seed ^= self.seed << 25;
        self.seed ^= self.seed >> 27;
        (self.seed.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % bound
    }
}

/// A source (the lab's old database) and a target (its new one).
pub struct Mirrors {
    pub lab: Lab,
    schema: &'static str,
}

impl Mirrors {
    pub fn of(sql: &str, schema: &'static str) -> Mirrors {
        let lab = Lab::new();
        lab.execute(&lab.old, sql);
        Mirrors { lab, schema }
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.lab.command("mirror_schema", arguments);
        command.env("SOURCE_DATABASE_URL", self.lab.url(&self.lab.old));
        command.env("TARGET_DATABASE_URL", self.lab.url(&self.lab.new));
        command.env("SOURCE_PG_SCHEMA", self.schema);
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        Run::of(&mut self.command(arguments), &self.lab.password())
    }

    /// The schema in the target.
    pub fn name(&self) -> String {
        format!("dw__{}__{}", self.lab.old, self.schema.to_lowercase())
    }

    pub fn source(&self, sql: &str) {
        self.lab.execute(&self.lab.old, sql);
    }

    pub fn target(&self, sql: &str) {
        self.lab.execute(&self.lab.new, sql);
    }

    /// The files of the mirror's revisions.
    pub fn revisions(&self) -> Vec<PathBuf> {
        let folder = self.lab.path(&format!("sql/mirror/{}/revisions", self.name()));
        let entries = std::fs::read_dir(folder).into_iter().flatten();
        entries.map(|entry| entry.expect("an entry").path()).collect()
    }

    /// The mirror is what its source is, as pg_dump sees both.
    #[track_caller]
    pub fn are_in_step(&self) {
        let source = dump(&self.lab, &self.lab.old, self.schema);
        let mirror = dump(&self.lab, &self.lab.new, &self.name());
        let source = folded(&source, self.schema, &self.name());
        assert_eq!(source.join("\n\n"), folded(&mirror, &self.name(), &self.name()).join("\n\n"));
        let plan = self.run(&["--plan"]);
        assert!(plan.ok().ends_with(": no changes\n"), "{plan}");
    }
}

#[track_caller]
fn mirrors_whole(sql: &str, schema: &'static str, tables: &str) {
    let mirrors = Mirrors::of(sql, schema);
    let run = mirrors.run(&[]);
    let last = format!("{}: {tables} in step with {} at ", mirrors.name(), mirrors.lab.old);
    assert!(run.ok().contains(&last), "{run}");
    mirrors.are_in_step();
    assert_eq!(mirrors.revisions().len(), 1, "one revision was written");
    let again = mirrors.run(&[]);
    assert_eq!(again.ok(), format!("mirror_schema: {}: no changes\n", mirrors.name()));
    assert_eq!(mirrors.revisions().len(), 1, "nothing was written");
}

#[test]
fn stack_overflow_is_mirrored_whole() {
    mirrors_whole(include_str!("mirror_schema/stackoverflow.sql"), "dbo", "4 tables");
}

#[test]
fn chinook_is_mirrored_whole() {
    mirrors_whole(include_str!("mirror_schema/chinook.sql"), "Chinook", "5 tables");
}

#[test]
fn pagila_is_mirrored_whole() {
    mirrors_whole(include_str!("mirror_schema/pagila.sql"), "public", "6 tables");
}

#[test]
fn an_added_column_is_one_revision_with_both_ways() {
    let mirrors = Mirrors::of(include_str!("mirror_schema/stackoverflow.sql"), "dbo");
    mirrors.run(&[]).ok();
    mirrors.source("ALTER TABLE dbo.\"Users\" ADD COLUMN \"Email\" varchar(100)");
    let plan = mirrors.run(&["--plan"]);
    let detected = format!("  Detected added column '{}.users.email'\n", mirrors.name());
    assert_eq!(plan.exits(3), detected);
    let run = mirrors.run(&[]);
    assert!(run.ok().starts_with(&detected), "{run}");
    mirrors.are_in_step();
    assert_eq!(mirrors.revisions().len(), 2);
    let email = || {
        let sql = format!(
            "SELECT count(*) FROM pg_attribute WHERE attrelid = '{}.users'::regclass AND attname = 'email'",
            mirrors.name()
        );
        mirrors.lab.value(&mirrors.lab.new, &sql)
    };
    assert_eq!(email(), "1");
    mirrors.run(&["rollback"]).ok();
    assert_eq!(email(), "0");
    mirrors.run(&[]).ok();
    mirrors.are_in_step();
    assert_eq!(mirrors.revisions().len(), 2, "what was rolled back is applied again");
}

#[test]
fn a_renamed_column_keeps_its_rows() {
    let mirrors = Mirrors::of(include_str!("mirror_schema/stackoverflow.sql"), "dbo");
    mirrors.run(&[]).ok();
    let name = mirrors.name();
    mirrors.target(&format!("INSERT INTO {name}.votes VALUES (1, 2, 3, 4, 5, '2010-01-01')"));
    mirrors.source(
        "ALTER TABLE dbo.\"Votes\" RENAME \"UserId\" TO \"Voter\"; ALTER TABLE dbo.\"Votes\" RENAME TO \"Ballots\"",
    );
    let run = mirrors.run(&[]);
    assert!(
        run.ok().contains(&format!("Detected renamed table '{name}.ballots', formerly 'votes'")),
        "{run}"
    );
    let voter = mirrors.lab.value(&mirrors.lab.new, &format!("SELECT voter FROM {name}.ballots"));
    assert_eq!(voter, "3");
    mirrors.are_in_step();
    mirrors.run(&["rollback"]).ok();
    let user = mirrors.lab.value(&mirrors.lab.new, &format!("SELECT userid FROM {name}.votes"));
    assert_eq!(user, "3");
}

#[test]
fn rolled_back_to_base_the_schema_is_empty_and_then_gone() {
    let mirrors = Mirrors::of(include_str!("mirror_schema/chinook.sql"), "Chinook");
    mirrors.run(&[]).ok();
    mirrors.run(&["rollback", "base"]).ok();
    let relations = format!(
        "SELECT string_agg(relname, ',' ORDER BY relname) FROM pg_class WHERE relnamespace = '{}'::regnamespace",
        mirrors.name()
    );
    let left = mirrors.lab.value(&mirrors.lab.new, &relations);
    assert_eq!(left, "alembic_version,alembic_version_pkc");
    mirrors.run(&["rollback", "base", "--drop-schema"]).ok();
    let schemas = format!("SELECT count(*) FROM pg_namespace WHERE nspname = '{}'", mirrors.name());
    assert_eq!(mirrors.lab.value(&mirrors.lab.new, &schemas), "0");
}

#[test]
fn an_heir_and_a_partition_keep_their_columns_with_their_parent_and_without() {
    let sql = "CREATE TABLE \"People\" (id integer PRIMARY KEY, \"Name\" text NOT NULL); \
               CREATE TABLE \"Staff\" (pay integer) INHERITS (\"People\"); \
               CREATE TABLE days (day date NOT NULL) PARTITION BY RANGE (day); \
               CREATE TABLE days_2020 PARTITION OF days FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')";
    let mirrors = Mirrors::of(sql, "public");
    mirrors.run(&[]).ok();
    mirrors.are_in_step();
    let columns = || {
        let sql = format!(
            "SELECT string_agg(attname, ' ' ORDER BY attnum) || ' ' || max(attinhcount) FROM pg_attribute \
             WHERE attrelid = '{}.staff'::regclass AND attnum > 0",
            mirrors.name()
        );
        mirrors.lab.value(&mirrors.lab.new, &sql)
    };
    assert_eq!(columns(), "id name pay 1");
    mirrors.run(&["rollback", "base"]).ok();
    let alone = mirrors.run(&["--tables", "Staff,days_2020"]);
    assert!(alone.ok().contains("2 tables in step"), "{alone}");
    for table in ["Staff", "days_2020"] {
        let note = format!("the parent of public.{table}: not mirrored");
        assert!(alone.stderr.contains(&note), "{alone}");
    }
    assert_eq!(columns(), "id name pay 0");
}
