//! COPY out of the server, for many short rows.
//!
//! The server sends each row as a message of its own, and the `postgres` crate enters and leaves
//! its runtime for each: half of a reader's time where rows are short. Here one entry reads a
//! whole COPY. This is the one place that is asynchronous, and it does not show outside.

use std::pin::pin;

use futures_util::TryStreamExt;
use tokio::runtime::Runtime;

use crate::copy::{Messages, Row};
use common::{Database, Result, Session, Terms};

/// A connection for settings, simple questions and `COPY … TO STDOUT`, on our terms.
pub struct CopyStream {
    runtime: Runtime,
    client: tokio_postgres::Client,
    /// A call failed, and with it the transaction it was in.
    has_failed: bool,
}

impl CopyStream {
    /// # Errors
    /// As [`Session::open`].
    pub fn open(database: &Database) -> Result<CopyStream> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let connected = runtime.block_on(database.config().connect(database.tls()));
        let Ok((client, connection)) = connected else {
            // The other way of connecting finds the words for what is wrong.
            Session::open(database, Terms::Ours)?;
            return Err(connected.err().expect("it is not Ok").into());
        };
        // Its errors are those of the client's calls.
        runtime.spawn(async { connection.await.unwrap_or_default() });
        let mut stream = CopyStream { runtime, client, has_failed: false };
        stream.batch(Terms::Ours.settings())?;
        Ok(stream)
    }

    /// Whether somebody else may go on with it.
    pub fn is_sound(&self) -> bool {
        !self.has_failed && !self.client.is_closed()
    }

    /// Sends text by the simple protocol.
    pub fn batch(&mut self, sql: &str) -> Result<()> {
        let sent = self.runtime.block_on(self.client.batch_execute(sql));
        self.has_failed |= sent.is_err();
        Ok(sent?)
    }

    /// The only value of a query's only row, as text, by the simple protocol.
    pub fn value(&mut self, sql: &str) -> Result<Option<String>> {
        let messages = self.runtime.block_on(self.client.simple_query(sql));
        self.has_failed |= messages.is_err();
        Ok(messages?.iter().find_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        }))
    }

    /// Hands the rows of a `COPY … TO STDOUT (FORMAT binary)` to `take`.
    ///
    /// # Errors
    /// As [`CopyStream::copy_out`]; the stream ended before its trailer.
    pub fn rows(&mut self, sql: &str, mut take: impl FnMut(Row<'_>) -> Result<()>) -> Result<()> {
        let mut messages = Messages::default();
        self.copy_out(sql, |message| messages.push(message, &mut take))?;
        messages.finish()
    }

    /// Hands what the server sends to `take`, row by row, up to the end of the COPY.
    ///
    /// # Errors
    /// The server ended the COPY with an error, the connection broke, or `take` failed.
    pub fn copy_out(&mut self, sql: &str, mut take: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let copied = self.runtime.block_on(async {
            let mut rows = pin!(self.client.copy_out(sql).await?);
            while let Some(row) = rows.try_next().await? {
                take(&row)?;
            }
            Ok(())
        });
        self.has_failed |= copied.is_err();
        copied
    }
}
