//! Rows on their way into a table.

use std::io::Write;

use common::{Result, Session};
use rows::copy::Encoder;

/// The writer hands each slice to the connection's thread, so small ones cost a switch each.
const SLICE: usize = 128 * 1024;

/// Rows of one table, gathered in memory and sent as one binary COPY.
pub struct Batch {
    copy: String,
    pub rows: Encoder,
}

impl Batch {
    /// `table` and `columns` as they stand in SQL.
    pub fn new(table: &str, columns: &str) -> Batch {
        Batch {
            copy: format!("COPY {table} ({columns}) FROM STDIN (FORMAT binary)"),
            rows: Encoder::new(),
        }
    }

    /// Sends what was gathered, if anything, and begins anew.
    ///
    /// # Errors
    /// The server refuses the rows or the connection broke; no row of the batch is in the table.
    pub fn send(&mut self, session: &mut Session) -> Result<()> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let mut writer = session.copy_in(&self.copy)?;
        for slice in self.rows.finish().chunks(SLICE) {
            writer.write_all(slice)?;
        }
        writer.finish()?;
        self.rows.clear();
        Ok(())
    }
}
