//! What is wrong in a file is named by file, line and column; and what ran stays what it was.

use super::{FOLDER, chain, migrate, revision, table, tables, untimed, versions};
use crate::harness::Lab;

#[test]
fn an_error_in_a_revision_is_shown_where_it_is_and_nothing_of_it_stays() {
    let lab = Lab::new();
    chain(&lab, &["aa1", "bb2"]);
    let up = "CREATE TABLE t_cc3 (n int);\n-- größer ✓\nINSERT INTO t_cc3\n  SELECT 1 /* ü */ FROM order_itms;";
    revision(&lab, "cc3", "bb2", up, "DROP TABLE t_cc3;");
    migrate(&lab, &["upgrade"]).fails(
        1,
        &format!(
            "migrate_schema: {FOLDER}/cc3_add.sql:9:25: relation \"order_itms\" does not exist (42P01)
  9 |   SELECT 1 /* ü */ FROM order_itms;
    |                         ^
  hint: Revision cc3 was rolled back; applied before it: aa1, bb2."
        ),
    );
    assert_eq!((tables(&lab).as_str(), versions(&lab).as_str()), ("t_aa1 t_bb2", "bb2"));

    revision(
        &lab,
        "cc3",
        "bb2",
        "CREATE TABLE t_cc3 (n int);\nCREATE TABLE t_aa1 (n int);",
        "DROP TABLE t_cc3;",
    );
    migrate(&lab, &["upgrade"]).fails(
        1,
        &format!(
            "migrate_schema: {FOLDER}/cc3_add.sql:7: relation \"t_aa1\" already exists (42P07)
  hint: Revision cc3 was rolled back; nothing was applied."
        ),
    );
    revision(&lab, "cc3", "bb2", "SELECT lower(1);", "SELECT 1;");
    migrate(&lab, &["upgrade"]).fails(
        1,
        &format!(
            "migrate_schema: {FOLDER}/cc3_add.sql:6:8: function lower(integer) does not exist (42883)
  6 | SELECT lower(1);
    |        ^
  detail: PostgreSQL hints: No function matches the given name and argument types. You might need to add explicit type casts.
  hint: Revision cc3 was rolled back; nothing was applied."
        ),
    );
}

#[test]
fn a_constraint_that_fails_at_the_commit_rolls_the_revision_back() {
    let lab = Lab::new();
    table(&lab, "aa1", "none");
    let up = "CREATE TABLE t_bb2 (n int UNIQUE DEFERRABLE INITIALLY DEFERRED);\nINSERT INTO t_bb2 VALUES (1), (1);";
    revision(&lab, "bb2", "aa1", up, "DROP TABLE t_bb2;");
    migrate(&lab, &["upgrade"]).fails(
        1,
        &format!(
            "migrate_schema: {FOLDER}/bb2_add.sql: duplicate key value violates unique constraint \"t_bb2_n_key\" (23505)
  detail: Key (n)=(1) already exists.
  hint: Revision bb2 was rolled back; applied before it: aa1."
        ),
    );
    assert_eq!((tables(&lab).as_str(), versions(&lab).as_str()), ("t_aa1", "aa1"));
}

#[test]
fn a_revision_that_was_edited_after_it_ran_is_refused() {
    let lab = Lab::new();
    chain(&lab, &["aa1", "bb2"]);
    migrate(&lab, &["upgrade", "aa1"]).ok();
    let path = format!("{FOLDER}/aa1_add.sql");
    let original = lab.read(&path);

    lab.write(&path, &original.replace("n int", "n bigint"));
    let run = migrate(&lab, &["upgrade"]);
    let started = lab.value(
        &lab.new,
        "SELECT to_char(started_at, 'YYYY-MM-DD HH24:MI TZ') FROM pgrefit.revision_log WHERE statement IS NULL",
    );
    run.fails(
        1,
        &format!(
            "migrate_schema: {path}: revision aa1 was edited after it ran
  detail: it ran {started} as {}
  hint: Restore the file, and put the change into a new revision: `migrate_schema revision -m \"…\"`. Nothing was run.",
            lab.user()
        ),
    );
    assert_eq!(tables(&lab), "t_aa1");

    // Line ends, a byte order mark, the message and the downgrade are no part of what ran.
    let mended = original.replace("DROP TABLE", "DROP TABLE IF EXISTS").replace("add aa1", "aa");
    lab.write(&path, &format!("\u{feff}{}", mended.replace('\n', "\r\n")));
    migrate(&lab, &["upgrade"]).ok();
    migrate(&lab, &["downgrade", "base"]).ok();
    assert_eq!(tables(&lab), "");

    // What is not applied may be edited.
    lab.write(&path, &original.replace("n int", "n bigint"));
    migrate(&lab, &["upgrade"]).ok();
}

#[test]
fn an_irreversible_revision_is_refused_before_anything_is_undone() {
    let lab = Lab::new();
    chain(&lab, &["aa1", "bb2", "cc3"]);
    let path = format!("{FOLDER}/bb2_add.sql");
    let text = lab.read(&path);
    let (up, _) = text.split_once("-- +downgrade").expect("a downgrade");
    lab.write(&path, &format!("{up}-- +downgrade irreversible: the old names are gone\n"));
    migrate(&lab, &["upgrade"]).ok();
    migrate(&lab, &["downgrade", "aa1"]).fails(
        2,
        &format!(
            "migrate_schema: revision bb2 cannot be undone: the old names are gone
  detail: {path} says `-- +downgrade irreversible`
  hint: Nothing was undone. To go back, restore a backup from before it."
        ),
    );
    assert_eq!(versions(&lab), "cc3");
    lab.write(&path, &format!("{up}-- +downgrade\n"));
    migrate(&lab, &["downgrade", "aa1"]).fails(
        2,
        &format!(
            "migrate_schema: revision bb2 has an empty downgrade
  hint: Write it in {path}, or say `-- +downgrade irreversible: REASON`. Nothing was undone."
        ),
    );
    assert_eq!(tables(&lab), "t_aa1 t_bb2 t_cc3");
    let run = migrate(&lab, &["downgrade", "bb2"]);
    assert_eq!(untimed(run.ok()), "migrate_schema: 1 revision undone, at bb2");
}

#[test]
fn files_that_make_no_graph_are_named() {
    let lab = Lab::new();
    chain(&lab, &["aa1", "bb2"]);
    table(&lab, "cc3", "zz9");
    migrate(&lab, &["upgrade"]).fails(
        2,
        &format!(
            "migrate_schema: {FOLDER}/cc3_add.sql:2: down_revision `zz9` does not exist
  hint: Is its file missing from {FOLDER}, or the name misspelt? Nothing was run."
        ),
    );
    table(&lab, "cc3", "bb2");
    table(&lab, "aa1", "cc3");
    migrate(&lab, &["history"]).fails(
        2,
        &format!(
            "migrate_schema: {FOLDER}/aa1_add.sql:2: the revisions come after each other in a circle: aa1 → cc3 → bb2 → aa1
  hint: One of them must come after something else. Nothing was run."
        ),
    );
    table(&lab, "aa1", "none");
    lab.write(&format!("{FOLDER}/aa1_again.sql"), &lab.read(&format!("{FOLDER}/aa1_add.sql")));
    migrate(&lab, &["heads"]).fails(
        2,
        &format!(
            "migrate_schema: {FOLDER}/aa1_again.sql:1: revision `aa1` exists twice
  hint: The other one is {FOLDER}/aa1_add.sql. Nothing was run."
        ),
    );
    std::fs::rename(
        lab.path(&format!("{FOLDER}/aa1_again.sql")),
        lab.path(&format!("{FOLDER}/other.sql")),
    )
    .expect("a rename");
    migrate(&lab, &["heads"]).fails(
        2,
        &format!(
            "migrate_schema: {FOLDER}/other.sql:1: revision `aa1` does not match the file's name
  hint: The file's name is `aa1_WORDS.sql`, or the line names another revision."
        ),
    );
}

#[test]
fn what_only_psql_understands_is_refused_before_anything_runs() {
    let lab = Lab::new();
    table(&lab, "aa1", "none");
    let up = "CREATE TABLE t_bb2 (n int);\nCOPY t_bb2 FROM stdin;\n1\n\\.";
    revision(&lab, "bb2", "aa1", up, "DROP TABLE t_bb2;");
    migrate(&lab, &["upgrade"]).fails(
        2,
        &format!(
            "migrate_schema: {FOLDER}/bb2_add.sql:7: `COPY … FROM stdin` needs a client on the other end
  hint: Write the rows as INSERT … VALUES. Nothing was run."
        ),
    );
    revision(
        &lab,
        "bb2",
        "aa1",
        "BEGIN;\nCREATE TABLE t_bb2 (n int);\nCOMMIT;",
        "DROP TABLE t_bb2;",
    );
    migrate(&lab, &["upgrade"]).fails(
        2,
        &format!(
            "migrate_schema: {FOLDER}/bb2_add.sql:6: `BEGIN`: the file must not begin or end a transaction
  hint: Remove the line: pgrefit begins and ends the transaction around the file. Nothing was run."
        ),
    );
    revision(&lab, "bb2", "aa1", "CREATE INDEX CONCURRENTLY i ON t_aa1 (n);", "DROP INDEX i;");
    migrate(&lab, &["upgrade"]).fails(
        2,
        &format!(
            "migrate_schema: {FOLDER}/bb2_add.sql:6: this statement cannot run inside a transaction
  hint: Write `-- transaction: off` in the header of a revision that holds only such statements. Nothing of this revision was run."
        ),
    );
    assert_eq!(tables(&lab), "");
}
