//! One connection, and on whose terms it runs.

mod pool; // many of them, handed on clean

use std::time::Instant;

use postgres::types::ToSql;
use postgres::{Client, CopyInWriter, CopyOutReader, Row};

pub use pool::Pool;
use pool::{Manager, Pooled};

use crate::settings::query_logging;
use crate::{Database, Error, Result, refused, run};

/// Whose statements a session runs, which decides under which settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Terms {
    /// Our own reads and writes: whatever server, database, role or `PGOPTIONS` set, a value means
    /// the same and looks the same. Not through a pooler that would hand these settings to others:
    /// [`pooling::refuse`](crate::pooling::refuse) comes first.
    Ours,
    /// The user's SQL, which means what it means in psql, and questions to whose answers no setting
    /// makes a difference.
    Users,
}

impl Terms {
    /// What is sent once to each connection. The `search_path` stays as it is in both.
    pub fn settings(self) -> &'static str {
        match self {
            Terms::Ours => include_str!("session.sql"),
            Terms::Users => "",
        }
    }
}

/// The driver's connection, on these terms.
pub(crate) fn connect(database: &Database, terms: Terms) -> Result<Client, postgres::Error> {
    let config = postgres::Config::from(database.config.clone());
    let mut client = config.connect(database.tls.clone())?;
    if terms == Terms::Ours {
        client.batch_execute(terms.settings())?;
    }
    Ok(client)
}

/// A connection that turns every error of the server into our own, and prints each statement
/// with its time where `ENABLE_QUERY_LOGGING` asks for it.
///
/// Transactions are begun and ended by [`Session::begin`] and [`Session::commit`]; a session
/// dropped in between is rolled back by the server.
pub struct Session {
    client: Connection,
    log: bool,
}

enum Connection {
    Own(Box<Client>),
    Pooled(Box<r2d2::PooledConnection<Manager>>),
}

type Parameters<'a> = &'a [&'a (dyn ToSql + Sync)];

impl Session {
    /// Connects, once, without a pool.
    ///
    /// # Errors
    /// The server cannot be reached or refuses; the message says which and what to do.
    pub fn open(database: &Database, terms: Terms) -> Result<Session> {
        let client =
            connect(database, terms).map_err(|error| refused::explain(&error, database))?;
        Ok(Session { client: Connection::Own(Box::new(client)), log: query_logging() })
    }

    pub(crate) fn pooled(connection: r2d2::PooledConnection<Manager>) -> Session {
        Session { client: Connection::Pooled(Box::new(connection)), log: query_logging() }
    }

    /// Goes on with these settings, whatever was set meanwhile.
    pub fn set(&mut self, terms: Terms) -> Result<()> {
        self.batch(terms.settings())
    }

    /// The driver's own client, for what this type does not offer; such calls are not logged.
    pub fn client(&mut self) -> &mut Client {
        match &mut self.client {
            Connection::Own(client) => client,
            Connection::Pooled(pooled) => &mut pooled.client,
        }
    }

    /// Without parameters a query is one message, which leaves no prepared statement behind: a
    /// pooler may hand the next one to another server process.
    pub fn query(&mut self, sql: &str, parameters: Parameters) -> Result<Vec<Row>> {
        self.logged(sql, |client| match parameters {
            [] => client.query_typed(sql, &[]),
            _ => client.query(sql, parameters),
        })
    }

    pub fn query_one(&mut self, sql: &str, parameters: Parameters) -> Result<Row> {
        self.logged(sql, |client| match parameters {
            [] => client.query_typed_one(sql, &[]),
            _ => client.query_one(sql, parameters),
        })
    }

    pub fn query_opt(&mut self, sql: &str, parameters: Parameters) -> Result<Option<Row>> {
        self.logged(sql, |client| match parameters {
            [] => client.query_typed_opt(sql, &[]),
            _ => client.query_opt(sql, parameters),
        })
    }

    pub fn execute(&mut self, sql: &str, parameters: Parameters) -> Result<u64> {
        self.logged(sql, |client| client.execute(sql, parameters))
    }

    /// Sends text by the simple protocol. Several statements in it are one implicit transaction,
    /// so CREATE INDEX CONCURRENTLY must come alone.
    pub fn batch(&mut self, sql: &str) -> Result<()> {
        self.logged(sql, |client| client.batch_execute(sql))
    }

    /// `COPY … FROM STDIN`. Hand the writer slices of 64 to 256 KiB and call `finish`.
    pub fn copy_in(&mut self, sql: &str) -> Result<CopyInWriter<'_>> {
        self.logged(sql, |client| client.copy_in(sql))
    }

    /// `COPY … TO STDOUT`.
    pub fn copy_out(&mut self, sql: &str) -> Result<CopyOutReader<'_>> {
        self.logged(sql, |client| client.copy_out(sql))
    }

    pub fn begin(&mut self) -> Result<()> {
        self.batch("BEGIN")
    }

    pub fn commit(&mut self) -> Result<()> {
        self.batch("COMMIT")
    }

    pub fn rollback(&mut self) -> Result<()> {
        self.batch("ROLLBACK")
    }

    fn logged<'a, T>(
        &'a mut self,
        sql: &str,
        send: impl FnOnce(&'a mut Client) -> Result<T, postgres::Error>,
    ) -> Result<T> {
        let log = self.log;
        let start = Instant::now();
        let result = send(self.client());
        if log {
            let took = start.elapsed().as_secs_f64() * 1000.0;
            let statement = sql.split_whitespace().collect::<Vec<_>>().join(" ");
            run::note(format_args!("{took:.1} ms  {statement}"));
        }
        result.map_err(Error::from)
    }
}

impl Drop for Session {
    /// The next user of a pooled connection finds it as if it were new.
    fn drop(&mut self) {
        if let Connection::Pooled(pooled) = &mut self.client {
            Pooled::clean(pooled);
        }
    }
}
