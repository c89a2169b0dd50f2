//! Databases in other encodings than UTF-8: their bytes come back as they were.

use super::Shop;
use crate::harness::{Lab, Run};

/// Backs up a database of this encoding, whose texts have these bytes, and restores it.
#[track_caller]
fn case(encoding: &str, bytes: &[&str], table: &str) {
    let shop = Shop::new();
    let name = format!("{}_{}", shop.new, encoding.to_lowercase());
    shop.execute(
        "postgres",
        &format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING '{encoding}' LOCALE 'C'"),
    );
    shop.execute(&name, &format!("CREATE TABLE \"{table}\" (id serial PRIMARY KEY, body text)"));
    for hex in bytes {
        shop.execute(
            &name,
            &format!(
                "INSERT INTO \"{table}\" (body) VALUES (convert_from('\\x{hex}', '{encoding}'))"
            ),
        );
    }
    let run = |binary: &str, arguments: &[&str]| {
        let mut command = shop.command(binary, arguments);
        command.env("PROJECT", Lab::repository().join("sql/shop"));
        command.env("DATABASE_URL", shop.url(&name));
        Run::of(&mut command, &shop.password())
    };
    run("db_backup", &[]).ok();
    shop.execute(&name, &format!("UPDATE \"{table}\" SET body = 'lost'"));
    let restored = run("db_restore", &[]);
    restored.ok();
    let hex = format!(
        "SELECT encode(convert_to(body, '{encoding}'), 'hex') FROM \"{table}\" ORDER BY id"
    );
    assert_eq!(shop.rows(&name, &hex), bytes, "{restored}");
    let is =
        "SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()";
    assert_eq!(shop.value(&name, is), encoding);
    run("db_restore", &["drop-old"]).ok();
    shop.execute(&name, &format!("DROP TABLE \"{table}\""));
    run("db_restore", &["--table", table]).ok();
    assert_eq!(shop.rows(&name, &hex), bytes);
}

#[test]
fn bytes_of_no_known_meaning_come_back() {
    case("SQL_ASCII", &["ff80c3", "e9", "c3a9", "61620a09"], "notes");
}

#[test]
fn latin_letters_come_back() {
    case("LATIN1", &["e9ff80", "636166e9", "a4"], "café");
}

/// The second is a place of the code that holds no character, and none of Unicode is its like.
#[test]
fn japanese_comes_back() {
    case("EUC_JP", &["a4a2b0a1", "a9a1", "8fb0a1"], "表");
}
