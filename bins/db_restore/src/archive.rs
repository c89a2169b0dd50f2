//! The table of contents of a `pg_dump -Fc` archive.
//!
//! `pg_restore -l` prints the same for people: names with blanks cannot be told apart in it, and
//! what depends on what is not there at all.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use common::{Error, Result};

use crate::archive_reader::Reader;

/// The newest format known here: PostgreSQL 17's and 18's.
const NEWEST: (u8, u8) = (1, 16);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    PreData,
    PostData,
    /// Rows and what pg_dump keeps for itself.
    Other,
}

/// One object, or one property of an object, as pg_dump restores it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// pg_restore's number for it.
    pub id: i32,
    /// `TABLE`, `FK CONSTRAINT`, `MATERIALIZED VIEW DATA` …
    pub kind: String,
    pub section: Section,
    pub schema: Option<String>,
    /// The name, behind that of its table where it belongs to one: `users users_pkey`.
    pub tag: String,
    pub owner: String,
    pub tablespace: Option<String>,
    /// Whether ANALYZE of its table has more to find once it is there: extended statistics, or an
    /// index that may be on an expression.
    pub adds_statistics: bool,
    /// The entries that it cannot exist without.
    pub needs: Vec<i32>,
}

/// What makes two entries of two archives the same one.
pub type Key<'a> = (&'a str, Option<&'a str>, &'a str);

impl Entry {
    pub fn key(&self) -> Key<'_> {
        (&self.kind, self.schema.as_deref(), &self.tag)
    }
}

impl std::fmt::Display for Entry {
    /// `TABLE shop.users`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.schema {
            Some(schema) => write!(f, "{} {schema}.{}", self.kind, self.tag),
            None => write!(f, "{} {}", self.kind, self.tag),
        }
    }
}

#[derive(Debug)]
pub struct Archive {
    /// Of the pg_dump that wrote it, such as `15.18 (Debian 15.18-0+deb12u1)`.
    pub pg_dump: String,
    pub entries: Vec<Entry>,
}

impl Archive {
    /// # Errors
    /// The file is no archive, is cut short, or is of a format newer than PostgreSQL 18's.
    pub fn open(path: &Path) -> Result<Archive> {
        let file = File::open(path).and_then(|file| read(&mut Reader::new(BufReader::new(file))));
        file.map_err(|error| unreadable(&path.display().to_string(), &error))
    }

    /// From a program that writes it, as [`Archive::open`] does from a file.
    pub fn read(from: impl Read, name: &str) -> Result<Archive> {
        read(&mut Reader::new(BufReader::new(from))).map_err(|error| unreadable(name, &error))
    }

    pub fn by_id(&self) -> HashMap<i32, &Entry> {
        self.entries.iter().map(|entry| (entry.id, entry)).collect()
    }
}

fn unreadable(name: &str, error: &std::io::Error) -> Error {
    if error.kind() == std::io::ErrorKind::UnexpectedEof {
        return Error::new(format!("{name}: the archive is cut short"));
    }
    Error::new(format!("{name}: {error}"))
}

/// Source: `ReadHead` and `ReadToc` in PostgreSQL's `pg_backup_archiver.c`.
fn read<R: Read>(reader: &mut Reader<R>) -> std::io::Result<Archive> {
    let other = |reason: String| Err(std::io::Error::other(reason));
    if reader.bytes::<5>()? != *b"PGDMP" {
        return other("this is not an archive in pg_dump's custom format".to_owned());
    }
    let version @ (major, minor) = (reader.byte()?, reader.byte()?);
    reader.byte()?;
    if version < (1, 14) || version > NEWEST {
        return other(format!(
            "the archive has format {major}.{minor}; the known formats are 1.14 to 1.16"
        ));
    }
    reader.integer_size = reader.byte()?;
    let offset_size = reader.byte()?;
    let _format = reader.byte()?;
    // How the data is compressed: a letter since 1.15, a level before.
    if version >= (1, 15) {
        reader.byte()?;
    } else {
        reader.integer()?;
    }
    // When it was written: second, minute, hour, day, month, year, summer time.
    for _ in 0..7 {
        reader.integer()?;
    }
    let _database = reader.string()?;
    let _server = reader.string()?;
    let pg_dump = reader.string()?.unwrap_or_default();
    let count = reader.integer()?;
    let mut entries = Vec::new();
    let mut section = Section::PreData;
    for _ in 0..count {
        let entry = read_entry(reader, version, section)?;
        section = entry.section;
        reader.skip(1 + usize::from(offset_size))?;
        if !is_of_database(&entry) {
            entries.push(entry);
        }
    }
    Ok(Archive { pg_dump, entries })
}

/// Settings of the session, which pg_restore makes whatever is chosen, and the database itself,
/// which it leaves alone unless it is to create it.
fn is_of_database(entry: &Entry) -> bool {
    match entry.kind.as_str() {
        "ENCODING" | "STDSTRINGS" | "SEARCHPATH" | "DATABASE" | "DATABASE PROPERTIES" => true,
        "ACL" | "COMMENT" | "SECURITY LABEL" => entry.tag.starts_with("DATABASE "),
        _ => false,
    }
}

/// Comments and grants have no section of their own: theirs is that of the entry before.
fn read_entry<R: Read>(
    reader: &mut Reader<R>,
    version: (u8, u8),
    before: Section,
) -> std::io::Result<Entry> {
    let id = reader.integer()?;
    let _has_data = reader.integer()?;
    let _catalog = reader.string()?;
    let _oid = reader.string()?;
    let tag = reader.string()?.unwrap_or_default();
    let kind = reader.string()?.unwrap_or_default();
    let section = match reader.integer()? {
        1 => before,
        2 => Section::PreData,
        4 => Section::PostData,
        _ => Section::Other,
    };
    let definition = reader.string()?.unwrap_or_default();
    let _drop = reader.string()?;
    let _copy = reader.string()?;
    let schema = reader.string()?.filter(|schema| !schema.is_empty());
    let tablespace = reader.string()?.filter(|name| !name.is_empty());
    let _access_method = reader.string()?;
    if version >= (1, 16) {
        let _relation_kind = reader.integer()?;
    }
    let owner = reader.string()?.unwrap_or_default();
    let _with_oids = reader.string()?;
    let mut needs = Vec::new();
    while let Some(need) = reader.string()? {
        needs.extend(need.parse::<i32>());
    }
    let adds_statistics = match kind.as_str() {
        "STATISTICS" => true,
        // Parentheses beside those of the columns may stand around an expression.
        "INDEX" | "CONSTRAINT" => definition.matches('(').count() > 1,
        _ => false,
    };
    Ok(Entry { id, kind, section, schema, tag, owner, tablespace, adds_statistics, needs })
}
