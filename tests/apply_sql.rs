//! apply_sql: order, kinds, refusals. What the shop's own scripts do is in
//! `shop_sql.rs`.

mod interrupted;

use crate::harness::{Lab, Run};

const FOLDER: &str = "sql/mini/optimize";

/// A project of a few scripts, each given by name and text.
fn mini(scripts: &[(&str, &str)]) -> Lab {
    let lab = Lab::new();
    for (name, text) in scripts {
        lab.write(&format!("{FOLDER}/{name}"), text);
    }
    lab
}

fn apply(lab: &Lab, arguments: &[&str]) -> Run {
    lab.run("apply_sql", &[&["--project", "sql/mini"], arguments].concat())
}

/// The result line without its time.
#[track_caller]
fn said(run: &Run) -> &str {
    let line = run.ok().trim_end();
    line.rsplit_once(" in ").map_or(line, |(result, _)| result)
}

const TABLE: &str = "-- kind: once\nCREATE TABLE t (a integer, b text);\n";

#[test]
fn each_kind_runs_and_a_second_run_finds_nothing_to_do() {
    let lab = mini(&[
        ("001_table.sql", TABLE),
        ("002_view.sql", "-- kind: repeatable\nCREATE OR REPLACE VIEW v AS SELECT a FROM t;\n"),
        (
            "003_index.sql",
            "-- kind: online\nCREATE INDEX CONCURRENTLY IF NOT EXISTS t_a ON t (a);\n",
        ),
    ]);
    assert_eq!(said(&apply(&lab, &[])), "apply_sql: 3 scripts applied (1 table, 1 view, 1 index)");
    assert_eq!(apply(&lab, &[]).ok(), "apply_sql: nothing to do (3 scripts up to date)\n");
    assert_eq!(
        lab.rows(
            &lab.new,
            "SELECT script, kind, took >= '0', by_whom FROM pgrefit.script_log ORDER BY id"
        ),
        ["001_table.sql|once", "002_view.sql|repeatable", "003_index.sql|online"]
            .map(|start| format!("{start}|t|{}", lab.user()))
    );
}

#[test]
fn list_says_what_is_due_and_changes_nothing() {
    let lab =
        mini(&[("001_table.sql", TABLE), ("002_more.sql", "-- kind: repeatable\nSELECT 1;\n")]);
    assert_eq!(
        apply(&lab, &["--list"]).ok(),
        "001_table.sql  once        due: never applied\n\
         002_more.sql   repeatable  due: never applied\n"
    );
    assert_eq!(lab.value(&lab.new, "SELECT to_regnamespace('pgrefit')"), "∅");

    assert_eq!(said(&apply(&lab, &["1"])), "apply_sql: 1 script applied (1 table)");
    let when = applied_at(&lab);
    lab.write(&format!("{FOLDER}/001_table.sql"), "-- kind: once\nSELECT 2;\n");
    assert_eq!(
        apply(&lab, &["--list"]).exits(3),
        format!(
            "001_table.sql  once        refused: edited after it ran on {when}\n\
             002_more.sql   repeatable  due: never applied\n"
        )
    );
}

fn applied_at(lab: &Lab) -> String {
    lab.value(
        &lab.new,
        "SELECT to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS \"UTC\"') FROM pgrefit.script_log ORDER BY id LIMIT 1",
    )
}

#[test]
fn scripts_are_chosen_by_number_name_or_path() {
    let lab = mini(&[
        ("001_a.sql", "-- kind: once\nCREATE TABLE a ();\n"),
        ("002_b.sql", "-- kind: once\nCREATE TABLE b ();\n"),
        ("003_c.sql", "-- kind: once\nCREATE TABLE c ();\n"),
    ]);
    assert_eq!(said(&apply(&lab, &["003_c"])), "apply_sql: 1 script applied (1 table)");
    assert_eq!(
        said(&apply(&lab, &["2", "sql/mini/optimize/001_a.sql"])),
        "apply_sql: 2 scripts applied (2 tables)"
    );
    assert_eq!(
        apply(&lab, &["003_c.sql"]).ok(),
        "apply_sql: nothing to do (1 script up to date)\n"
    );
    apply(&lab, &["004"]).fails(
        2,
        "apply_sql: sql/mini/optimize has no script `004`\n  \
         hint: The scripts are 001_a.sql, 002_b.sql, 003_c.sql.",
    );
}

#[test]
fn a_once_script_that_was_edited_is_refused_and_nothing_runs() {
    let lab = mini(&[("001_table.sql", TABLE)]);
    apply(&lab, &[]).ok();
    lab.write(&format!("{FOLDER}/001_table.sql"), "-- kind: once\nCREATE TABLE t (a bigint);\n");
    lab.write(&format!("{FOLDER}/002_other.sql"), "-- kind: once\nCREATE TABLE other ();\n");
    apply(&lab, &[]).fails(
        2,
        &format!(
            "apply_sql: sql/mini/optimize/001_table.sql: edited after it ran\n  \
             detail: It is `kind: once` and was applied on {} in another version.\n  \
             hint: Put the file back as it was and write the change as a new script with the next number. Nothing was applied.",
            applied_at(&lab)
        ),
    );
    assert_eq!(lab.value(&lab.new, "SELECT to_regclass('other')"), "∅");
}

#[test]
fn a_repeatable_script_runs_again_when_edited_and_line_ends_are_no_edit() {
    let text = "-- kind: repeatable\nCREATE OR REPLACE VIEW v AS\nSELECT 1 AS a;\n";
    let lab = mini(&[("001_view.sql", text)]);
    apply(&lab, &[]).ok();
    let path = format!("{FOLDER}/001_view.sql");
    lab.write(&path, &format!("\u{feff}{}", text.replace('\n', "\r\n")));
    assert_eq!(apply(&lab, &[]).ok(), "apply_sql: nothing to do (1 script up to date)\n");
    lab.write(&path, &text.replace("SELECT 1", "SELECT 2"));
    assert_eq!(said(&apply(&lab, &[])), "apply_sql: 1 script applied");
    assert_eq!(lab.value(&lab.new, "SELECT a FROM v"), "2");
}

#[test]
fn a_script_after_load_runs_again_once_rows_were_loaded() {
    let lab = mini(&[
        ("001_table.sql", "-- kind: once\nCREATE TABLE loads (n serial);\n"),
        (
            "002_count.sql",
            "-- kind: repeatable      again: after load\nINSERT INTO loads DEFAULT VALUES;\n",
        ),
    ]);
    apply(&lab, &[]).ok();
    lab.execute(&lab.new, "CREATE TABLE pgrefit.load_run (finished_at timestamptz)");
    assert_eq!(apply(&lab, &[]).ok(), "apply_sql: nothing to do (2 scripts up to date)\n");
    lab.execute(&lab.new, "INSERT INTO pgrefit.load_run VALUES (NULL)");
    assert_eq!(apply(&lab, &[]).ok(), "apply_sql: nothing to do (2 scripts up to date)\n");
    lab.execute(&lab.new, "UPDATE pgrefit.load_run SET finished_at = clock_timestamp()");
    assert!(apply(&lab, &["--list"]).ok().contains("due: rows were loaded since"));
    assert_eq!(said(&apply(&lab, &[])), "apply_sql: 1 script applied");
    assert_eq!(apply(&lab, &[]).ok(), "apply_sql: nothing to do (2 scripts up to date)\n");
}

#[test]
fn an_error_is_shown_at_its_place_and_nothing_of_the_script_stays() {
    let lab = mini(&[
        ("001_table.sql", TABLE),
        (
            "002_wrong.sql",
            "-- kind: once\n\nINSERT INTO t VALUES (1, 'é');\n\nUPDATE t SET b = 'é', c = 2;\n",
        ),
    ]);
    apply(&lab, &[]).fails(
        1,
        "apply_sql: sql/mini/optimize/002_wrong.sql:5:23: column \"c\" of relation \"t\" does not exist (42703)\n  \
         5 | UPDATE t SET b = 'é', c = 2;\n    \
         |                       ^\n  \
         hint: The script was rolled back; nothing in it was applied.",
    );
    assert_eq!(lab.value(&lab.new, "SELECT count(*) FROM t"), "0");
    assert_eq!(lab.rows(&lab.new, "SELECT script FROM pgrefit.script_log"), ["001_table.sql"]);
}

#[test]
fn a_statement_that_needs_no_transaction_around_it_names_the_kind_that_gives_none() {
    let lab = mini(&[("001_vacuum.sql", "-- kind: repeatable\nVACUUM pg_class;\n")]);
    apply(&lab, &[]).fails(
        1,
        "apply_sql: sql/mini/optimize/001_vacuum.sql:2: VACUUM cannot run inside a transaction block (25001)\n  \
         hint: The script was rolled back; nothing in it was applied. `-- kind: online` runs each statement by itself, outside of a transaction.",
    );
    lab.write(&format!("{FOLDER}/001_vacuum.sql"), "-- kind: online\nVACUUM pg_class;\n");
    apply(&lab, &[]).ok();
}

#[test]
fn a_file_that_is_not_as_it_must_be_is_named_before_anything_runs() {
    #[track_caller]
    fn case(name: &str, text: &str, expected: &str) {
        let lab = mini(&[("001_table.sql", TABLE), (name, text)]);
        apply(&lab, &[]).fails(2, &format!("apply_sql: sql/mini/optimize/{expected}"));
        assert_eq!(lab.value(&lab.new, "SELECT to_regclass('t')"), "∅");
    }
    case(
        "002_a.sql",
        "SELECT 1;\n",
        "002_a.sql:1: the header `-- kind:` is missing\n  \
         hint: -- kind: is one of once, repeatable, online. Nothing was applied.",
    );
    case(
        "002_a.sql",
        "-- kind: twice\nSELECT 1;\n",
        "002_a.sql:1: unknown kind `twice`\n  \
         hint: -- kind: is one of once, repeatable, online. Nothing was applied.",
    );
    case(
        "002_a.sql",
        "-- kind: repeatable\n-- agian: after load\nSELECT 1;\n",
        "002_a.sql:2: unknown header `agian: after load`\n  \
         hint: The headers are `kind: …` and `again: after load`. Nothing was applied.",
    );
    case(
        "002_a.sql",
        "-- kind: once      again: after load\nSELECT 1;\n",
        "002_a.sql:1: `kind: once` and `again: after load` contradict each other\n  \
         hint: A script that may run again is `kind: repeatable`. Nothing was applied.",
    );
    case(
        "002_a.sql",
        "-- kind: online\nCREATE INDEX CONCURRENTLY ON t (a);\n",
        "002_a.sql:2: CREATE INDEX CONCURRENTLY without a name for the index\n  \
         hint: After an interruption it is found by its name. Nothing was applied.",
    );
    case(
        "003_a.sql",
        "-- kind: once\nSELECT 1;\n",
        "003_a.sql: there is no script 002 before it\n  \
         hint: Numbers begin at 001 and leave no gap. Nothing was applied.",
    );
    case(
        "001_other.sql",
        "-- kind: once\nSELECT 1;\n",
        "001_table.sql: the number 001 already belongs to 001_other.sql\n  \
         hint: Give one of them the next free number. Nothing was applied.",
    );
    case(
        "notes.sql",
        "-- kind: once\nSELECT 1;\n",
        "notes.sql: the name is not NNN_name.sql\n  \
         hint: Three digits give the order, as in 005_drop_old_views.sql. Nothing was applied.",
    );
}

#[test]
fn a_project_may_have_no_scripts() {
    let lab = Lab::new();
    lab.write("sql/mini/schema/001.sql", "");
    let nothing = "apply_sql: nothing to do, no scripts in sql/mini/optimize\n";
    assert_eq!(apply(&lab, &[]).ok(), nothing);
    lab.write("sql/mini/optimize/README.md", "");
    assert_eq!(apply(&lab, &["--list"]).ok(), nothing);
}

const UNIQUE: &str = "-- kind: online\n\
    CREATE INDEX CONCURRENTLY IF NOT EXISTS t_b ON t (b);\n\
    CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS t_a ON t (a);\n";

#[test]
fn an_index_that_cannot_be_built_is_not_left_behind_and_is_built_once_the_rows_are_mended() {
    let lab = mini(&[("001_index.sql", UNIQUE)]);
    lab.execute(&lab.new, "CREATE TABLE t (a integer, b text); INSERT INTO t VALUES (7), (7)");
    apply(&lab, &[]).fails(
        1,
        "apply_sql: sql/mini/optimize/001_index.sql:3: could not create unique index \"t_a\" (23505)\n  \
         detail: Key (a)=(7) is duplicated.\n  \
         detail: The invalid index public.t_a that it left was dropped.\n  \
         hint: The statement before it stays applied. When this is fixed, `apply_sql` goes on from here.",
    );
    assert_eq!(indexes(&lab), ["t_b|t"]);
    lab.execute(&lab.new, "UPDATE t SET a = 8 WHERE ctid = '(0,1)'");
    assert_eq!(said(&apply(&lab, &[])), "apply_sql: 1 script applied (1 index)");
    assert_eq!(indexes(&lab), ["t_a|t", "t_b|t"]);
}

#[test]
fn an_index_that_is_there_must_be_the_one_that_the_script_says() {
    let lab = mini(&[("001_index.sql", UNIQUE)]);
    lab.execute(&lab.new, "CREATE TABLE t (a integer, b text)");
    apply(&lab, &[]).ok();
    let path = "sql/mini/optimize/001_index.sql";
    // The same in other words.
    lab.write(path, &UNIQUE.replace("t (b)", "public.t USING btree (\"b\" ASC)"));
    assert_eq!(said(&apply(&lab, &[])), "apply_sql: 1 script applied");
    for (edited, line) in [
        (UNIQUE.replace("t (b)", "t (lower(b))"), 2),
        (UNIQUE.replace("t (b)", "t (b) WHERE a > 0"), 2),
        (UNIQUE.replace("UNIQUE ", ""), 3),
    ] {
        lab.write(path, &edited);
        let (name, definition, stays) = match line {
            2 => (
                "t_b",
                "CREATE INDEX t_b ON public.t USING btree (b)",
                "Nothing in the script was applied.",
            ),
            _ => (
                "t_a",
                "CREATE UNIQUE INDEX t_a ON public.t USING btree (a)",
                "The statement before it stays applied.",
            ),
        };
        apply(&lab, &[]).fails(
            1,
            &format!(
                "apply_sql: {path}:{line}: the index public.{name} exists with another definition
  detail: it is {definition}
  detail: an edited index needs a new name; DROP INDEX CONCURRENTLY IF EXISTS removes the former
  hint: {stays} When this is fixed, `apply_sql` goes on from here."
            ),
        );
    }
    assert_eq!(indexes(&lab), ["t_a|t", "t_b|t"]);
}

/// The indexes of `t`, and whether each is valid.
fn indexes(lab: &Lab) -> Vec<String> {
    lab.rows(
        &lab.new,
        "SELECT indexrelid::regclass, indisvalid FROM pg_index WHERE indrelid = 't'::regclass ORDER BY indexrelid::regclass::text",
    )
}
