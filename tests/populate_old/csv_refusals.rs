//! CSV exports that are refused: what is said, and that nothing is changed.

use std::fs;

use super::{populate, said};
use crate::harness::{Lab, Run};

const GO_ON: &str = "Nothing was loaded. --rejects FILE puts such records aside and goes on.";

fn lab() -> Lab {
    let lab = Lab::new();
    lab.write("sql/crm/mapping.toml", "");
    lab
}

#[track_caller]
fn load(lab: &Lab, arguments: &[&str]) -> Run {
    populate(lab, &lab.old, &[&["--project", "sql/crm", "--csv"], arguments].concat())
}

/// Loading `bytes` as `t.csv` fails with this message and leaves no table behind.
#[track_caller]
fn case(lab: &Lab, bytes: &[u8], arguments: &[&str], expected: &str) {
    let path = lab.write("t.csv", "");
    fs::write(path, bytes).expect("a file");
    load(lab, &[&["t.csv"], arguments].concat()).fails(1, &format!("populate_old: {expected}"));
    assert_eq!(lab.value(&lab.old, "SELECT to_regclass('t') IS NULL"), "t");
}

#[test]
fn a_record_that_cannot_be_loaded_is_named_by_file_and_line() {
    let lab = lab();
    case(
        &lab,
        b"a,b\n1,2\n\n\"two\nlines\",3\nalone\n",
        &[],
        &format!("t.csv:6: 1 field, where the header has 2\n  hint: {GO_ON}"),
    );
    case(
        &lab,
        b"1,2\n1,2,3\n",
        &["--no-header"],
        &format!("t.csv:2: 3 fields, where the first record has 2\n  hint: {GO_ON}"),
    );
    case(
        &lab,
        b"a,b\r\n1,caf\xe9\r\n",
        &[],
        &format!(
            "t.csv:2: byte 0xE9 in column `b` is not UTF-8\n  hint: If the file is in another encoding, say --encoding latin1 or cp1252.\n        {GO_ON}"
        ),
    );
    case(
        &lab,
        b"a\n\x81\n",
        &["--encoding", "cp1252"],
        &format!(
            "t.csv:2: byte 0x81 in column `a` is not cp1252\n  hint: If the file is in another encoding, say --encoding utf8 or latin1.\n        {GO_ON}"
        ),
    );
    case(
        &lab,
        b"a\n1\n2\0\n",
        &["--encoding", "latin1"],
        &format!(
            "t.csv:3: column `a` holds a NUL byte, which PostgreSQL cannot store\n  hint: {GO_ON}"
        ),
    );
    case(
        &lab,
        b"a,b\n1,2\n3,\"open\n4,5\n",
        &[],
        &format!("t.csv:3: a quote is opened and never closed\n  hint: {GO_ON}"),
    );
}

#[test]
fn a_header_that_gives_no_columns_is_refused() {
    let lab = lab();
    case(
        &lab,
        b"Unit Price,Qty,unit-price\n1,2,3\n",
        &[],
        "t.csv:1: the columns `Unit Price` and `unit-price` both fold to `unit_price`\n  hint: Rename it in the file, or load with --no-header. Nothing was changed.",
    );
    case(
        &lab,
        b"Line,b\n1,2\n",
        &[],
        "t.csv:1: the column `Line` folds to `line`, which says where a row came from\n  hint: Rename it in the file, or load with --no-header. Nothing was changed.",
    );
    let long = "x".repeat(64);
    case(
        &lab,
        format!("{long}\n1\n").as_bytes(),
        &[],
        &format!(
            "t.csv:1: the name of column `{long}` is longer than 63 bytes\n  hint: Rename it in the file, or load with --no-header. Nothing was changed."
        ),
    );
    case(
        &lab,
        b"\"a,b\n1,2\n",
        &[],
        &format!("t.csv:1: a quote is opened and never closed\n  hint: {GO_ON}"),
    );
    case(&lab, b"", &[], "t.csv is empty: it has no header\n  hint: Nothing was changed.");
}

#[test]
fn files_with_another_header_are_named() {
    let lab = lab();
    lab.write("in/a.csv", "Id,Name\n1,x\n");
    lab.write("in/b.csv", "Id,Name,Phone\n2,y,z\n");
    load(&lab, &["in"]).fails(
        1,
        "populate_old: the header of in/b.csv differs from that of in/a.csv
  detail: in/a.csv: id, name
          in/b.csv: id, name, phone
  hint: Load files with different columns into tables of their own. Nothing was loaded.",
    );
    assert_eq!(lab.value(&lab.old, "SELECT to_regclass('\"in\"') IS NULL"), "t");
}

#[test]
fn a_table_with_rows_is_refused_or_left_alone() {
    let lab = lab();
    lab.write("t.csv", "a\n1\n");
    load(&lab, &["t.csv"]).ok();
    load(&lab, &["t.csv"]).fails(
        1,
        &format!(
            "populate_old: t already holds rows in {}\n  hint: Nothing was changed. --if-empty treats this as success; to load it again, drop t first.",
            lab.old
        ),
    );
    let run = load(&lab, &["t.csv", "--if-empty"]);
    assert_eq!(run.ok(), "populate_old: t already holds rows; nothing to do\n");
    assert_eq!(lab.value(&lab.old, "SELECT count(*) FROM t"), "1");
}

#[test]
fn an_empty_table_is_filled_where_its_columns_fit() {
    let lab = lab();
    lab.write("t.csv", "a\n1\n");
    lab.execute(&lab.old, "CREATE TABLE t (row_id bigint, file text, line bigint, a text)");
    assert_eq!(said(&load(&lab, &["t.csv"])), "populate_old: 1 row of 1 file in table t");

    lab.execute(&lab.old, "CREATE TABLE other (a text)");
    load(&lab, &["t.csv", "--table", "other"]).fails(
        1,
        "populate_old: other already exists with other columns
  detail: the table: a
          the export: row_id, file, line, a
  hint: Drop other, or load into another with --table. Nothing was changed.",
    );
}

#[test]
fn what_is_not_there_is_asked_wrongly() {
    let lab = lab();
    load(&lab, &["missing.csv"]).fails(
        2,
        "populate_old: missing.csv: No such file or directory (os error 2)\n  hint: Nothing was changed.",
    );
    lab.write("empty/README.md", "");
    load(&lab, &["empty"]).fails(
        2,
        "populate_old: empty holds no CSV file\n  hint: Its files are those named *.csv, *.tsv or *.txt, with or without .gz. Nothing was changed.",
    );
    lab.write("€.csv", "a\n1\n");
    load(&lab, &["€.csv"])
        .fails(2, "populate_old: no table can be named after `€`\n  hint: --table NAME names it.");
    let run = load(&lab, &["€.csv", "--delimiter", "ab"]);
    run.exits(2);
    assert!(run.stderr.contains("'--delimiter <CHAR>': one ASCII character, or `tab`"), "{run}");
}

#[test]
fn rejects_never_overwrite_what_is_to_be_loaded() {
    let lab = lab();
    lab.write("in/a.csv", "a\n1\n");
    load(&lab, &["in", "--table", "t", "--rejects", "./in/a.csv"]).fails(
        2,
        "populate_old: --rejects ./in/a.csv is one of the files to be loaded\n  hint: Name another file, best in another folder. Nothing was changed.",
    );
    assert_eq!(lab.read("in/a.csv"), "a\n1\n");
}

#[test]
fn options_of_the_one_kind_do_not_go_with_the_other() {
    let lab = lab();
    lab.write("t.csv", "a\n1\n");
    for arguments in [["--csv", "t.csv", "--users", "5"], ["--null", "x", "--seed", "5"]] {
        let run = populate(&lab, &lab.old, &arguments);
        run.exits(2);
        assert!(run.stderr.contains("--csv <PATH>"), "{run}");
    }
    populate(&lab, &lab.old, &["--csv", "t.csv", "--jobs", "2"]).fails(
        2,
        "populate_old: --jobs is for fake rows, and --csv loads one file after the other\n  hint: Leave out --jobs. Nothing was changed.",
    );
}
