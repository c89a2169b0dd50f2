//! The desired state: the files in a shadow database, which is read.

use catalog::Catalog;
use common::{Database, Result, Session, Terms, identifier};
use postgres::error::SqlState;

use super::files::Files;
use super::observer::{self, Entries, Observer};
use super::scratch::{Scratch, Workshop};

/// The files in a shadow.
pub struct Wanted {
    pub workshop: Workshop,
    pub shadow: Scratch,
    pub catalog: Catalog,
    pub seen: Option<Entries>,
    /// Those that the schema files make.
    pub partitions: Vec<Vec<String>>,
}

impl Wanted {
    /// # Errors
    /// A scratch database cannot be made, or a file cannot be loaded.
    pub fn load(
        database: &Database,
        target: &mut Session,
        files: &Files,
        observer: Option<&Observer>,
    ) -> Result<Wanted> {
        let mut workshop = Workshop::open(database)?;
        let Shadow { mut scratch, mut session, mut given } =
            Shadow::open(&mut workshop, target, files)?;
        let mut second = Session::open(&scratch.database, Terms::Users)?;
        let partitions = match files.load_by_two([&mut session, &mut second], &given) {
            Some(Ok(partitions)) => partitions,
            None => files.load(&mut session, &given)?,
            Some(Err(_)) => {
                drop(scratch);
                Shadow { scratch, session, given } = Shadow::open(&mut workshop, target, files)?;
                files.load(&mut session, &given)?
            }
        };
        let shadow = scratch;
        let (catalog, seen) = observer::read(&mut session, &shadow.database, observer)?;
        Ok(Wanted { workshop, shadow, catalog, seen, partitions })
    }
}

/// A scratch database with the target's extensions, before the files.
struct Shadow {
    scratch: Scratch,
    session: Session,
    /// Schemas that were made for extensions.
    given: Vec<String>,
}

impl Shadow {
    fn open(workshop: &mut Workshop, target: &mut Session, files: &Files) -> Result<Shadow> {
        let scratch = workshop.scratch()?;
        let mut session = Session::open(&scratch.database, Terms::Users)?;
        let given = extensions(target, &mut session, files)?;
        Ok(Shadow { scratch, session, given })
    }
}

/// Gives the shadow the target's extensions, but for those that the files create themselves.
/// The names of the schemas that were made for them.
fn extensions(target: &mut Session, shadow: &mut Session, files: &Files) -> Result<Vec<String>> {
    let own = files.extensions();
    let mut schemas = Vec::new();
    for row in target.query(include_str!("sql/extensions.sql"), &[])? {
        let (name, version, schema): (String, String, String) =
            (row.get(0), row.get(1), row.get(2));
        if own.contains(&name) {
            continue;
        }
        let quoted = identifier::quote(&schema);
        let made = shadow.batch(&format!("CREATE SCHEMA {quoted}"));
        match made {
            Ok(()) => schemas.push(schema),
            // public, pg_catalog, or that of a former one.
            Err(error)
                if error.is(&SqlState::DUPLICATE_SCHEMA) || error.is(&SqlState::RESERVED_NAME) => {}
            Err(error) => return Err(error),
        }
        let create = format!(
            "CREATE EXTENSION IF NOT EXISTS {} SCHEMA {quoted} VERSION {}",
            identifier::quote(&name),
            identifier::literal(&version)
        );
        shadow.batch(&create).map_err(|error| {
            error.context(format!("the shadow database needs the extension `{name}`, as the target has it")).hint(
                "Use a role that may create it, or let SHADOW_DATABASE_URL name a server that has it for everybody. Nothing was written.",
            )
        })?;
    }
    Ok(schemas)
}
