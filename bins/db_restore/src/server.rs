//! The server that a backup is restored to, seen from a database that is not at stake.

use std::path::Path;

use common::{Context, Database, Error, Result, Session, pooling};

/// The connection that creates, renames and drops databases.
pub struct Server {
    pub session: Session,
    /// As the session is connected: to the maintenance database.
    pub database: Database,
    /// `150018`
    pub version: i32,
    pub is_superuser: bool,
    /// `maintenance_work_mem`, in kB.
    pub sort_memory: i32,
    /// Where its data is, on its own machine; `None` where this user may not know.
    data_directory: Option<String>,
    /// Seconds since 1970.
    started: i64,
    may_create: bool,
}

impl Server {
    /// Connects to `postgres`, or to `template1` where that is missing or is the target itself.
    ///
    /// # Errors
    /// The server cannot be reached, refuses, is a pool per transaction, or has no database left to work from.
    pub fn open(configured: &Database, target: &str) -> Result<Server> {
        let mut missing = None;
        for name in ["postgres", "template1"] {
            if name == target {
                continue;
            }
            let database = configured.named(name);
            match pooling::session(&database) {
                Ok(session) => return Server::of(session, database),
                // All that is left of the server's SQLSTATE in common's letter.
                Err(error)
                    if error
                        .primary()
                        .ends_with(&format!("does not exist at {}", database.address)) =>
                {
                    missing = Some(error);
                }
                Err(error) => return Err(error.detail("Nothing was changed.")),
            }
        }
        let error =
            Error::new(format!("there is no database to work from while `{target}` is restored"));
        Err(match missing {
            Some(cause) => error.detail(cause.primary()),
            None => error,
        }
        .hint("db_restore connects to a database other than the restored one: create one named `postgres`. Nothing was changed."))
    }

    fn of(mut session: Session, database: Database) -> Result<Server> {
        session.batch("SET default_transaction_read_only = off")?;
        let row = session.query_one(include_str!("sql/server.sql"), &[])?;
        Ok(Server {
            version: row.get(0),
            is_superuser: row.get(1),
            may_create: row.get(2),
            sort_memory: row.get(3),
            data_directory: row.get(4),
            started: row.get(5),
            session,
            database,
        })
    }

    pub fn major(&self) -> i32 {
        self.version / 10_000
    }

    pub fn exists(&mut self, database: &str) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)";
        Ok(self.session.query_one(sql, &[&database])?.get(0))
    }

    /// Bytes that may still be written where the server keeps databases; `None` where that is not
    /// to be seen from here: on another machine, in a container, or closed to this user.
    pub fn free_space(&self) -> Option<u64> {
        let data = Path::new(self.data_directory.as_ref()?);
        // A folder of that name may be another server's: the third line tells when it started.
        let process = std::fs::read_to_string(data.join("postmaster.pid")).ok()?;
        let started: i64 = process.lines().nth(2)?.trim().parse().ok()?;
        if (started - self.started).abs() > 5 {
            return None;
        }
        db_backup::disk::free(&data.join("base"))
    }

    /// Whether CREATE DATABASE copies it: `template1`, and what is marked so.
    pub fn is_template(&mut self, database: &str) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1 AND datistemplate)";
        Ok(self.session.query_one(sql, &[&database])?.get(0))
    }

    /// Bytes of a database on disk; 0 where there is none of that name.
    pub fn size_of(&mut self, database: &str) -> Result<u64> {
        let sql = "SELECT coalesce(sum(pg_database_size(oid)), 0)::bigint FROM pg_database WHERE datname = $1";
        Ok(self.session.query_one(sql, &[&database])?.get::<_, i64>(0).unsigned_abs())
    }

    /// # Errors
    /// The user may not create databases.
    pub fn require_create(&self) -> Result<()> {
        if self.may_create {
            return Ok(());
        }
        let user = common::identifier::quote(&self.database.user);
        Err(Error::new(format!(
            "the user `{}` may not create databases at {}",
            self.database.user, self.database.address
        ))
        .hint(format!(
            "A superuser grants it by `ALTER ROLE {user} CREATEDB`, or restore as another user. Nothing was changed."
        )))
    }

    /// Those of the names that are no roles of this server.
    pub fn missing_roles(&mut self, names: &[String]) -> Result<Vec<String>> {
        let sql = "SELECT name FROM unnest($1::text[]) AS name
                   WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) ORDER BY name";
        let rows = self.session.query(sql, &[&names])?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    /// Those of the names that are no tablespaces of this server.
    pub fn missing_tablespaces(&mut self, names: &[String]) -> Result<Vec<String>> {
        let sql = "SELECT name FROM unnest($1::text[]) AS name
                   WHERE NOT EXISTS (SELECT FROM pg_tablespace WHERE spcname = name) ORDER BY name";
        let rows = self.session.query(sql, &[&names])?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    /// Keeps every other restore of the same target out for as long as this session lives.
    ///
    /// # Errors
    /// Another one is at work.
    pub fn take_turn(&mut self, scratch: &str) -> Result<()> {
        // "pgrf", and the name of the scratch database.
        let sql = "SELECT pg_try_advisory_lock(1885827686, hashtext($1))";
        if self.session.query_one(sql, &[&scratch])?.get(0) {
            return Ok(());
        }
        Err(Error::new(format!("another db_restore is working on `{scratch}`"))
            .hint("Wait for it to end. Nothing was changed."))
    }

    /// Ends every session of a database and waits until they are gone.
    ///
    /// # Errors
    /// One belongs to a user whose sessions this user may not end, or does not go.
    pub fn end_sessions(&mut self, database: &str) -> Result<()> {
        for _ in 0..150 {
            let sql = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                       WHERE datname = $1 AND pid <> pg_backend_pid()";
            let ended: i64 = self
                .session
                .query_one(sql, &[&database])
                .context(|| format!("the sessions of `{database}` cannot be ended"))?
                .get(0);
            if ended == 0 {
                return Ok(());
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        Err(Error::new(format!("the sessions of `{database}` do not end")))
    }
}
