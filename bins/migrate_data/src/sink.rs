//! Rows of one chunk for one table, on their way into COPY.

use std::io::Write;
use std::ops::Range;

use common::identifier;
use common::{Result, Session};
use rows::RowsHash;
use rows::copy::Encoder;

use crate::keys::Key;
use crate::plan::{FieldInput, Source, Target};
use crate::transform::Values;
use crate::value::Value;

/// What one message to the server carries at most; the driver passes on what it is handed.
const SLICE: usize = 128 * 1024;

/// Rows in COPY's binary format, or in its text format where a column's type has no binary form
/// of ours.
pub struct Sink {
    statement: String,
    rows: Rows,
    /// Keys of the source rows, in the order of the rows: PostgreSQL names a refused row by its
    /// line.
    keys: Vec<Key>,
    /// Where the first row begins and where each ends.
    bounds: Vec<usize>,
}

enum Rows {
    Binary(Encoder),
    Text(Vec<u8>),
}

impl Rows {
    fn len(&self) -> usize {
        match self {
            Rows::Binary(encoder) => encoder.len(),
            Rows::Text(buffer) => buffer.len(),
        }
    }
}

impl Sink {
    pub fn for_target(target: &Target) -> Sink {
        Sink::into_table(&target.sql, target)
    }

    /// For another table, quoted, with the target's columns.
    pub fn into_table(table: &str, target: &Target) -> Sink {
        let columns = identifier::list(target.columns.iter().map(|column| column.name.as_str()));
        let (rows, format) = if target.as_text {
            (Rows::Text(Vec::new()), "text")
        } else {
            (Rows::Binary(Encoder::new()), "binary")
        };
        let statement = format!("COPY {table} ({columns}) FROM STDIN (FORMAT {format})");
        let bounds = vec![rows.len()];
        Sink { statement, rows, keys: Vec::new(), bounds }
    }

    pub fn clear(&mut self) {
        match &mut self.rows {
            Rows::Binary(encoder) => encoder.clear(),
            Rows::Text(buffer) => buffer.clear(),
        }
        self.keys.clear();
        self.bounds.clear();
        self.bounds.push(self.rows.len());
    }

    /// A hash of the rows that adds up: neither their order nor how they are cut into chunks
    /// counts.
    pub fn hash(&mut self) -> RowsHash {
        let length = self.rows.len();
        let bytes = match &mut self.rows {
            Rows::Binary(encoder) => encoder.finish(),
            Rows::Text(buffer) => buffer,
        };
        let rows = self.bounds.windows(2).map(|row| RowsHash::of(&bytes[row[0]..row[1]]));
        let sum = rows.sum();
        // `send` writes the trailer once more.
        if let Rows::Binary(encoder) = &mut self.rows {
            encoder.truncate(length);
        }
        sum
    }

    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// The source row behind a line of the COPY, from 1.
    pub fn key_of_line(&self, line: usize) -> Option<&Key> {
        self.keys.get(line.checked_sub(1)?)
    }

    /// Adds one row; `number` is the survivor's, for a surrogate key.
    pub fn push(
        &mut self,
        source: &Source,
        target: &Target,
        values: &Values,
        number: u32,
        key: &Key,
    ) {
        let surrogate = Value::Integer(i64::from(number));
        let columns = target.columns.iter().map(|column| {
            let is_surrogate = source.fields[column.field].input == FieldInput::Surrogate;
            (if is_surrogate { &surrogate } else { values.get(column.field) }, &column.kind)
        });
        match &mut self.rows {
            Rows::Binary(encoder) => {
                let count =
                    i16::try_from(target.columns.len()).expect("a table has at most 1,600 columns");
                encoder.start_row(count);
                for (value, kind) in columns {
                    value.encode(kind, encoder);
                }
            }
            Rows::Text(buffer) => {
                for (index, (value, _)) in columns.enumerate() {
                    if index > 0 {
                        buffer.push(b'\t');
                    }
                    push_text(value, buffer);
                }
                buffer.push(b'\n');
            }
        }
        self.keys.push(key.clone());
        self.bounds.push(self.rows.len());
    }

    /// Sends the rows within the session's transaction.
    ///
    /// # Errors
    /// PostgreSQL refuses one of them; its context names the line.
    pub fn send(&mut self, session: &mut Session) -> Result<()> {
        if self.keys.is_empty() {
            return Ok(());
        }
        let bytes = match &mut self.rows {
            Rows::Binary(encoder) => encoder.finish(),
            Rows::Text(buffer) => buffer,
        };
        send(session, &self.statement, bytes)
    }

    /// The same of some rows, by their numbers from 0.
    ///
    /// # Errors
    /// As [`Sink::send`].
    pub fn send_some(&mut self, session: &mut Session, rows: Range<usize>) -> Result<()> {
        let (first, last) = (self.bounds[rows.start], self.bounds[rows.end]);
        match &self.rows {
            Rows::Binary(encoder) => {
                send(session, &self.statement, encoder.part(first..last).finish())
            }
            Rows::Text(buffer) => send(session, &self.statement, &buffer[first..last]),
        }
    }
}

/// Hands a finished COPY stream to the server.
pub fn send(session: &mut Session, statement: &str, bytes: &[u8]) -> Result<()> {
    let mut writer = session.copy_in(statement)?;
    for slice in bytes.chunks(SLICE) {
        writer.write_all(slice)?;
    }
    writer.finish()?;
    Ok(())
}

/// Source: PostgreSQL documentation, COPY, "Text Format".
fn push_text(value: &Value, buffer: &mut Vec<u8>) {
    if value.is_null() {
        buffer.extend_from_slice(b"\\N");
        return;
    }
    for byte in value.to_string().bytes() {
        match byte {
            b'\\' => buffer.extend_from_slice(b"\\\\"),
            b'\t' => buffer.extend_from_slice(b"\\t"),
            b'\n' => buffer.extend_from_slice(b"\\n"),
            b'\r' => buffer.extend_from_slice(b"\\r"),
            other => buffer.push(other),
        }
    }
}
