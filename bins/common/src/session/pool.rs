//! Connections for workers, opened as they are asked for and handed on clean.

use std::time::Duration;

use postgres::Client;

use super::connect;
use crate::settings::PoolSettings;
use crate::{Database, Error, Result, Session, Terms, pooling};

/// Connections to one database, on our terms.
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
    /// As [`Session::open`] and [`pooling::refuse`].
    pub fn open(database: &Database) -> Result<Pool> {
        pooling::refuse(database)?;
        let settings = PoolSettings::load()?;
        let pool = r2d2::Pool::builder()
            .max_size(settings.connections)
            .min_idle(Some(0))
            .connection_timeout(settings.timeout)
            .test_on_check_out(false)
            .build_unchecked(Manager(database.clone()));
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

    /// A connection on our terms.
    ///
    /// # Errors
    /// No connection became free, or none could be opened, within `DATABASE_POOL_TIMEOUT`.
    pub fn session(&self) -> Result<Session> {
        let mut connection = self.pool.get().map_err(|error| {
            Error::new(format!(
                "no connection to {} within {} s: {error}",
                self.database,
                self.timeout.as_secs()
            ))
            .hint("DATABASE_POOL_SIZE, DATABASE_MAX_OVERFLOW and DATABASE_POOL_TIMEOUT set the limits; max_connections is the server's.")
        })?;
        connection.is_clean = false;
        Ok(Session::pooled(connection))
    }

    /// A connection for the user's SQL.
    ///
    /// # Errors
    /// As [`Pool::session`].
    pub fn session_of_users(&self) -> Result<Session> {
        let mut session = self.session()?;
        session.batch("RESET ALL")?;
        Ok(session)
    }
}

/// A connection of the pool.
pub struct Pooled {
    pub client: Client,
    /// Whether it is as if it were new: without a transaction, with the settings that it began with.
    is_clean: bool,
}

impl Pooled {
    /// Ends what its last user left open. Where that fails, it is not handed on.
    pub fn clean(&mut self) {
        let renewed = format!("ROLLBACK; RESET ALL; {}", Terms::Ours.settings());
        self.is_clean = self.client.batch_execute(&renewed).is_ok();
    }
}

/// Opens connections, and throws those away that are not clean.
pub struct Manager(Database);

impl r2d2::ManageConnection for Manager {
    type Connection = Pooled;
    type Error = postgres::Error;

    fn connect(&self) -> Result<Pooled, postgres::Error> {
        Ok(Pooled { client: connect(&self.0, Terms::Ours)?, is_clean: true })
    }

    fn is_valid(&self, connection: &mut Pooled) -> Result<(), postgres::Error> {
        connection.client.is_valid(Duration::from_secs(1))
    }

    fn has_broken(&self, connection: &mut Pooled) -> bool {
        !connection.is_clean || connection.client.is_closed()
    }
}
