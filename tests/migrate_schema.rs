//! migrate_schema: any revision of a schema, and back, whoever else runs and whatever is killed.

mod alembic;
mod crash;
mod files;
mod graph;
mod kill_builds;
mod kill_sweep;
mod lint;
mod load;
mod new_project;
mod pooler;
mod progress;
mod runners;
mod scripts;

use std::process::Command;

use crate::harness::{Lab, Run};
use crate::tools::torture;

/// The folder of the tests' own small projects.
const FOLDER: &str = "sql/p/revisions";

/// Writes one revision, named after its id.
fn revision(lab: &Lab, id: &str, down: &str, up: &str, undo: &str) {
    let header = format!("-- revision: {id}\n-- down_revision: {down}\n-- message: add {id}\n");
    let text = format!("{header}\n-- +upgrade\n{up}\n\n-- +downgrade\n{undo}\n");
    lab.write(&format!("{FOLDER}/{id}_add.sql"), &text);
}

/// A chain of revisions that make a table each.
fn chain(lab: &Lab, ids: &[&str]) {
    for (index, id) in ids.iter().enumerate() {
        let down = if index == 0 { "none" } else { ids[index - 1] };
        table(lab, id, down);
    }
}

/// A revision that makes a table.
fn table(lab: &Lab, id: &str, down: &str) {
    let up = format!("CREATE TABLE t_{id} (n int);");
    revision(lab, id, down, &up, &format!("DROP TABLE t_{id};"));
}

fn migrate(lab: &Lab, arguments: &[&str]) -> Run {
    Run::of(&mut command(lab, arguments), &lab.password())
}

fn command(lab: &Lab, arguments: &[&str]) -> Command {
    let mut command = lab.command("migrate_schema", arguments);
    command.env("PROJECT", "sql/p");
    command
}

/// What was said, but for how long it took.
fn untimed(said: &str) -> &str {
    said.trim_end().rsplit_once(" (").map_or(said.trim_end(), |(text, _)| text)
}

fn tables(lab: &Lab) -> String {
    let sql = "SELECT coalesce(string_agg(tablename, ' ' ORDER BY tablename), '') FROM pg_tables
                WHERE schemaname = 'public' AND tablename LIKE 't\\_%'";
    lab.value(&lab.new, sql)
}

fn versions(lab: &Lab) -> String {
    lab.rows(&lab.new, "SELECT version_num FROM alembic_version ORDER BY 1").join(" ")
}

/// The schema in the words of an outside observer, without the bookkeeping.
fn fingerprint(lab: &Lab) -> String {
    fingerprint_of(lab, &lab.new)
}

fn fingerprint_of(lab: &Lab, database: &str) -> String {
    let output = Command::new("pg_dump")
        .args(["-s", "-N", "pgrefit", "-T", "alembic_version", "-d", &lab.url(database)])
        .output()
        .expect("pg_dump");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let dump = String::from_utf8(output.stdout).expect("a dump is UTF-8");
    // Each dump has a key of its own in these lines.
    let lines = dump.lines().filter(|line| !line.contains("restrict "));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn an_empty_database_is_upgraded_and_then_there_is_nothing_to_do() {
    let lab = Lab::new();
    chain(&lab, &["aa1", "bb2", "cc3"]);

    let run = migrate(&lab, &["upgrade"]);
    assert_eq!(untimed(run.ok()), "migrate_schema: 3 revisions applied, head cc3");
    assert_eq!(run.stderr, "");
    assert_eq!(tables(&lab), "t_aa1 t_bb2 t_cc3");
    assert_eq!(versions(&lab), "cc3");

    let again = migrate(&lab, &["upgrade"]);
    assert_eq!(again.ok(), "migrate_schema: nothing to do, head cc3\n");
    assert_eq!(migrate(&lab, &["current"]).ok(), "cc3 (head), add cc3\n");
    let history = "bb2 -> cc3 (head), add cc3\naa1 -> bb2, add bb2\n<base> -> aa1, add aa1\n";
    assert_eq!(migrate(&lab, &["history"]).ok(), history);
    let log = "SELECT revision, direction, statement, took IS NOT NULL, by_whom = session_user
                 FROM pgrefit.revision_log ORDER BY id";
    assert_eq!(lab.rows(&lab.new, log)[..2], ["aa1|upgrade|1|t|t", "aa1|upgrade|∅|t|t"]);
}

#[test]
fn down_and_up_again_is_the_identity() {
    let lab = Lab::new();
    lab.project("shop");
    let shop = |arguments: &[&str]| lab.run("migrate_schema", arguments);
    let empty = fingerprint(&lab);
    shop(&["upgrade"]).ok();
    let full = fingerprint(&lab);
    assert_ne!(full, empty);

    let mut below = Vec::new();
    while !versions(&lab).is_empty() {
        below.push(fingerprint(&lab));
        shop(&["downgrade", "-1"]).ok();
    }
    assert_eq!(fingerprint(&lab), empty);
    while let Some(expected) = below.pop() {
        shop(&["upgrade", "+1"]).ok();
        assert_eq!(fingerprint(&lab), expected);
    }
    assert_eq!(fingerprint(&lab), full);

    assert_eq!(untimed(shop(&["downgrade", "base"]).ok()).rsplit(", ").next(), Some("at base"));
    assert_eq!(shop(&["downgrade", "base"]).ok(), "migrate_schema: nothing to do, at base\n");
    assert_eq!(fingerprint(&lab), empty);
}

#[test]
fn looking_writes_nothing_and_needs_no_more_than_select() {
    let lab = Lab::new();
    chain(&lab, &["aa1", "bb2"]);
    let objects =
        "SELECT count(*) FROM pg_class WHERE relnamespace NOT IN (SELECT oid FROM pg_namespace
                    WHERE nspname LIKE 'pg\\_%' OR nspname = 'information_schema')";
    let role = format!("{}_reader", lab.new);
    lab.execute(&lab.new, &format!("CREATE ROLE {role} LOGIN PASSWORD '{}'", lab.password()));
    let look = |arguments: &[&str]| {
        let owner = format!("//{}:", lab.user());
        let url = lab.url(&lab.new).replacen(&owner, &format!("//{role}:"), 1);
        Run::of(command(&lab, arguments).env("DATABASE_URL", url), &lab.password())
    };

    let current = look(&["current"]);
    assert_eq!(current.ok(), "");
    let nowhere = format!("no revision is applied to {} at 127.0.0.1:{}", lab.new, lab.port());
    assert_eq!(current.stderr, format!("migrate_schema: {nowhere}\n"));
    look(&["history", "--indicate-current"]).ok();
    assert_eq!(lab.value(&lab.new, objects), "0");

    migrate(&lab, &["upgrade", "aa1"]).ok();
    lab.execute(&lab.new, &format!("GRANT SELECT ON alembic_version TO {role}"));
    assert_eq!(look(&["current"]).ok(), "aa1, add aa1\n");
    let history = "aa1 -> bb2 (head), add bb2\n<base> -> aa1 (current), add aa1\n";
    assert_eq!(look(&["history", "--indicate-current"]).ok(), history);
    let refused = look(&["upgrade"]);
    refused.fails(1, "migrate_schema: permission denied for schema pgrefit (42501)");
    lab.execute(&lab.new, &format!("DROP OWNED BY {role}; DROP ROLE {role}"));
}

#[test]
fn a_script_does_what_a_run_does() {
    let lab = Lab::new();
    lab.project("shop");
    let shop = |arguments: &[&str]| lab.run("migrate_schema", arguments);
    let script = shop(&["upgrade", "--sql"]);
    let path = lab.write("upgrade.sql", script.ok());
    let psql = |path: &std::path::Path| {
        let url = lab.url(&lab.new);
        let output = Command::new("psql").args(["-qXf"]).arg(path).arg(url).output().expect("psql");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    psql(&path);
    let by_script = fingerprint(&lab);
    let head = versions(&lab);
    assert_eq!(shop(&["upgrade"]).ok(), format!("migrate_schema: nothing to do, head {head}\n"));

    let script = shop(&["downgrade", "head:base", "--sql"]);
    psql(&lab.write("downgrade.sql", script.ok()));
    assert_eq!(versions(&lab), "");
    shop(&["upgrade"]).ok();
    assert_eq!(fingerprint(&lab), by_script);
    shop(&["downgrade", "base", "--sql"]).fails(
        2,
        "migrate_schema: a downgrade as a script needs to know where the database is
  hint: Write a range: `migrate_schema downgrade FROM:TO --sql`.",
    );
}
