//! The forms in which changes come to a table that is in use: rows are looked at under locks that
//! let others read and write, what costs is said, and what loses is refused.

use super::verbs::{command, migrate};
use crate::harness::{Lab, Run};

const BEFORE: &str = "CREATE TABLE owners (id int PRIMARY KEY);
CREATE TABLE pets (id int, name text, owner int, age int);
CREATE INDEX pets_age_idx ON pets (age);
";

/// What `diff` says leads from `BEFORE` to `after`.
fn diff(after: &str, flags: &[&str]) -> (Lab, Run) {
    let lab = Lab::new();
    lab.execute(&lab.old, BEFORE);
    lab.execute(&lab.new, after);
    let arguments = [&["diff", "OLD_DATABASE_URL", "DATABASE_URL"], flags].concat();
    let run = Run::of(&mut command(&lab, &arguments), &lab.password());
    (lab, run)
}

#[track_caller]
fn leads(after: &str, flags: &[&str], expected: &str) {
    let (lab, run) = diff(after, flags);
    assert_eq!(run.ok(), expected);
    lab.execute(&lab.old, "INSERT INTO owners VALUES (1); INSERT INTO pets VALUES (1, 'a', 1, 1)");
    // CONCURRENTLY bears no transaction, not even that of several statements sent at once.
    for statement in run.stdout.lines() {
        lab.execute(&lab.old, statement);
    }
    let again = ["diff", "OLD_DATABASE_URL", "DATABASE_URL"];
    assert_eq!(migrate(&lab, &again).ok(), "");
}

#[test]
fn rows_are_looked_at_while_others_read_and_write() {
    let after = BEFORE.replace(
        "owner int, age int)",
        "owner int CONSTRAINT known REFERENCES owners, age int CONSTRAINT born CHECK (age >= 0))",
    );
    leads(
        &after,
        &[],
        "ALTER TABLE public.pets ADD CONSTRAINT born CHECK ((age >= 0)) NOT VALID;
ALTER TABLE public.pets VALIDATE CONSTRAINT born;
ALTER TABLE public.pets ADD CONSTRAINT known FOREIGN KEY (owner) REFERENCES public.owners(id) NOT VALID;
ALTER TABLE public.pets VALIDATE CONSTRAINT known;
",
    );
    let (lab, run) = diff(&BEFORE.replace("name text", "name text NOT NULL"), &[]);
    let version: u32 = lab.value(&lab.old, "SHOW server_version_num").parse().expect("a number");
    let expected = if version < 180_000 {
        "ALTER TABLE public.pets ADD CONSTRAINT name_is_not_null CHECK (name IS NOT NULL) NOT VALID;
ALTER TABLE public.pets VALIDATE CONSTRAINT name_is_not_null;
ALTER TABLE public.pets ALTER COLUMN name SET NOT NULL;
ALTER TABLE public.pets DROP CONSTRAINT name_is_not_null;
"
    } else {
        "ALTER TABLE public.pets ADD CONSTRAINT pets_name_not_null NOT NULL name NOT VALID;
ALTER TABLE public.pets VALIDATE CONSTRAINT pets_name_not_null;
"
    };
    assert_eq!(run.ok(), expected);
}

#[test]
fn indexes_come_and_go_concurrently_when_asked() {
    let after = BEFORE
        .replace("pets_age_idx ON pets (age)", "pets_name_idx ON pets (name)")
        .replace("(id int, name", "(id int UNIQUE, name");
    leads(
        &after,
        &[],
        "DROP INDEX public.pets_age_idx;
ALTER TABLE public.pets ADD CONSTRAINT pets_id_key UNIQUE (id);
CREATE INDEX pets_name_idx ON public.pets USING btree (name);
",
    );
    leads(
        &after,
        &["--online"],
        "DROP INDEX CONCURRENTLY public.pets_age_idx;
CREATE UNIQUE INDEX CONCURRENTLY pets_id_key ON public.pets (id);
ALTER TABLE public.pets ADD CONSTRAINT pets_id_key UNIQUE USING INDEX pets_id_key;
CREATE INDEX CONCURRENTLY pets_name_idx ON public.pets USING btree (name);
",
    );
}

#[test]
fn a_table_that_is_written_anew_is_said() {
    let lab = Lab::new();
    lab.write("sql/p/schema/001_pets.sql", BEFORE);
    migrate(&lab, &["revision", "--autogenerate", "-m", "pets", "--rev-id", "aa1"]).ok();
    migrate(&lab, &["upgrade"]).ok();
    lab.write("sql/p/schema/001_pets.sql", &BEFORE.replace("age int", "age bigint"));
    let run = migrate(&lab, &["revision", "--autogenerate", "-m", "older", "--rev-id", "bb2"]);
    assert_eq!(
        run.ok(),
        "  ~ column  pets.age: type integer → bigint
  rewrites table public.pets under ACCESS EXCLUSIVE
  proved on a clone: up reaches sql/p/schema, down comes back, nothing lost (12 made-up values kept)
migrate_schema: wrote sql/p/revisions/bb2_older.sql\n"
    );
    let revision = lab.read("sql/p/revisions/bb2_older.sql");
    assert!(
        revision.contains(
            "-- +upgrade
-- Rewrites table public.pets under ACCESS EXCLUSIVE.
ALTER TABLE public.pets ALTER COLUMN age TYPE bigint USING age::bigint;
"
        ),
        "{revision}"
    );
}

#[test]
fn everything_that_would_be_lost_is_named_and_nothing_is_printed() {
    let after = "CREATE TABLE pets (id int, name text, age date);
CREATE INDEX pets_age_idx ON pets (age);
CREATE TYPE kind AS ENUM ('cat');
";
    let (lab, run) = diff(after, &[]);
    run.fails(
        1,
        "migrate_schema: the change would lose data
  detail: column public.pets.owner
  detail: table public.owners
  hint: `-- @rename from: old_name` keeps what was only renamed; --allow-data-loss allows the rest to be dropped. Nothing was written.",
    );
    let arguments = ["diff", "OLD_DATABASE_URL", "DATABASE_URL", "--allow-data-loss"];
    let allowed = migrate(&lab, &arguments);
    assert!(allowed.ok().contains("DROP TABLE public.owners;"), "{allowed}");
    assert!(!allowed.stdout.contains("CASCADE"), "{allowed}");
}
