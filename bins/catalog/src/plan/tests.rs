//! Plans from facts written by hand: what a stranger would check first.

use super::plan;
use crate::{Catalog, Hint, Id, Kind, Options};

/// A catalog from facts as JSON, the form in which catalogs are stored.
fn catalog(facts: &str) -> Catalog {
    let text =
        format!(r#"{{"version": 150000, "user": "me", "facts": [{facts}], "unmodelled": []}}"#);
    serde_json::from_str(&text).unwrap()
}

const SCHEMA: &str = r#"{"id": {"kind": "schema", "path": ["s"]}}"#;

fn table(name: &str, columns: &[(&str, &str)]) -> String {
    let mut facts = vec![format!(r#"{{"id": {{"kind": "table", "path": ["s", "{name}"]}}}}"#)];
    facts.extend(columns.iter().enumerate().map(|(position, (column, kind))| {
        format!(
            r#"{{"id": {{"kind": "column", "path": ["s", "{name}", "{column}"]}},
                "attributes": {{"type": "{kind}"}}, "position": {position},
                "depends_on": [{{"kind": "table", "path": ["s", "{name}"]}}]}}"#
        )
    }));
    facts.join(",")
}

fn view(definition: &str, on: &str) -> String {
    format!(
        r#"{{"id": {{"kind": "view", "path": ["s", "v"]}},
            "attributes": {{"definition": "{definition}", "columns": "[\"id integer\"]", "grants": "app=r", "comment": "seen"}},
            "depends_on": [{{"kind": "column", "path": ["s", "t", "{on}"]}}]}}"#
    )
}

#[track_caller]
fn case(from: &[&str], to: &[&str], options: &Options, expected: &[&str]) {
    let (from, to) = (catalog(&from.join(",")), catalog(&to.join(",")));
    let plan = plan(&from, &to, options).unwrap();
    let sql: Vec<&str> = plan.statements.iter().map(|s| s.sql.as_str()).collect();
    assert_eq!(sql, expected);
}

#[test]
fn equal_catalogs_need_nothing() {
    let t = table("t", &[("id", "integer")]);
    case(&[SCHEMA, &t], &[SCHEMA, &t], &Options::default(), &[]);
}

#[test]
fn a_new_type_under_a_view_brings_the_view_back_dressed() {
    let view = view("SELECT id FROM s.t", "id");
    case(
        &[SCHEMA, &table("t", &[("id", "integer")]), &view],
        &[SCHEMA, &table("t", &[("id", "bigint")]), &view],
        &Options::default(),
        &[
            "DROP VIEW s.v",
            "ALTER TABLE s.t ALTER COLUMN id TYPE bigint USING id::bigint",
            "CREATE VIEW s.v AS\nSELECT id FROM s.t",
            "COMMENT ON VIEW s.v IS 'seen'",
            "GRANT SELECT ON TABLE s.v TO app",
        ],
    );
}

#[test]
fn what_would_be_lost_is_named_and_refused() {
    let from = catalog(&format!("{SCHEMA},{}", table("t", &[("id", "integer"), ("fax", "text")])));
    let to = catalog(&format!("{SCHEMA},{}", table("t", &[("id", "integer")])));
    let error = plan(&from, &to, &Options::default()).unwrap_err().to_string();
    assert!(error.starts_with("the change would lose data\n  detail: column s.t.fax\n"), "{error}");
    let allowed = Options { allow_data_loss: true, ..Options::default() };
    let plan = plan(&from, &to, &allowed).unwrap();
    assert_eq!(plan.losses().collect::<Vec<_>>(), ["column s.t.fax"]);
}

#[test]
fn a_column_with_one_heir_is_renamed_and_with_two_is_not_guessed() {
    let old = table("t", &[("id", "integer"), ("mail", "text")]);
    let new = table("t", &[("id", "integer"), ("email", "text")]);
    case(
        &[SCHEMA, &old],
        &[SCHEMA, &new],
        &Options::default(),
        &["ALTER TABLE s.t RENAME COLUMN mail TO email"],
    );
    let two = table("t", &[("id", "integer"), ("email", "text"), ("fax", "text")]);
    let (from, to) = (catalog(&format!("{SCHEMA},{old}")), catalog(&format!("{SCHEMA},{two}")));
    let error = plan(&from, &to, &Options::default()).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    let says =
        "cannot tell which column was renamed: gone `s.t.mail`, new `s.t.email` and `s.t.fax`";
    assert_eq!(error.primary(), says);
    let hint = Hint {
        to: Id::new(Kind::Column, ["s", "t", "email"]),
        from: Some(vec!["mail".to_owned()]),
    };
    case(
        &[SCHEMA, &old],
        &[SCHEMA, &two],
        &Options { hints: vec![hint], ..Options::default() },
        &["ALTER TABLE s.t RENAME COLUMN mail TO email", "ALTER TABLE s.t ADD COLUMN fax text"],
    );
}

#[test]
fn online_indexes_stand_outside_of_a_transaction_unless_the_table_is_new() {
    let t = table("t", &[("id", "integer")]);
    let index = r#"{"id": {"kind": "index", "path": ["s", "i"]},
        "attributes": {"table": "s.t", "definition": "CREATE INDEX i ON s.t USING btree (id)"},
        "depends_on": [{"kind": "column", "path": ["s", "t", "id"]}]}"#;
    let online = Options { online: true, ..Options::default() };
    case(
        &[SCHEMA, &t],
        &[SCHEMA, &t, index],
        &online,
        &["CREATE INDEX CONCURRENTLY i ON s.t USING btree (id)"],
    );
    case(
        &[SCHEMA],
        &[SCHEMA, &t, index],
        &online,
        &["CREATE TABLE s.t (\n    id integer\n)", "CREATE INDEX i ON s.t USING btree (id)"],
    );
}

#[test]
fn an_order_of_columns_is_said_and_not_fought() {
    let from = catalog(&format!("{SCHEMA},{}", table("t", &[("a", "integer"), ("b", "text")])));
    let to = catalog(&format!("{SCHEMA},{}", table("t", &[("b", "text"), ("a", "integer")])));
    let plan = plan(&from, &to, &Options::default()).unwrap();
    assert!(plan.is_empty());
    assert_eq!(plan.notes, ["table s.t keeps its columns in the order a, b; the files have b, a"]);
}
