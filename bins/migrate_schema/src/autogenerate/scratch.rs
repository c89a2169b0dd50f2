//! Databases of our own on somebody's server: shadow and clone. They are gone when they are
//! dropped here, and where the process was killed, when the next one makes its first.

use common::pooling::refuse_shared_backends;
use common::settings::variable;
use common::{Database, Error, Result, Session, Terms, identifier};
use postgres::error::SqlState;

/// The beginning of every such name; the eight hexadecimal digits after it are the number of the
/// advisory lock that its owner holds as long as it lives.
const PREFIX: &str = "pgrefit_scratch_";
/// `pgrs`, the first half of the lock's key.
const FAMILY: i32 = 0x7067_7273;

/// Where scratch databases are made: the target's own server, or that of SHADOW_DATABASE_URL.
pub struct Workshop {
    place: Database,
    session: Session,
    /// What a new database must share with the target, as options of CREATE DATABASE.
    likeness: String,
    /// Settings of the target's sessions that change what a file means.
    settings: String,
}

impl Workshop {
    /// Also drops what killed runs left behind.
    ///
    /// # Errors
    /// The shadow's server is of another major version than the target's, or a pool stands in
    /// between.
    pub fn open(target: &Database) -> Result<Workshop> {
        let mut asked = Session::open(target, Terms::Users)?;
        let row = asked.query_one(include_str!("sql/likeness.sql"), &[])?;
        let (version, likeness, settings): (i32, String, String) =
            (row.get(0), row.get(1), row.get(2));
        let (place, mut session) = match variable("SHADOW_DATABASE_URL") {
            None => (target.clone(), asked),
            Some(url) => {
                let place = Database::from_url("SHADOW_DATABASE_URL", &url)?;
                let session = Session::open(&place, Terms::Users)?;
                (place, session)
            }
        };
        refuse_other_version(&mut session, version)?;
        refuse_shared_backends(&mut session, &place)?;
        let mut workshop = Workshop { place, session, likeness, settings };
        workshop.sweep()?;
        Ok(workshop)
    }

    /// An empty database, with the target's encoding, locale and settings.
    ///
    /// # Errors
    /// The role may not create databases.
    pub fn scratch(&mut self) -> Result<Scratch> {
        let number: u32 = rand::random();
        let name = format!("{PREFIX}{number:08x}");
        let mut keeper = Session::open(&self.place, Terms::Users)?;
        keeper.batch(&format!("SELECT pg_advisory_lock({FAMILY}, {})", number.cast_signed()))?;
        let create = format!("CREATE DATABASE {name} TEMPLATE template0 {}", self.likeness);
        keeper.batch(&create).map_err(|error| self.explain(error))?;
        let database = self.place.named(&name);
        let mut scratch = Scratch { database, keeper };
        scratch.keeper.batch(&format!(
            "COMMENT ON DATABASE {name} IS 'pgrefit: gone when the command that made it ends'"
        ))?;
        scratch.database = scratch.database.with_options(&self.settings);
        Ok(scratch)
    }

    /// Drops the scratch databases whose owners are dead.
    fn sweep(&mut self) -> Result<()> {
        for row in self.session.query(include_str!("sql/scratch_left.sql"), &[&PREFIX, &FAMILY])? {
            let name: String = row.get(0);
            let drop = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", identifier::quote(&name));
            match self.session.batch(&drop) {
                Err(error) if !error.is(&SqlState::UNDEFINED_DATABASE) => return Err(error),
                _ => common::note(format_args!("dropped {name}, which a killed run left behind")),
            }
        }
        Ok(())
    }

    fn explain(&self, error: Error) -> Error {
        if !error.is(&SqlState::INSUFFICIENT_PRIVILEGE) {
            return error
                .context(format!("no shadow database could be made at {}", self.place.address));
        }
        let user = &self.place.user;
        Error::new(format!("role `{user}` may not create databases at {}", self.place.address))
            .detail("the schema files are loaded into a shadow database, which is dropped again")
            .hint(format!(
                "`ALTER ROLE {} CREATEDB`, or let SHADOW_DATABASE_URL name a server where it may. Nothing was written.",
                identifier::quote(user)
            ))
    }
}

/// One database, dropped with this value.
pub struct Scratch {
    pub database: Database,
    /// Holds the lock that tells others that the owner lives.
    keeper: Session,
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Where this fails the connection is gone, and the next run sweeps.
        let drop = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.database.name);
        std::mem::drop(self.keeper.batch(&drop));
    }
}

/// A definition reads the same only in the words of one major version.
fn refuse_other_version(session: &mut Session, target: i32) -> Result<()> {
    let here: i32 =
        session.query_one("SELECT current_setting('server_version_num')::int", &[])?.get(0);
    if here / 10_000 == target / 10_000 {
        return Ok(());
    }
    Err(Error::usage(format!(
        "SHADOW_DATABASE_URL is PostgreSQL {}, the target is {}",
        here / 10_000,
        target / 10_000
    ))
    .hint("Both must have the same major version, because each writes definitions in its own words. Nothing was written."))
}
