//! Which row PostgreSQL refuses where its error names no line of the COPY: one that a trigger raises
//! after the rows are in.

use std::ops::Range;
use std::result::Result as StdResult;

use common::{Error, Result, Session};

use super::Loader;
use crate::refusal::{Refusal, of_a_row};

impl Loader<'_> {
    /// Sends the rows of one target again by halves, each undone, until one row is left that
    /// PostgreSQL refuses by itself. The transaction is good for nothing but to be rolled back then.
    ///
    /// # Errors
    /// `error`, which the whole had, where no row is refused by itself.
    pub(super) fn bisect(
        &mut self,
        new: &mut Session,
        index: usize,
        error: Error,
    ) -> Result<StdResult<(), Refusal>> {
        new.rollback()?;
        new.begin()?;
        for earlier in &mut self.sinks[..index] {
            earlier.send(new)?;
        }
        new.batch("SAVEPOINT half")?;
        let mut rows = 0..self.sinks[index].len();
        let mut said = error;
        while rows.len() > 1 {
            let middle = rows.start + rows.len() / 2;
            if let Some(refused) = self.refused(new, index, rows.start..middle)? {
                (said, rows.end) = (refused, middle);
            } else if let Some(refused) = self.refused(new, index, middle..rows.end)? {
                (said, rows.start) = (refused, middle);
            } else {
                break;
            }
        }
        let name = &self.source.targets[index].name;
        let key = if rows.len() == 1 { self.sinks[index].key_of_line(rows.end) } else { None };
        match (key, of_a_row(&said)) {
            (Some(key), Some(server)) => Ok(Err(Refusal::of(server, name, key))),
            _ => Err(said.context(format!("{name} cannot be loaded")).hint(
                "No row is refused on its own, only several together. What was loaded before stays.",
            )),
        }
    }

    /// What PostgreSQL says against some of the rows, if anything.
    fn refused(
        &mut self,
        new: &mut Session,
        index: usize,
        rows: Range<usize>,
    ) -> Result<Option<Error>> {
        let sent = self.sinks[index].send_some(new, rows);
        new.batch("ROLLBACK TO SAVEPOINT half")?;
        match sent {
            Ok(()) => Ok(None),
            Err(error) if of_a_row(&error).is_some() => Ok(Some(error)),
            Err(error) => Err(error),
        }
    }
}
