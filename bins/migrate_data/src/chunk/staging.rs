//! What a chunk makes, put beside the tables instead of into them.

use common::{Result, Session};
use rows::copy::Encoder;

use super::Loader;
use crate::ledger::entries::Entries;
use crate::plan::Source;
use crate::refusal::{self, Refusal};
use crate::sink::{self, Sink};
use crate::survivors::Lookups;

impl<'p> Loader<'p> {
    /// A loader that fills these tables, one per target, and books whose names begin with `books`.
    pub fn staging(
        run: i64,
        source: &'p Source,
        lookups: &'p Lookups,
        tables: &[String],
        books: &'static str,
    ) -> Loader<'p> {
        let sinks = source.targets.iter().zip(tables);
        Loader {
            sinks: sinks.map(|(target, table)| Sink::into_table(table, target)).collect(),
            keys: Some(Vec::new()),
            entries: Entries::new(run, source).into_tables(books),
            ..Loader::new(run, source, lookups)
        }
    }

    /// Sends the rows made of one target; PostgreSQL may refuse one.
    ///
    /// # Errors
    /// The new database cannot be written.
    pub fn send_rows(
        &mut self,
        new: &mut Session,
        index: usize,
    ) -> Result<std::result::Result<(), Refusal>> {
        let name = &self.source.targets[index].name;
        match self.sinks[index].send(new) {
            Ok(()) => Ok(Ok(())),
            Err(error) => match Refusal::find(&error, name, &self.sinks[index]) {
                Some(refusal) => Ok(Err(refusal)),
                None if refusal::of_a_row(&error).is_some() => self.bisect(new, index, error),
                None => Err(error.context(format!("{name} cannot be loaded"))),
            },
        }
    }

    /// Sends the entries of the books.
    ///
    /// # Errors
    /// The new database cannot be written.
    pub fn send_entries(&mut self, new: &mut Session) -> Result<()> {
        self.entries.quarantine(new, &self.rejects, &self.raws)?;
        self.entries.lineage(new, &self.merged)
    }

    /// Sends the keys of all rows read to a table of them.
    ///
    /// # Errors
    /// The new database cannot be written.
    pub fn send_keys(&mut self, new: &mut Session, table: &str) -> Result<()> {
        let mut rows = Encoder::new();
        for key in self.keys.iter().flatten() {
            rows.start_row(2);
            rows.bytes(self.source.label.as_bytes());
            rows.bytes(key.to_string().as_bytes());
        }
        let statement = format!("COPY {table} (source, key) FROM STDIN (FORMAT binary)");
        sink::send(new, &statement, rows.finish())
    }
}
