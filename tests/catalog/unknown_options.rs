//! A server may keep options of its own in the catalogs, as Debian's PostgreSQL 15.20 does with
//! `pg_attver` on every column. They change no plan, no proof and no mirror.

use super::verbs::migrate;
use crate::harness::{Lab, Run};

const SCHEMA: &str = "CREATE TABLE notes (id bigint PRIMARY KEY, body text) WITH (fillfactor = 70);
ALTER TABLE notes ALTER COLUMN body SET (n_distinct = 5);
CREATE INDEX notes_body ON notes (body) WITH (fillfactor = 80);
CREATE VIEW bodies AS SELECT body FROM notes;
CREATE MATERIALIZED VIEW lengths AS SELECT length(body) AS length FROM notes;
";

/// Every column, table, index and view of the database gets options that PostgreSQL does not know:
/// one by a name that is reserved for the server, and one that is not.
fn write_unknown_options(lab: &Lab, database: &str) {
    lab.execute(
        database,
        "UPDATE pg_attribute SET attoptions = coalesce(attoptions, '{}') || ARRAY['pg_attver=' || attrelid, 'zzz=1']
         WHERE attnum > 0 AND attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'm'));
         UPDATE pg_class SET reloptions = coalesce(reloptions, '{}') || ARRAY['pg_own=' || oid, 'zzz=1']
         WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'm', 'i')",
    );
}

#[test]
fn unknown_options_are_no_drift_and_named() {
    let lab = Lab::new();
    lab.write("sql/p/schema/001_notes.sql", SCHEMA);
    migrate(&lab, &["revision", "--autogenerate", "-m", "notes", "--rev-id", "aa1"]).ok();
    migrate(&lab, &["upgrade"]).ok();
    write_unknown_options(&lab, &lab.new);

    let address = format!("{} at 127.0.0.1:{}", lab.new, lab.port());
    let check = migrate(&lab, &["check"]);
    assert_eq!(
        check.ok(),
        format!("migrate_schema: no drift: {address} is as sql/p/schema says\n")
    );
    let named = [
        "column public.notes.body",
        "column public.notes.id",
        "constraint public.notes.notes_pkey",
        "index public.notes_body",
        "materialized view public.lengths",
        "table public.notes",
        "view public.bodies",
    ];
    let notes: String = named
        .iter()
        .map(|name| format!("migrate_schema: OPTION zzz of {name} is not compared\n"))
        .collect();
    assert_eq!(check.stderr, notes);
    migrate(&lab, &["check", "--strict"]).exits(3);

    let more = SCHEMA.replace("body text", "body text, read boolean");
    lab.write("sql/p/schema/001_notes.sql", &more);
    let run = migrate(&lab, &["revision", "--autogenerate", "-m", "read", "--rev-id", "bb2"]);
    assert_eq!(
        run.ok(),
        "  + column  notes.read boolean
  proved on a clone: up reaches sql/p/schema, down comes back, nothing lost (9 made-up values kept)
migrate_schema: wrote sql/p/revisions/bb2_read.sql\n"
    );
    let written =
        std::fs::read_to_string(lab.path("sql/p/revisions/bb2_read.sql")).expect("a file");
    assert!(!written.contains("zzz") && !written.contains("pg_"), "{written}");
}

#[test]
fn a_mirror_does_not_see_them() {
    let lab = Lab::new();
    lab.execute(&lab.old, SCHEMA);
    write_unknown_options(&lab, &lab.old);
    let mirror = || {
        let mut command = lab.command("mirror_schema", &["--with-data"]);
        command
            .env("SOURCE_DATABASE_URL", lab.url(&lab.old))
            .env("TARGET_DATABASE_URL", lab.url(&lab.new));
        Run::of(&mut command, &lab.password())
    };
    mirror().ok();
    let schema = format!("dw__{}__public", lab.old);
    let again = mirror();
    assert!(again.ok().contains(&format!("mirror_schema: {schema}: no changes\n")), "{again}");
    let options = lab.rows(
        &lab.new,
        "SELECT attname, attoptions FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
         WHERE c.relname = 'notes' AND attnum > 0 ORDER BY attnum",
    );
    assert_eq!(options.len(), 2);
    assert!(options.iter().all(|option| !option.contains("zzz")), "{options:?}");
}
