//! CSV files become one table of text columns, each row with the place it came from.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::{populate, said};
use crate::harness::{Lab, Run};

fn lab() -> Lab {
    let lab = Lab::new();
    lab.write("sql/crm/mapping.toml", "");
    lab
}

#[track_caller]
fn load(lab: &Lab, arguments: &[&str]) -> Run {
    populate(lab, &lab.old, &[&["--project", "sql/crm", "--csv"], arguments].concat())
}

/// Writes bytes that may not be text.
fn write(lab: &Lab, relative: &str, bytes: &[u8]) {
    let path = lab.write(relative, "");
    fs::write(path, bytes).expect("a file");
}

fn gzip(path: &Path) {
    let done = Command::new("gzip").arg(path).status().expect("gzip is installed");
    assert!(done.success());
}

#[test]
fn a_file_becomes_a_table_of_its_name() {
    let lab = lab();
    lab.write("Customer List.csv", "Id,Full Name,E-Mail\n1,Ana,ana@example.com\n2,,\n");
    let run = load(&lab, &["Customer List.csv"]);
    assert_eq!(said(&run), "populate_old: 2 rows of 1 file in table customer_list");
    assert_eq!(
        lab.rows(&lab.old, "TABLE customer_list"),
        ["1|Customer List.csv|2|1|Ana|ana@example.com", "2|Customer List.csv|3|2||"]
    );
    let columns = "SELECT column_name, data_type, is_nullable FROM information_schema.columns WHERE table_name = 'customer_list' ORDER BY ordinal_position";
    assert_eq!(
        lab.rows(&lab.old, columns),
        [
            "row_id|bigint|NO",
            "file|text|NO",
            "line|bigint|NO",
            "id|text|YES",
            "full_name|text|YES",
            "e_mail|text|YES",
        ]
    );
    let key = "SELECT indexdef FROM pg_indexes WHERE tablename = 'customer_list'";
    assert_eq!(
        lab.value(&lab.old, key),
        "CREATE UNIQUE INDEX customer_list_pkey ON public.customer_list USING btree (row_id)"
    );
}

#[test]
fn quoted_fields_hold_delimiters_quotes_and_line_ends() {
    let lab = lab();
    lab.write(
        "t.csv",
        "a,b\r\n\"x, y\",\"she said \"\"no\"\"\"\r\n\r\n\"two\r\nlines\",2\r\nlast,3",
    );
    load(&lab, &["t.csv"]).ok();
    assert_eq!(
        lab.rows(&lab.old, "SELECT line, a, b FROM t"),
        ["2|x, y|she said \"no\"", "4|two\r\nlines|2", "6|last|3"]
    );
}

#[test]
fn delimiter_and_quote_are_as_asked() {
    let lab = lab();
    lab.write("semicolon.csv", "a;b\n'x;y';\"z\"\n");
    load(&lab, &["semicolon.csv", "--delimiter", ";", "--quote", "'"]).ok();
    assert_eq!(lab.rows(&lab.old, "SELECT a, b FROM semicolon"), ["x;y|\"z\""]);

    lab.write("tabbed.tsv", "a\tb\n\"x\ty\n");
    load(&lab, &["tabbed.tsv", "--delimiter", "tab", "--quote", "none"]).ok();
    assert_eq!(lab.rows(&lab.old, "SELECT a, b FROM tabbed"), ["\"x|y"]);
}

#[test]
fn bytes_are_read_by_their_encoding() {
    let lab = lab();
    write(&lab, "latin.csv", b"name\ncaf\xe9\n");
    load(&lab, &["latin.csv", "--encoding", "latin1"]).ok();
    assert_eq!(lab.value(&lab.old, "SELECT name FROM latin"), "café");

    write(&lab, "windows.csv", b"name\n\x80 5 \x96 \x93caf\xe9\x94\n");
    load(&lab, &["windows.csv", "--encoding", "cp1252"]).ok();
    assert_eq!(lab.value(&lab.old, "SELECT name FROM windows"), "€ 5 – “café”");

    write(&lab, "bom.csv", "\u{feff}Größe,b\n1,2\n".as_bytes());
    load(&lab, &["bom.csv"]).ok();
    assert_eq!(lab.rows(&lab.old, "SELECT gr_e, b FROM bom"), ["1|2"]);
}

#[test]
fn gzipped_files_are_read_to_their_last_member() {
    let lab = lab();
    gzip(&lab.write("one.csv", "a\n1\n"));
    gzip(&lab.write("two.csv", "2\n3\n"));
    let both = [fs::read(lab.path("one.csv.gz")), fs::read(lab.path("two.csv.gz"))];
    let both: Vec<u8> = both.into_iter().flat_map(|bytes| bytes.expect("a file")).collect();
    write(&lab, "all.csv.gz", &both);
    load(&lab, &["all.csv.gz"]).ok();
    assert_eq!(
        lab.rows(&lab.old, "SELECT file, line, a FROM \"all\""),
        ["all.csv.gz|2|1", "all.csv.gz|3|2", "all.csv.gz|4|3"]
    );
}

#[test]
fn without_a_header_columns_are_numbered() {
    let lab = lab();
    lab.write("raw.csv", "1,Ana\n2,Bo\n");
    load(&lab, &["raw.csv", "--no-header", "--table", "people"]).ok();
    assert_eq!(lab.rows(&lab.old, "SELECT line, c1, c2 FROM people"), ["1|1|Ana", "2|2|Bo"]);
}

#[test]
fn a_folder_of_files_is_one_table_in_the_order_of_their_names() {
    let lab = lab();
    lab.write("days/2024-01-02.csv", "Id,Name\n3,c\n");
    lab.write("days/2024-01-01.csv", "Id,Name\n1,a\n2,b\n");
    gzip(&lab.write("days/2024-01-03.csv", "id,name\n4,d\n"));
    lab.write("days/.hidden.csv", "x\n");
    lab.write("days/README.md", "by day");
    let run = load(&lab, &["days", "--table", "old_days"]);
    assert_eq!(said(&run), "populate_old: 4 rows of 3 files in table old_days");
    assert_eq!(run.stderr, "populate_old: 1 other file in days left out: README.md\n");
    assert_eq!(
        lab.rows(&lab.old, "SELECT row_id, file, line, id, name FROM old_days ORDER BY row_id"),
        [
            "1|2024-01-01.csv|2|1|a",
            "2|2024-01-01.csv|3|2|b",
            "3|2024-01-02.csv|2|3|c",
            "4|2024-01-03.csv.gz|2|4|d",
        ]
    );
}

#[test]
fn only_the_text_of_null_becomes_null() {
    let lab = lab();
    lab.write("t.csv", "a,b,c\n\\N,,null\n");
    load(&lab, &["t.csv", "--null", "\\N"]).ok();
    assert_eq!(lab.rows(&lab.old, "SELECT a, b, c FROM t"), ["∅||null"]);

    lab.write("u.csv", "a,b\n,x\n");
    load(&lab, &["u.csv", "--null", ""]).ok();
    assert_eq!(lab.rows(&lab.old, "SELECT a, b FROM u"), ["∅|x"]);
}

#[test]
fn rejected_records_go_to_a_file_and_the_load_goes_on() {
    let lab = lab();
    write(&lab, "in/a.csv", b"a,b\n1,2\n3\n\"x,1\",y,z\ncaf\xe9,4\nn\0l,5\n6,7\n");
    let run = load(&lab, &["in", "--table", "t", "--rejects", "t.rejects.csv"]);
    assert_eq!(
        said(&run),
        "populate_old: 2 rows of 1 file in table t; 4 records rejected to t.rejects.csv"
    );
    assert_eq!(lab.rows(&lab.old, "SELECT row_id, line, a, b FROM t"), ["1|2|1|2", "2|7|6|7"]);
    assert_eq!(
        fs::read(lab.path("t.rejects.csv")).expect("a file"),
        b"file,line,reason,record\n\
          a.csv,3,\"1 field, where the header has 2\",3\n\
          a.csv,4,\"3 fields, where the header has 2\",\"\"\"x,1\"\",y,z\"\n\
          a.csv,5,byte 0xE9 in column `a` is not UTF-8,\"caf\xe9,4\"\n\
          a.csv,6,\"column `a` holds a NUL byte, which PostgreSQL cannot store\",\"n\0l,5\"\n"
    );
}

#[test]
fn a_load_without_rejects_says_nothing_of_them() {
    let lab = lab();
    lab.write("t.csv", "a\n1\n");
    let run = load(&lab, &["t.csv", "--rejects", "t.rejects.csv"]);
    assert_eq!(said(&run), "populate_old: 1 row of 1 file in table t");
    assert_eq!(lab.read("t.rejects.csv"), "file,line,reason,record\n");
}

#[test]
fn many_rows_arrive_as_psql_would_bring_them() {
    let lab = lab();
    let mut text = String::from("n,words\n");
    for number in 0..60_000 {
        text.push_str(&format!(
            "{number},\"{}\"\n",
            "wide, and \"\"quoted\"\" ".repeat(number % 5)
        ));
    }
    lab.write("t.csv", &text);
    load(&lab, &["t.csv"]).ok();
    let sums = "SELECT count(*), count(DISTINCT row_id), sum(n::int), sum(length(words)), sum(line) FROM t";
    let (rows, length) = (60_000_i64, 19 * 2 * 60_000);
    let sum = rows * (rows - 1) / 2;
    let lines = rows * (rows + 3) / 2;
    assert_eq!(lab.rows(&lab.old, sums), [format!("{rows}|{rows}|{sum}|{length}|{lines}")]);
}
