//! Configuration tables of an extension, whose rows are the user's in part or whole.

use std::fs;
use std::path::{Path, PathBuf};

use super::Shop;
use crate::dev_postgres::home::allow_everybody;
use crate::harness::{Lab, Run};

const CONTROL: &str = "default_version = '1'\nrelocatable = false\n";
const SCRIPT: &str = "
    CREATE TABLE setting (name text PRIMARY KEY, value text, ours boolean NOT NULL DEFAULT true);
    INSERT INTO setting VALUES ('built in', '1', false);
    CREATE TABLE rule (id serial PRIMARY KEY, body text);
    CREATE TABLE internal (id int);
    INSERT INTO internal VALUES (1);
    SELECT pg_catalog.pg_extension_config_dump('setting', 'WHERE ours');
    SELECT pg_catalog.pg_extension_config_dump('rule', '');
    SELECT pg_catalog.pg_extension_config_dump('rule_id_seq', '');
";

/// Files that let the server create the extension `pgrefit_test`; gone at the end.
struct Extension {
    /// What a connection must set so that the server finds it.
    options: String,
    files: Vec<PathBuf>,
}

impl Extension {
    /// In a folder that the server is told of where it can be, which Debian's can and every one
    /// since 18, else in the server's own.
    fn install(shop: &Shop) -> Extension {
        let setting = "SELECT coalesce(min(name), '') FROM pg_settings
                       WHERE name IN ('extension_control_path', 'extension_destdir')";
        let setting = shop.value(&shop.new, setting);
        let shared =
            shop.value(&shop.new, "SELECT setting FROM pg_config() WHERE name = 'SHAREDIR'");
        allow_everybody(shop.folder.path());
        let here = shop.folder.path().display().to_string();
        let (folder, options) = match setting.as_str() {
            "extension_destdir" => (format!("{here}{shared}"), format!("-c {setting}={here}")),
            "extension_control_path" => (here.clone(), format!("-c {setting}={here}:$system")),
            _ => (shared, String::new()),
        };
        let folder = Path::new(&folder).join("extension");
        fs::create_dir_all(&folder).expect("a folder that the server can be told of");
        let write = |name: &str, text: &str| {
            let path = folder.join(name);
            fs::write(&path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            path
        };
        let files =
            vec![write("pgrefit_test.control", CONTROL), write("pgrefit_test--1.sql", SCRIPT)];
        Extension { options, files }
    }
}

impl Drop for Extension {
    fn drop(&mut self) {
        for file in &self.files {
            fs::remove_file(file).expect("what the test made");
        }
    }
}

#[test]
fn the_users_rows_of_an_extension_come_back_and_its_own_are_not_doubled() {
    let shop = Shop::new();
    let extension = Extension::install(&shop);
    let url = |database: &str| {
        let options = extension.options.replace(' ', "%20").replace('=', "%3D");
        format!("{}?options={options}", shop.url(database))
    };
    let mut psql = std::process::Command::new("psql");
    psql.args(["-Xq", "-v", "ON_ERROR_STOP=1", "-c"]).arg("CREATE EXTENSION pgrefit_test");
    psql.arg("-d").arg(url(&shop.new));
    Run::of(&mut psql, "the password is not said").ok();
    shop.execute(
        &shop.new,
        "INSERT INTO setting VALUES ('mine', '2'); INSERT INTO rule (body) VALUES ('a'), ('b')",
    );
    let content = shop.content(&shop.new);
    assert!(content.iter().any(|line| line.starts_with("public.setting 2|")), "{content:?}");

    let run = |binary: &str| {
        let mut command = shop.command(binary, &[]);
        command.env("PROJECT", Lab::repository().join("sql/shop"));
        command.env("DATABASE_URL", url(&shop.new));
        Run::of(&mut command, &shop.password())
    };
    run("db_backup").ok();
    shop.execute(&shop.new, "DELETE FROM setting WHERE ours; TRUNCATE rule RESTART IDENTITY");
    run("db_restore").ok();
    assert_eq!(shop.content(&shop.new), content);
}
