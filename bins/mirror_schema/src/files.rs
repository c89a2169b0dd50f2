//! A mirror's files: what it is, what changed last, and each change both ways.

use std::fs;
use std::path::Path;

use catalog::Statement;
use common::{Database, Result};
use jiff::{Timestamp, tz::TimeZone};

use crate::mirror::Mirror;

/// Statements as a script.
pub fn script(statements: &[Statement]) -> String {
    statements.iter().map(|statement| format!("{};\n", statement.sql)).collect()
}

/// Where the files come from, for their first lines.
pub struct Header<'a> {
    pub source: &'a Database,
    pub target: &'a Database,
    pub mirror: &'a Mirror,
    pub tables: Vec<String>,
    pub now: Timestamp,
}

impl Header<'_> {
    fn text(&self, what: &str) -> String {
        format!(
            "-- {what}\n-- written: {}\n-- source: {}, schema {}\n-- target: {}, schema {}\n-- tables: {}\n\n",
            utc(self.now, "%Y-%m-%d %H:%M:%S UTC"),
            self.source,
            self.mirror.source,
            self.target,
            self.mirror.name,
            self.tables.join(", "),
        )
    }

    /// The change as a script for review.
    pub fn write_migration(&self, statements: &[Statement]) -> Result<()> {
        let text = self.text("The change that brings the mirror in step with its source.");
        write(&self.mirror.migration(), &(text + &script(statements)))
    }

    /// The whole mirror; the former file stays beside it, by the time at which it was replaced.
    pub fn write_models(&self, statements: &[Statement]) -> Result<()> {
        let path = self.mirror.models();
        if path.exists() {
            let time = utc(self.now, "%Y%m%dT%H%M%SZ");
            fs::rename(&path, path.with_file_name(format!("models_{time}.sql.bak")))?;
        }
        write(&path, &(self.text("The mirror as it is, whole.") + &script(statements)))
    }
}

fn utc(time: Timestamp, format: &str) -> String {
    time.to_zoned(TimeZone::UTC).strftime(format).to_string()
}

fn write(path: &Path, text: &str) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text)?;
    Ok(())
}
