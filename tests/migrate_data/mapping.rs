//! A mapping that cannot work is told with its line, before anything is touched.

use super::small;
use crate::harness::Lab;

#[test]
fn before_the_upgrade_it_says_what_is_missing() {
    let lab = Lab::new();
    lab.project("shop");
    lab.run("populate_old", &["--users", "10", "--products", "5", "--orders", "10"]).ok();
    lab.run("migrate_data", &[]).fails(
        2,
        &format!(
            "migrate_data: sql/shop/mapping.toml:7: the table users does not exist in {}\n  \
             hint: `make migrate` creates the new database's tables. Nothing was loaded.",
            lab.new
        ),
    );
}

/// What is wrong with a mapping is told with its line, and nothing is loaded.
#[test]
fn a_mapping_that_cannot_work_is_refused_by_its_line() {
    let lab = small(
        "CREATE TABLE o (id int PRIMARY KEY, mail text, born text, twin int); INSERT INTO o VALUES (1, 'a@b.cd', '2021-01-01', 1), (2, NULL, NULL, 1)",
        "CREATE TYPE mood AS ENUM ('ok', 'bad'); \
         CREATE TABLE n (id int PRIMARY KEY, email text NOT NULL, born date, state varchar(3), m mood, g int GENERATED ALWAYS AS (id + 1) STORED)",
        "",
    );
    let head = "[n]\nfrom = \"o\"\nkey = \"id\"\n[n.columns]\nid = \"id\"\n";
    let case = |mapping: &str, message: &str| {
        lab.write("sql/shop/mapping.toml", mapping);
        lab.run("migrate_data", &[])
            .fails(2, &format!("migrate_data: sql/shop/mapping.toml:{message}"));
        assert_eq!(lab.value(&lab.new, "SELECT count(*) FROM n"), "0");
    };
    let column = |line: &str, message: &str| {
        case(&format!("{head}email = \"mail\"\n{line}\n"), &format!("7: {message}"));
    };
    case(
        &format!("{head}email = \"email\"\n"),
        "6: `n.email` reads `o.email`, which does not exist\n  hint: The columns of o are id, mail, born, twin. Nothing was loaded.",
    );
    case(
        &format!("{head}mail = \"mail\"\n"),
        "6: `n.mail` does not exist\n  hint: The columns of n are id, email, born, state, m, g. Nothing was loaded.",
    );
    case(
        head,
        "1: `n.email` is NOT NULL and has no source\n  hint: Add it to [n.columns]. Nothing was loaded.",
    );
    case(
        "x = 1\n",
        "1: `x` is not a setting\n  hint: The settings are time_zone, null_words, max_rejects and decimal.",
    );
    case(
        "[n]\nfrom = \"o\"\n",
        "1: [n] has no `key`\n  hint: `key = \"id\"` names a source row in the ledger and the quarantine; `key = \"ctid\"` is for a table without a key.",
    );
    case(
        "[n]\nfrom = \"gone\"\nkey = \"id\"\n[n.columns]\nid = \"id\"\n",
        "1: the source gone does not exist in the old database\n  hint: Nothing was loaded.",
    );
    case(
        &head.replace("key = \"id\"", "key = \"no\""),
        "3: `key` is `no`, which o does not have\n  hint: The columns of o are id, mail, born, twin. Nothing was loaded.",
    );
    column(
        "g = \"id\"",
        "`n.g` is a generated column\n  hint: PostgreSQL fills it; take it out of the mapping.",
    );
    column(
        "born = { from = \"born\", formats = [\"%Q\"] }",
        "`n.born`: `%Q` in \"%Q\" is not a directive\n  hint: The directives are %Y %y %m %d %e %b %B %H %I %p %M %S %f %.f %z and %%.",
    );
    column(
        "state = { from = \"born\", default = \"long\" }",
        "`n.state`: the default `long` is too long",
    );
    column(
        "m = { from = \"born\", as = \"enum\", values = { good = [\"g\"] } }",
        "`n.m`: `good` is not a label of its type\n  hint: The labels are ok, bad.",
    );
    column(
        "born = { from = \"born\", as = \"integer\" }",
        "`n.born` is date, which cannot hold `as = \"integer\"`",
    );
    column(
        "born = { sql = \"nothing + 1\" }",
        "`nothing + 1`: column \"nothing\" does not exist (42703)\n  hint: Nothing was loaded.",
    );
    column(
        "born = { lookup = \"n\", from = \"mail\" }",
        "`n.born` is an incomplete lookup\n  hint: A lookup is written { lookup = \"users\", by = \"email\", from = \"user_email\" }.",
    );
    column(
        "born = { from = \"born\", frm = \"x\" }",
        "`frm` is not a key of a column\n  hint: The keys are from, sql, constant, surrogate, lookup, by, take, clean, as, formats, values, decimal, default and otherwise.",
    );
    column("id = \"id\"", "duplicate key");
}

#[test]
fn a_key_that_is_none_is_refused_with_the_numbers() {
    let lab = small(
        "CREATE TABLE o (id int, n text); INSERT INTO o VALUES (1, 'a'), (1, 'b'), (2, 'c')",
        "CREATE TABLE n (id int, n text)",
        "[n]\nfrom = \"o\"\nkey = \"id\"\n[n.columns]\nid = \"id\"\nn = \"n\"\n",
    );
    lab.run("migrate_data", &[]).fails(
        2,
        "migrate_data: `id` is not a key of o: 3 rows have only 2 different ones\n  \
         hint: `key` names the column that tells every source row from all others. Nothing was loaded.",
    );
}
