//! lint: hazards are named before they run, what is new in the chain is none.

use std::fs;

use super::{FOLDER, chain, migrate, revision, table};
use crate::harness::{Lab, Run};

/// The rules that one statement on the old table `t_aa1` breaks, after the revision that made it.
#[track_caller]
fn case(header: &str, up: &str, rules: &[&str]) {
    let lab = Lab::without_databases();
    chain(&lab, &["aa1"]);
    let text = format!(
        "-- revision: bb2\n-- down_revision: aa1\n{header}\n-- +upgrade\n{up};\n\n-- +downgrade\nSELECT 1;\n"
    );
    lab.write(&format!("{FOLDER}/bb2_add.sql"), &text);
    let run = migrate(&lab, &["lint", "bb2"]);
    let found: Vec<&str> = run
        .stdout
        .lines()
        .filter_map(|line| line.strip_suffix(']')?.rsplit_once('[').map(|(_, rule)| rule))
        .collect();
    assert_eq!(found, rules, "{up}\n{run}");
    run.exits(if rules.is_empty() { 0 } else { 3 });
}

#[test]
fn hazards_of_an_old_table_are_found() {
    let on = |up: &str, rules: &[&str]| case("-- transaction: on", up, rules);
    let off = |up: &str, rules: &[&str]| case("-- transaction: off", up, rules);
    on("CREATE INDEX i ON t_aa1 (n)", &["require-concurrent-index-creation"]);
    off("CREATE INDEX CONCURRENTLY i ON t_aa1 (n)", &[]);
    on("DROP INDEX i", &["require-concurrent-index-deletion"]);
    off("DROP INDEX CONCURRENTLY i", &[]);
    off("REINDEX TABLE t_aa1", &["require-concurrent-reindex"]);
    on("ALTER TABLE t_aa1 ADD CHECK (n > 0)", &["constraint-missing-not-valid"]);
    on("ALTER TABLE t_aa1 ADD CONSTRAINT c CHECK (n > 0) NOT VALID", &[]);
    on("ALTER TABLE t_aa1 VALIDATE CONSTRAINT c", &[]);
    on(
        "ALTER TABLE t_aa1 ADD CONSTRAINT c CHECK (n > 0) NOT VALID; ALTER TABLE t_aa1 VALIDATE CONSTRAINT c",
        &["constraint-missing-not-valid"],
    );
    off(
        "ALTER TABLE t_aa1 ADD CONSTRAINT c CHECK (n > 0) NOT VALID; ALTER TABLE t_aa1 VALIDATE CONSTRAINT c",
        &[],
    );
    on(
        "ALTER TABLE t_aa1 ADD FOREIGN KEY (n) REFERENCES other (n)",
        &["adding-foreign-key-constraint"],
    );
    on("ALTER TABLE t_aa1 ADD FOREIGN KEY (n) REFERENCES other (n) NOT VALID", &[]);
    on("ALTER TABLE t_aa1 ADD UNIQUE (n)", &["disallowed-unique-constraint"]);
    on("ALTER TABLE t_aa1 ADD PRIMARY KEY (n)", &["adding-serial-primary-key-field"]);
    on("ALTER TABLE t_aa1 ADD CONSTRAINT c UNIQUE USING INDEX i", &[]);
    on("ALTER TABLE t_aa1 ADD EXCLUDE (n WITH =)", &["constraint-missing-not-valid"]);
    on("ALTER TABLE t_aa1 ALTER n SET NOT NULL", &["adding-not-nullable-field"]);
    on("ALTER TABLE t_aa1 ADD m int NOT NULL", &["adding-required-field"]);
    on("ALTER TABLE t_aa1 ADD m int NOT NULL DEFAULT 0", &[]);
    on("ALTER TABLE t_aa1 ADD m uuid DEFAULT gen_random_uuid()", &["adding-field-with-default"]);
    on("ALTER TABLE t_aa1 ADD m timestamptz DEFAULT now()", &[]);
    on("ALTER TABLE t_aa1 ALTER n TYPE bigint", &["changing-column-type"]);
    on("ALTER TABLE t_aa1 DETACH PARTITION p", &["require-concurrent-partition-detach"]);
    on("ALTER TABLE t_aa1 RENAME n TO m", &["renaming-column"]);
    on("ALTER TABLE t_aa1 RENAME TO t", &["renaming-table"]);
    on("DROP TABLE t_aa1", &["ban-drop-table"]);
    on("ALTER TABLE t_aa1 DROP n", &["ban-drop-column"]);
    on("DROP SCHEMA s", &["ban-drop-schema"]);
    on("TRUNCATE t_aa1", &["truncate-table"]);
    on("TRUNCATE t_aa1 CASCADE", &["ban-truncate-cascade"]);
    on("ALTER TABLE t_aa1 SET UNLOGGED", &["table-rewrite"]);
    on("CLUSTER t_aa1 USING i", &["table-rewrite"]);
    off("VACUUM (FULL) t_aa1", &["table-rewrite"]);
    off("VACUUM t_aa1", &[]);
    on("UPDATE t_aa1 SET n = 1", &["write-every-row"]);
    on("UPDATE t_aa1 SET n = 1 WHERE n = 2", &[]);
    on("DELETE FROM t_aa1", &["write-every-row"]);
    on("REFRESH MATERIALIZED VIEW v", &["refresh-without-concurrently"]);
    on("REFRESH MATERIALIZED VIEW CONCURRENTLY v", &[]);
    // Taste is not what this is about, nor what only the database's own clients would notice.
    on("ALTER TABLE t_aa1 ADD m varchar(10)", &[]);
    on("CREATE TABLE t (a int, b serial, c timestamp)", &[]);
    on("INSERT INTO t_aa1 VALUES (1); SELECT 1; COMMENT ON TABLE t_aa1 IS 'x'", &[]);
}

#[test]
fn what_is_new_in_the_same_file_is_in_nobodys_way() {
    let on = |up: &str, rules: &[&str]| case("-- transaction: on", up, rules);
    on("CREATE TABLE t (n int); CREATE INDEX i ON t (n); DROP INDEX i", &[]);
    on("CREATE TABLE s.t (n int); ALTER TABLE t ADD PRIMARY KEY (n); DROP TABLE s.t", &[]);
    on("CREATE TABLE \"T\" (n int); DROP TABLE t", &["ban-drop-table"]);
    on("CREATE TABLE s.t (n int); DROP TABLE r.t", &["ban-drop-table"]);
    on("CREATE TABLE t (n int); DROP TABLE t; DROP TABLE t", &["ban-drop-table"]);
    on("CREATE TABLE t (n int); DROP TABLE t, u", &["ban-drop-table"]);
    on("CREATE TABLE IF NOT EXISTS t (n int); DROP TABLE t", &["ban-drop-table"]);
    on("CREATE TABLE t AS SELECT 1 AS n; UPDATE t SET n = 2; TRUNCATE t", &[]);
    on("SELECT 1 AS n INTO t; CREATE UNIQUE INDEX ON t (n)", &[]);
    on("CREATE TABLE t (n int); ALTER TABLE t RENAME TO u; DROP TABLE u", &[]);
    on(
        "CREATE TABLE t (n int); ALTER TABLE t RENAME TO u; ALTER TABLE t DROP n",
        &["ban-drop-column"],
    );
    on("CREATE MATERIALIZED VIEW v AS SELECT 1; REFRESH MATERIALIZED VIEW v", &[]);
    on("CREATE SCHEMA s; CREATE TABLE s.t (); DROP TABLE s.t; DROP SCHEMA s", &[]);
    on(
        "CREATE INDEX i ON t_aa1 (n); DROP INDEX i",
        &["require-concurrent-index-creation", "require-concurrent-index-deletion"],
    );
    let off = |up: &str, rules: &[&str]| case("-- transaction: off", up, rules);
    off("CREATE TABLE t (n int); CREATE INDEX i ON t (n); ALTER TABLE t ADD CHECK (n > 0)", &[]);
}

#[test]
fn a_hazard_is_told_with_its_place_its_lock_and_the_safe_form() {
    let lab = Lab::without_databases();
    chain(&lab, &["aa1"]);
    let up = "SELECT 1;\n  ALTER TABLE t_aa1\n      ADD COLUMN größe int,\n      ALTER n SET NOT NULL;\nDROP TABLE IF EXISTS shop.old;";
    revision(&lab, "bb2", "aa1", up, "SELECT 1;");
    let run = migrate(&lab, &["lint", "aa1:"]);
    let expected = format!(
        "{FOLDER}/bb2_add.sql:9:15: nobody reads or writes t_aa1 while SET NOT NULL reads all of it (ACCESS EXCLUSIVE lock) [adding-not-nullable-field]
  hint: ADD CONSTRAINT … CHECK (… IS NOT NULL) NOT VALID; in the next revision VALIDATE CONSTRAINT, SET NOT NULL, DROP CONSTRAINT.
{FOLDER}/bb2_add.sql:10:1: the rows of shop.old are thrown away (ACCESS EXCLUSIVE lock) [ban-drop-table]
  hint: First release clients that no longer use it, and run `make db-backup`.
migrate_schema: 2 hazards in 1 revision
"
    );
    assert_eq!(run.exits(3), expected);
    assert_eq!(
        run.stderr,
        "migrate_schema: `-- squawk-ignore RULE -- REASON` above a statement accepts what is meant\n"
    );
    let run = migrate(&lab, &["lint", "aa1:", "--json"]);
    let first = run.exits(3).lines().nth(1).expect("a hazard");
    assert!(first.contains("\"column\":15,") && first.contains("\"line\":9,"), "{run}");
    assert!(first.contains("\"lock\":\"ACCESS EXCLUSIVE\""), "{run}");
    assert!(first.contains("\"relation\":\"t_aa1\",\"revision\":\"bb2\""), "{run}");
    assert!(first.contains("\"rule\":\"adding-not-nullable-field\""), "{run}");

    assert_eq!(migrate(&lab, &["lint", ":aa1"]).ok(), "migrate_schema: no hazard in 1 revision\n");
    assert_eq!(migrate(&lab, &["lint", "aa1", "--json"]).ok(), "[]\n");
    migrate(&lab, &["lint", "zz9"]).fails(
        2,
        "migrate_schema: no revision is named or begins with `zz9`
  hint: `migrate_schema history` lists them. Nothing was changed.",
    );
}

#[test]
fn only_the_chain_that_is_looked_at_is_new() {
    let lab = Lab::new();
    table(&lab, "aa1", "none");
    revision(&lab, "bb2", "aa1", "CREATE INDEX i ON t_aa1 (n);", "DROP INDEX i;");
    revision(&lab, "cc3", "bb2", "ALTER TABLE t_aa1 ADD CHECK (n > 0);", "SELECT 1;");
    // All of them: nobody has the table yet.
    assert_eq!(migrate(&lab, &["lint"]).ok(), "migrate_schema: no hazard in 3 revisions\n");
    assert_eq!(
        migrate(&lab, &["lint", "--pending"]).ok(),
        "migrate_schema: no hazard in 3 revisions\n"
    );
    migrate(&lab, &["upgrade", "aa1"]).ok();
    let run = migrate(&lab, &["lint", "--pending"]);
    assert!(run.exits(3).ends_with("\nmigrate_schema: 2 hazards in 2 revisions\n"), "{run}");
    migrate(&lab, &["upgrade", "bb2"]).ok();
    let run = migrate(&lab, &["lint", "--pending"]);
    assert!(run.exits(3).ends_with("\nmigrate_schema: 1 hazard in 1 revision\n"), "{run}");
    migrate(&lab, &["upgrade"]).ok();
    let done = migrate(&lab, &["lint", "--pending"]);
    assert_eq!(done.ok(), "migrate_schema: no hazard in 0 revisions\n");
}

#[test]
fn not_null_is_safe_once_an_earlier_revision_validated_a_check() {
    let lab = Lab::without_databases();
    chain(&lab, &["aa1"]);
    let add = "ALTER TABLE t_aa1 ADD CONSTRAINT c CHECK (n IS NOT NULL) NOT VALID;";
    revision(&lab, "bb2", "aa1", add, "ALTER TABLE t_aa1 DROP CONSTRAINT c;");
    revision(&lab, "cc3", "bb2", "ALTER TABLE t_aa1 VALIDATE CONSTRAINT c;", "SELECT 1;");
    revision(&lab, "dd4", "cc3", "ALTER TABLE t_aa1 ALTER n SET NOT NULL;", "SELECT 1;");
    migrate(&lab, &["lint", "aa1:"]).ok();
    migrate(&lab, &["lint", "dd4"]).exits(3);
}

#[test]
fn a_hazard_that_is_meant_is_accepted_by_a_comment() {
    let on = |up: &str, rules: &[&str]| case("-- transaction: on", up, rules);
    on("-- squawk-ignore ban-drop-table -- nobody reads it since June\nDROP TABLE t_aa1", &[]);
    on("DROP TABLE t_aa1; -- squawk-ignore ban-drop-table\nSELECT 1", &[]);
    on("-- squawk-ignore truncate-table, write-every-row -- it is a cache\nTRUNCATE t_aa1", &[]);
    // Above a statement it holds for all of it, and for nothing after it.
    on(
        "-- squawk-ignore ban-drop-column -- moved to u\nALTER TABLE t_aa1\n  ADD m int,\n  DROP n;\nALTER TABLE t_aa1 DROP o",
        &["ban-drop-column"],
    );
    on("-- squawk-ignore ban-drop-column\nDROP TABLE t_aa1", &["ban-drop-table"]);
    on("-- squawk-ignore ban-drop-tabel\nDROP TABLE t_aa1", &["unused-ignore", "ban-drop-table"]);
    case(
        "-- squawk-ignore-file ban-drop-table -- the old shop is shut",
        "DROP TABLE t_aa1;\nDROP TABLE t;\nTRUNCATE u",
        &["truncate-table"],
    );
}

#[test]
fn what_the_parser_does_not_know_is_said() {
    let lab = Lab::without_databases();
    revision(&lab, "aa1", "none", "FROBNICATE TABLE t;\nDROP TABLE t;", "SELECT 1;");
    let run = migrate(&lab, &["lint"]);
    assert!(run.exits(3).contains("aa1_add.sql:7:1: the rows of t are thrown away"), "{run}");
    let said =
        format!("migrate_schema: {FOLDER}/aa1_add.sql:6: not understood, so there may be more");
    assert!(run.stderr.starts_with(&said), "{run}");
}

#[test]
fn the_projects_of_this_repository_hold_no_hazard() {
    let lab = Lab::without_databases();
    for project in fs::read_dir(Lab::repository().join("sql")).expect("the projects") {
        let path = project.expect("a project").path();
        if path.join("revisions").is_dir() {
            let mut command = lab.command("migrate_schema", &["lint"]);
            let run = Run::of(command.env("PROJECT", &path), &lab.password());
            assert!(run.ok().starts_with("migrate_schema: no hazard in "), "{run}");
            assert_eq!(run.stderr, "", "{}", path.display());
        }
    }
}
