//! `manifest.json`: what a backup holds, so that each file, row and setting of it can be proved.

mod form; // what a manifest may say

use std::io::{Read, Write};
use std::path::Path;

use common::{Error, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use rows::RowsHash;

use crate::private_files::{create_private, open_plain};

pub const FILE: &str = "manifest.json";

/// The format that this program writes, and the newest one that it reads.
pub const FORMAT: u32 = 1;

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Manifest {
    pub format: u32,
    /// `db_backup 0.1.0`
    pub tool: String,
    /// RFC 3339, UTC.
    pub created: String,
    pub finished: String,
    pub database: DatabaseFacts,
    /// `15.18 (Debian …)`
    pub server_version: String,
    /// `150018`
    pub server_version_num: i32,
    pub pg_dump_version: String,
    /// The exported snapshot's name; of use only for reading logs.
    pub snapshot: String,
    /// Where the write-ahead log stood; `None` on a standby's or a managed server's refusal.
    pub wal_lsn: Option<String>,
    /// The rows of `alembic_version`, sorted; empty where there is no such table.
    pub heads: Vec<String>,
    pub options: Options,
    /// The encoding in which the COPY text is written: the database's own, so that no byte is
    /// converted.
    pub copy_encoding: String,
    /// What the database took on disk, indexes included; 0 where it was not asked for.
    #[serde(default)]
    pub database_bytes: u64,
    /// Every file of the backup but this one and `verified.json`.
    pub files: Vec<File>,
    /// In no order that matters; partitions are tables of their own, partitioned parents are not.
    pub tables: Vec<Table>,
    pub sequences: Vec<Sequence>,
    pub large_objects: Option<LargeObjects>,
    pub matviews: Vec<Matview>,
    pub omitted: Vec<Omitted>,
}

/// What `CREATE DATABASE` and `ALTER DATABASE` need to make it anew.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct DatabaseFacts {
    pub name: String,
    pub owner: String,
    pub encoding: String,
    pub collate: String,
    pub ctype: String,
    /// `libc`, `icu` or `builtin`.
    pub locale_provider: String,
    /// `datlocale` (17 and later) or `daticulocale`.
    pub locale: Option<String>,
    /// -1: without limit.
    pub connection_limit: i32,
    pub comment: Option<String>,
    /// `None`: the default grants.
    pub grants: Option<Vec<Grant>>,
    /// `ALTER DATABASE … SET` (without a role) and `ALTER ROLE … IN DATABASE … SET`.
    pub settings: Vec<Setting>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Grant {
    /// `None`: PUBLIC.
    pub grantee: Option<String>,
    pub grantor: String,
    pub privilege: Privilege,
    pub grantable: bool,
}

/// Those of a database and of a large object. A closed list, as the word goes into a GRANT.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Privilege {
    Connect,
    Create,
    Select,
    Temporary,
    Update,
}

impl Privilege {
    pub fn sql(self) -> &'static str {
        match self {
            Privilege::Connect => "CONNECT",
            Privilege::Create => "CREATE",
            Privilege::Select => "SELECT",
            Privilege::Temporary => "TEMPORARY",
            Privilege::Update => "UPDATE",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Setting {
    pub role: Option<String>,
    pub name: String,
    /// As `pg_db_role_setting` holds it; a list such as search_path is split and quoted anew.
    pub value: String,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Options {
    /// `--schema`; with none of these and no `tables`, everything.
    pub schemas: Vec<String>,
    /// `--table`, as given.
    pub tables: Vec<String>,
    /// `--exclude-table-data`, as given.
    pub exclude_table_data: Vec<String>,
    pub level: u32,
    /// The command through which each file was written, and the one through which it is read.
    pub filter: Option<Filter>,
}

impl Options {
    /// Whether the backup holds the whole database.
    pub fn is_whole(&self) -> bool {
        self.schemas.is_empty() && self.tables.is_empty()
    }

    /// The schemas and tables that were chosen.
    pub fn parts(&self) -> Vec<String> {
        self.schemas.iter().chain(&self.tables).cloned().collect()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Filter {
    pub write: String,
    /// What `--unfilter` said when the backup was made, for people to read. It is never run: the
    /// command line, the environment or `.env` names the command at reading.
    pub read: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct File {
    /// Relative to the backup, with `/`.
    pub path: String,
    /// As stored: compressed, filtered.
    pub bytes: u64,
    /// Of the bytes as stored, in hex.
    pub sha256: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TableKind {
    Table,
    Partition,
    /// A table of an extension of which `pg_extension_config_dump` says that its rows are the
    /// user's: the extension creates it, with rows of its own that `condition` leaves out.
    ExtensionConfig,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Table {
    pub schema: String,
    pub name: String,
    pub kind: TableKind,
    /// Those copied, in their order; generated ones are left out. Empty for a table without any,
    /// for which `COPY t FROM stdin` goes without a list.
    pub columns: Vec<String>,
    pub rows: u64,
    /// Of uncompressed COPY text.
    pub bytes: u64,
    pub hash: RowsHash,
    pub chunks: Vec<Chunk>,
    /// `WHERE …` of an extension's configuration table.
    pub condition: Option<String>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Chunk {
    pub file: String,
    pub rows: u64,
    pub bytes: u64,
    pub sha256: String,
    pub hash: RowsHash,
    /// `WHERE …`, which chose its rows; `None`: all.
    #[serde(rename = "where")]
    pub predicate: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Sequence {
    pub schema: String,
    pub name: String,
    pub last_value: i64,
    pub is_called: bool,
}

/// Owned by the backup as a whole; `schema.dump` never creates any.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct LargeObjects {
    pub count: u64,
    /// COPY text of (oid, owner name, grants as JSON like [`Grant`] or \N for the default, comment).
    pub metadata: Chunk,
    /// COPY text of (oid, offset, bytea) for `lo_put(oid, offset, bytea)`; an empty large object
    /// has no row.
    pub content: Vec<Chunk>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Matview {
    pub schema: String,
    pub name: String,
    pub populated: bool,
}

/// What is not in the backup, said rather than left to be found out.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Omitted {
    pub what: String,
    pub why: String,
}

impl Manifest {
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.rows).sum()
    }

    /// Uncompressed COPY text of all tables.
    pub fn copy_bytes(&self) -> u64 {
        self.tables.iter().map(|table| table.bytes).sum()
    }

    /// The files as stored.
    pub fn stored_bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// All chunks, those of large objects included, with what holds them.
    pub fn chunks(&self) -> impl Iterator<Item = (String, &Chunk)> {
        let tables = self.tables.iter().flat_map(|table| {
            let name = format!("{}.{}", table.schema, table.name);
            table.chunks.iter().map(move |chunk| (name.clone(), chunk))
        });
        let objects = self.large_objects.iter().flat_map(|objects| {
            std::iter::once(&objects.metadata)
                .chain(&objects.content)
                .map(|chunk| ("large objects".to_owned(), chunk))
        });
        tables.chain(objects)
    }

    /// The manifest as it is written, sealed with a SHA-256 of everything before it.
    ///
    /// The seal finds damage and careless edits; it is no signature.
    pub fn sealed(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("its maps have string keys");
        let end = text.trim_end_matches('}').trim_end().len();
        text.truncate(end);
        let seal = hex(&Sha256::digest(&text));
        text.push_str(&seal_line(&seal));
        text
    }

    /// Writes and fsyncs the manifest, the last file of a backup.
    pub fn write(&self, folder: &Path) -> Result<()> {
        let mut file = create_private(&folder.join(FILE))?;
        file.write_all(self.sealed().as_bytes())?;
        file.sync_all()?;
        Ok(())
    }

    /// Reads the manifest of a backup and checks its seal. `label` names the backup in errors.
    ///
    /// # Errors
    /// It is missing, was changed, or is of a format that this program does not know.
    pub fn read(folder: &Path, label: &str) -> Result<Manifest> {
        let path = folder.join(FILE);
        let mut text = String::new();
        let read = open_plain(&path).and_then(|mut file| file.read_to_string(&mut text));
        read.map_err(|error| {
            if error.kind() == std::io::ErrorKind::NotFound {
                Error::new(format!("{label}: {FILE} is missing"))
                    .hint("The manifest is written last: a folder without it is not a backup.")
            } else {
                Error::new(format!("{label}: {FILE} cannot be read: {error}"))
            }
        })?;
        #[derive(Deserialize)]
        struct Format {
            format: u32,
        }
        match serde_json::from_str::<Format>(&text) {
            Ok(Format { format }) if format > FORMAT => {
                return Err(Error::new(format!(
                    "{label}: {FILE} has format {format}, and this program knows formats up to {FORMAT}"
                ))
                .hint("The backup was made by a newer version; read it with that one."));
            }
            _ => {}
        }
        let edited = || Error::new(format!("{label}: {FILE} does not match its own SHA-256"));
        if !seal_holds(&text) {
            return Err(edited().hint("It was changed or damaged after the backup was made."));
        }
        let manifest: Manifest = serde_json::from_str(&text)
            .map_err(|error| strange_form(label).detail(error.to_string()))?;
        form::refuse_strange(&manifest, label)?;
        Ok(manifest)
    }
}

/// The seal holds, so that it was written so.
fn strange_form(label: &str) -> Error {
    Error::new(format!("{label}: {FILE} is not in the form of a manifest"))
        .hint("Do not use this backup. Nothing was read or changed.")
}

const SEAL: usize = 64;

fn seal_line(seal: &str) -> String {
    format!(",\n  \"sha256\": \"{seal}\"\n}}\n")
}

/// Byte for byte: the text before the seal has this SHA-256, and nothing follows it.
fn seal_holds(text: &str) -> bool {
    let tail = seal_line(&"0".repeat(SEAL)).len();
    let Some(end) = text.len().checked_sub(tail).filter(|end| text.is_char_boundary(*end)) else {
        return false;
    };
    text[end..] == seal_line(&hex(&Sha256::digest(&text[..end])))
}

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
