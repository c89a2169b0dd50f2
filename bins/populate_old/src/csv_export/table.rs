//! The legacy table of an export.

use common::identifier::{QualifiedName, list, quote};
use common::{Error, Result, Session};

use super::header::{Columns, PROVENANCE};
use super::records::Record;
use super::rejects::Reason;
use super::text;
use crate::arguments::Export;
use crate::batch::Batch;

/// Rows are sent when this many bytes of them are gathered.
const LARGE: usize = 1024 * 1024;

pub struct Table {
    sql: String,
    batch: Batch,
    rows: i64,
    /// Whether it was made by this load and gets its key after it.
    new: bool,
}

/// Whether the table is there and holds rows.
pub fn holds_rows(session: &mut Session, name: &QualifiedName) -> Result<bool> {
    if !exists(session, name)? {
        return Ok(false);
    }
    let holds = format!("SELECT EXISTS (SELECT FROM {})", name.sql());
    Ok(session.query_one(&holds, &[])?.get(0))
}

fn exists(session: &mut Session, name: &QualifiedName) -> Result<bool> {
    Ok(session.query_one("SELECT to_regclass($1) IS NOT NULL", &[&name.sql()])?.get(0))
}

impl Table {
    /// Creates the table, or takes one that is there, empty, and has these columns.
    ///
    /// # Errors
    /// A table of that name has other columns. Nothing was changed.
    pub fn prepare(
        session: &mut Session,
        name: &QualifiedName,
        columns: &Columns,
    ) -> Result<Table> {
        let all = PROVENANCE.into_iter().chain(columns.names.iter().map(String::as_str));
        let sql = name.sql();
        let new = !exists(session, name)?;
        if new {
            let texts: String =
                columns.names.iter().map(|name| format!(",\n    {} text", quote(name))).collect();
            session.batch(&format!(
                "CREATE TABLE {sql} (\n    row_id bigint NOT NULL,\n    file text NOT NULL,\n    line bigint NOT NULL{texts}\n)"
            ))?;
        } else {
            let there = session.query(include_str!("columns.sql"), &[&sql])?;
            let there: Vec<String> = there.iter().map(|row| row.get(0)).collect();
            if !there.iter().map(String::as_str).eq(all.clone()) {
                return Err(Error::new(format!("{name} already exists with other columns"))
                    .detail(format!(
                        "the table: {}\nthe export: {}",
                        there.join(", "),
                        all.collect::<Vec<_>>().join(", ")
                    ))
                    .hint(format!(
                        "Drop {name}, or load into another with --table. Nothing was changed."
                    )));
            }
        }
        Ok(Table { batch: Batch::new(&sql, &list(all)), sql, rows: 0, new })
    }

    /// Adds one record with the place it came from.
    ///
    /// # Errors
    /// A field cannot be read; the record is not added.
    pub fn add(
        &mut self,
        file: &str,
        record: &Record,
        export: &Export,
        columns: &Columns,
    ) -> Result<(), Reason> {
        let out = &mut self.batch.rows;
        let before = out.len();
        let fields = PROVENANCE.len() + columns.names.len();
        out.start_row(i16::try_from(fields).expect("a table has at most 1,600 columns"));
        out.bytes(&(self.rows + 1).to_be_bytes());
        out.bytes(file.as_bytes());
        out.bytes(&record.line.to_be_bytes());
        for (bytes, column) in record.fields().zip(&columns.names) {
            match text::decode(bytes, export.encoding, column) {
                Ok(text) if export.null.as_deref() == Some(&*text) => out.null(),
                Ok(text) => out.bytes(text.as_bytes()),
                Err(reason) => {
                    out.truncate(before);
                    return Err(reason);
                }
            }
        }
        self.rows += 1;
        Ok(())
    }

    pub fn send_when_large(&mut self, session: &mut Session) -> Result<()> {
        if self.batch.rows.len() >= LARGE { self.batch.send(session) } else { Ok(()) }
    }

    /// Sends the rest, adds the key and lets the planner learn of the rows; returns their number.
    pub fn finish(mut self, session: &mut Session) -> Result<i64> {
        self.batch.send(session)?;
        if self.new {
            session.batch(&format!("ALTER TABLE {} ADD PRIMARY KEY (row_id)", self.sql))?;
        }
        session.batch(&format!("ANALYZE {}", self.sql))?;
        Ok(self.rows)
    }
}
