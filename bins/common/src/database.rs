//! One connection, and a pool of them.

use std::time::{Duration, Instant};

use postgres::error::SqlState;
use postgres::types::ToSql;
use postgres::{Client, CopyInWriter, CopyOutReader, Row};
use r2d2_postgres::PostgresConnectionManager;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::settings::{PoolSettings, query_logging};
use crate::{Database, Error, Result, identifier, run};

/// A connection that turns every error of the server into our own, and prints each statement
/// with its time where `ENABLE_QUERY_LOGGING` asks for it.
///
/// Transactions are begun and ended by [`Session::begin`] and [`Session::commit`]; a session
/// dropped in between is rolled back by the server.
pub struct Session {
    client: Connection,
    log: bool,
    in_transaction: bool,
}

enum Connection {
    Own(Box<Client>),
    Pooled(Box<r2d2::PooledConnection<Manager>>),
}

type Manager = PostgresConnectionManager<MakeRustlsConnect>;

type Parameters<'a> = &'a [&'a (dyn ToSql + Sync)];

impl Session {
    /// Connects, once, without a pool.
    ///
    /// # Errors
    /// The server cannot be reached or refuses; the message says which and what to do.
    pub fn open(database: &Database) -> Result<Session> {
        let client = database
            .config
            .connect(database.tls.clone())
            .map_err(|error| explain(&error, database))?;
        Ok(Session {
            client: Connection::Own(Box::new(client)),
            log: query_logging(),
            in_transaction: false,
        })
    }

    /// The driver's own client, for what this type does not offer; such calls are not logged.
    pub fn client(&mut self) -> &mut Client {
        match &mut self.client {
            Connection::Own(client) => client,
            Connection::Pooled(client) => client,
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
        self.logged(sql, |client| client.batch_execute(sql))?;
        match sql.split_whitespace().next() {
            Some("BEGIN") => self.in_transaction = true,
            Some("COMMIT" | "ROLLBACK") => self.in_transaction = false,
            _ => {}
        }
        Ok(())
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
        if let Connection::Pooled(client) = &mut self.client {
            let end = if self.in_transaction { "ROLLBACK; RESET ALL" } else { "RESET ALL" };
            // A connection that is broken is thrown away by the pool.
            let _ = client.batch_execute(end);
        }
    }
}

/// Connections for workers, opened as they are asked for.
#[derive(Clone)]
pub struct Pool {
    pool: r2d2::Pool<Manager>,
    database: Database,
    timeout: Duration,
}

impl Pool {
    /// Connects once, then builds the pool: r2d2 by itself turns a wrong password into a wait for
    /// its timeout and a vague string.
    ///
    /// # Errors
    /// As [`Session::open`].
    pub fn open(database: &Database) -> Result<Pool> {
        drop(Session::open(database)?);
        let settings = PoolSettings::load()?;
        let manager = PostgresConnectionManager::new(database.config.clone(), database.tls.clone());
        let pool = r2d2::Pool::builder()
            .max_size(settings.connections)
            .min_idle(Some(0))
            .connection_timeout(settings.timeout)
            .test_on_check_out(false)
            .build_unchecked(manager);
        Ok(Pool { pool, database: database.clone(), timeout: settings.timeout })
    }

    /// Where its connections lead.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// The most connections the pool opens.
    pub fn size(&self) -> u32 {
        self.pool.max_size()
    }

    /// # Errors
    /// No connection became free, or none could be opened, within `DATABASE_POOL_TIMEOUT`.
    pub fn session(&self) -> Result<Session> {
        let client = self.pool.get().map_err(|error| {
            Error::new(format!(
                "no connection to {} within {} s: {error}",
                self.database,
                self.timeout.as_secs()
            ))
            .hint("DATABASE_POOL_SIZE, DATABASE_MAX_OVERFLOW and DATABASE_POOL_TIMEOUT set the limits; max_connections is the server's.")
        })?;
        Ok(Session {
            client: Connection::Pooled(Box::new(client)),
            log: query_logging(),
            in_transaction: false,
        })
    }
}

/// Says why a connection failed in the user's terms, and what to do.
fn explain(error: &postgres::Error, database: &Database) -> Error {
    let origin = &database.origin;
    let Some(server) = error.as_db_error() else {
        let refused = Error::from_connection(error)
            .context(format!("cannot connect to the database {database}"));
        return if database.private {
            refused.hint("`make dev-up` starts the private server.")
        } else {
            refused.hint(format!("Is the server running there? The address comes from {origin}."))
        };
    };
    let said = format!("PostgreSQL says: {} ({})", server.message(), server.code().code());
    let code = server.code();
    if [SqlState::INVALID_PASSWORD, SqlState::INVALID_AUTHORIZATION_SPECIFICATION].contains(code) {
        return Error::new(format!(
            "the server at {} refuses user `{}`",
            database.address, database.user
        ))
        .detail(said)
        .hint(format!("User and password come from {origin}, PGPASSWORD or the password file."));
    }
    if *code == SqlState::UNDEFINED_DATABASE {
        let create = if database.private {
            "`make dev-up` creates it.".to_owned()
        } else {
            format!(
                "Create it with `psql -c {}` on that server, or mend {origin}.",
                quote_for_shell(&format!("CREATE DATABASE {}", identifier::quote(&database.name)))
            )
        };
        return Error::new(format!(
            "the database `{}` does not exist at {}",
            database.name, database.address
        ))
        .detail(said)
        .hint(create);
    }
    Error::from(server).context(format!("cannot connect to the database {database}"))
}

fn quote_for_shell(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

impl Error {
    /// The driver says "error connecting to server: Connection refused (os error 111)".
    fn from_connection(error: &postgres::Error) -> Error {
        let mut cause: &dyn std::error::Error = error;
        while let Some(deeper) = cause.source() {
            cause = deeper;
        }
        Error::new(cause.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::quote_for_shell;

    #[test]
    fn quotes_survive_the_shell() {
        assert_eq!(quote_for_shell("it's"), "'it'\\''s'");
    }
}
