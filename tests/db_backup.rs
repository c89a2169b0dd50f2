//! db_backup: what is in a backup is what was in the database at one moment, or there is none.

mod disk_full;
mod fidelity;
mod killed;
mod messages;
mod mutations;
mod pooler;
mod retention;
mod unrest;

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::harness::{Lab, Run};
use crate::tools::{Dice, torture};

fn command(lab: &Lab, arguments: &[&str]) -> Command {
    let mut command = lab.command("db_backup", arguments);
    command.env("PROJECT", Lab::repository().join("sql/shop"));
    command
}

fn db_backup(lab: &Lab, arguments: &[&str]) -> Run {
    Run::of(&mut command(lab, arguments), &lab.password())
}

/// Makes a backup of the new database; its folder.
#[track_caller]
fn back_up(lab: &Lab, arguments: &[&str]) -> PathBuf {
    let run = db_backup(lab, arguments);
    let said = run.ok();
    let path = said.trim_start_matches("db_backup: ").split_whitespace().next().unwrap_or_default();
    assert!(lab.path(path).join("manifest.json").exists(), "{run}");
    lab.path(path)
}

/// Everything in the folder of backups, hidden or not, but the lock of the folder itself.
fn left(lab: &Lab) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(lab.path("backups")) else { return Vec::new() };
    let names =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    let mut names: Vec<_> = names.filter(|name| name != ".lock").collect();
    names.sort();
    names
}

/// The files of a backup, relative to it.
fn files(backup: &Path) -> Vec<String> {
    let mut files = Vec::new();
    for folder in ["", "data/"] {
        for entry in std::fs::read_dir(backup.join(folder)).expect("a folder") {
            let entry = entry.expect("an entry");
            if entry.file_type().expect("its kind").is_file() {
                files.push(format!("{folder}{}", entry.file_name().to_string_lossy()));
            }
        }
    }
    files.sort();
    files
}

/// The rows of one table in a backup, by gzip alone.
fn rows(backup: &Path, table: &str) -> Vec<String> {
    let prefix = format!("data/{table}.");
    let mut rows = Vec::new();
    for file in files(backup).iter().filter(|file| file.starts_with(&prefix)) {
        let output = Command::new("gzip")
            .arg("-dc")
            .arg(backup.join(file))
            .output()
            .expect("the program starts");
        assert!(output.status.success(), "{file}");
        rows.extend(String::from_utf8(output.stdout).expect("text").lines().map(str::to_owned));
    }
    rows.sort();
    rows
}

/// An edited manifest, sealed again as somebody would who knows how: by a SHA-256 of everything
/// before the seal.
pub fn sealed(text: &str) -> String {
    let (body, _) = text.rsplit_once(",\n  \"sha256\": ").expect("a seal");
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(file.path(), body).expect("a file");
    let output =
        Command::new("sha256sum").arg(file.path()).output().expect("the program starts").stdout;
    let sum = String::from_utf8(output).expect("text");
    format!("{body},\n  \"sha256\": \"{}\"\n}}\n", &sum[..64])
}

/// Without what differs from run to run: times, sizes, the backup's name.
fn masked(text: &str) -> String {
    let mut masked = String::new();
    for character in text.chars() {
        let digit = character.is_ascii_digit();
        if digit && masked.ends_with('#') {
            continue;
        }
        masked.push(if digit { '#' } else { character });
    }
    masked
}

/// Three tables, one of several chunks, and something of what is not in any table.
const SHOP: &str = "
    CREATE TABLE orders (id bigint PRIMARY KEY, note text);
    INSERT INTO orders SELECT n, repeat(md5(n::text), 4) FROM generate_series(1, 250000) AS n;
    CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text UNIQUE);
    INSERT INTO users (email) SELECT 'u' || n || '@example.org' FROM generate_series(1, 5000) AS n;
    CREATE TABLE nothing (id int);
    SELECT lo_from_bytea(4711, 'a large object');
";
