//! How far a long statement is, off a terminal: a line now and then, and none for short ones.

use super::{FOLDER, chain, migrate, revision};
use crate::harness::Lab;

#[test]
fn a_long_index_build_tells_how_far_it_is_and_short_statements_tell_nothing() {
    let lab = Lab::new();
    // A row fills a page, and takes a tenth of a second.
    lab.execute(
        &lab.new,
        "CREATE FUNCTION slow(n int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS
             'BEGIN PERFORM pg_sleep(0.1); RETURN n; END';
         CREATE TABLE t_big (n int, filler text);
         ALTER TABLE t_big ALTER filler SET STORAGE PLAIN;
         INSERT INTO t_big SELECT n, repeat('x', 5000) FROM generate_series(1, 30) n;",
    );
    revision(&lab, "aa1", "none", "CREATE INDEX i ON t_big (slow(n));", "DROP INDEX i;");
    let run = migrate(&lab, &["upgrade"]);
    run.ok();
    let place = format!("migrate_schema: {FOLDER}/aa1_add.sql:6: ");
    let told = run.stderr.strip_prefix(place.as_str()).and_then(|told| told.strip_suffix('\n'));
    let step = "index on t_big, building index: scanning table: ";
    let far = told.and_then(|told| told.strip_prefix(step)).unwrap_or_else(|| panic!("{run}"));
    let (percent, rest) = far.split_once(" % of 30 blocks").unwrap_or_else(|| panic!("{run}"));
    assert!((50..100).contains(&percent.parse::<i32>().expect("a number")), "{run}");
    assert!(rest.is_empty() || rest.ends_with(" s left"), "{run}");

    chain(&lab, &["aa1", "bb2", "cc3"]);
    lab.execute(&lab.new, "DROP SCHEMA pgrefit CASCADE; DELETE FROM alembic_version");
    assert_eq!(migrate(&lab, &["upgrade"]).stderr, "");
}
