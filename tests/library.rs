//! The book reviews: a wide table of made-up rows becomes three, and nothing is lost on the way.

use crate::harness::{Lab, Run};

const CHECKS: [&str; 4] =
    ["book_twice", "constraint_missing", "reader_or_book_without_review", "reviews_differ"];

fn library(rows: &str) -> Lab {
    let lab = Lab::new();
    lab.project("library");
    upgrade(&lab, "head", rows).ok();
    lab
}

fn upgrade(lab: &Lab, target: &str, rows: &str) -> Run {
    let arguments = ["--project", "sql/library", "upgrade", target];
    let mut command = lab.command("migrate_schema", &arguments);
    Run::of(command.env("ROWS", rows), &lab.password())
}

fn downgrade(lab: &Lab, target: &str) -> Run {
    lab.run("migrate_schema", &["--project", "sql/library", "downgrade", target])
}

fn count(lab: &Lab, table: &str) -> String {
    lab.value(&lab.new, &format!("SELECT count(*) FROM {table}"))
}

fn check(lab: &Lab, name: &str) -> Vec<String> {
    lab.rows(&lab.new, &lab.read(&format!("sql/library/checks/{name}.sql")))
}

#[test]
fn joined_back_the_three_tables_are_the_flat_one_row_for_row() {
    let lab = library("30000");
    let counts = ["book_reviews_flat", "users", "books", "reviews"].map(|name| count(&lab, name));
    assert_eq!(counts, ["30000", "1000", "300", "30000"]);
    for name in CHECKS {
        assert_eq!(check(&lab, name), [""; 0], "{name}");
    }
    // The made-up rows hold what makes this hard: two editions, one of them without an ISBN.
    let twins = "SELECT count(*) > 10 FROM books a JOIN books b USING (book_title)
                  WHERE a.book_isbn IS NULL AND b.book_isbn IS NOT NULL";
    assert_eq!(lab.value(&lab.new, twins), "t");
}

#[test]
fn the_checks_find_the_damage_they_are_there_for() {
    let lab = library("3000");
    for (damage, name) in [
        ("UPDATE reviews SET book_id = book_id % 30 + 1 WHERE id = 7", "reviews_differ"),
        ("DELETE FROM reviews WHERE id = 8", "reviews_differ"),
        (
            "DELETE FROM reviews WHERE user_email = (SELECT user_email FROM users LIMIT 1)",
            "reader_or_book_without_review",
        ),
        ("ALTER TABLE reviews DROP CONSTRAINT reviews_book_id_fkey", "constraint_missing"),
        ("DROP INDEX reviews_user_email_idx", "constraint_missing"),
        (
            "DROP INDEX books_identity_idx; INSERT INTO books (book_title, book_author, book_isbn, book_published)
             SELECT book_title, book_author, book_isbn, book_published FROM books WHERE book_isbn IS NULL LIMIT 1",
            "book_twice",
        ),
    ] {
        let before = check(&lab, name).len();
        lab.execute(&lab.new, damage);
        assert!(check(&lab, name).len() > before, "{name} does not find: {damage}");
    }
}

#[test]
fn the_move_is_undone_and_done_again() {
    let lab = library("3000");
    downgrade(&lab, "-1").ok();
    assert_eq!((count(&lab, "users"), count(&lab, "reviews")), ("0".into(), "0".into()));
    assert_eq!(count(&lab, "book_reviews_flat"), "3000");
    upgrade(&lab, "head", "").ok();
    assert_eq!(check(&lab, "reviews_differ"), [""; 0]);

    // A review written since exists nowhere else.
    lab.execute(
        &lab.new,
        "INSERT INTO reviews (user_email, book_id, rating, reviewed_on)
         SELECT user_email, book_id, 5, '2026-01-01' FROM reviews WHERE id = 1",
    );
    let refused = downgrade(&lab, "-1");
    assert_eq!(refused.code, Some(1), "{refused}");
    let place = "sql/library/revisions/6b7ea4182d6e_insert_the_data_from_ground_truth.sql";
    let said = "reviews and book_reviews_flat have gone apart since the upgrade (P0001)";
    let line = refused.stderr.lines().next().unwrap_or_default();
    assert!(line.starts_with(&format!("migrate_schema: {place}:")), "{refused}");
    assert!(line.ends_with(said), "{refused}");
    assert_eq!(count(&lab, "reviews"), "3001");
}

#[test]
fn how_many_rows_are_made_up_is_a_setting_and_the_script_says_it() {
    let lab = Lab::new();
    lab.project("library");
    let script = |rows: &str| {
        let arguments = ["--project", "sql/library", "upgrade", "--sql", "970f:52ed"];
        let mut command = lab.command("migrate_schema", &arguments);
        Run::of(command.env("ROWS", rows), &lab.password()).ok().to_owned()
    };
    assert!(script("250").contains("\nSET pgrefit.rows = '250';\nBEGIN;\n"));
    assert!(!script("").contains("SET pgrefit.rows"));
    assert!(script("").contains("'3000000'"));

    upgrade(&lab, "52ed", "250").ok();
    assert_eq!(count(&lab, "book_reviews_flat"), "250");
    downgrade(&lab, "970f").ok();
    let refused = upgrade(&lab, "52ed", "many");
    assert_eq!(refused.code, Some(1), "{refused}");
    let said = "invalid input syntax for type bigint: \"many\" (22P02)";
    assert!(refused.stderr.contains(said), "{refused}");
    assert_eq!(count(&lab, "book_reviews_flat"), "0");
}
