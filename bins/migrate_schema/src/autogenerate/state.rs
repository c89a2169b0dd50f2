//! Where the database is and where the files want it: both catalogs, and the plan between them.

use std::collections::BTreeSet;

use catalog::{Catalog, Options, Plan, Scope, Statement};
use common::{Database, Error, Project, Result, Session, identifier};
use postgres::error::SqlState;

use super::files::Files;
use super::kept::Kept;
use super::renamed;
use super::scratch::{Scratch, Workshop};
use crate::args::Aims;
use crate::revisions::Revisions;
use crate::version;

/// Both states. The shadow lives as long as this.
pub struct State {
    /// The whole database.
    pub start: Catalog,
    pub desired: Catalog,
    pub kept: Kept,
    pub options: Options,
    pub workshop: Workshop,
    pub shadow: Scratch,
}

impl State {
    /// Reads the database, and the files through a shadow.
    ///
    /// # Errors
    /// The database is not where the revisions end, or a file cannot be loaded.
    pub fn read(
        revisions: &Revisions,
        project: &Project,
        database: &Database,
        aims: &Aims,
    ) -> Result<State> {
        let files = Files::read(project)?;
        let mut target = Session::open(database)?;
        refuse_elsewhere(revisions, database, &mut target)?;
        let files = files.with_applied_scripts(project, &mut target)?;
        let (start, wanted) = std::thread::scope(|scope| {
            let read = || Catalog::read(&mut Session::open(database)?, &Scope::Database);
            let start = scope.spawn(read);
            let wanted = Wanted::load(database, &mut target, &files);
            (start.join().expect("reading does not panic"), wanted)
        });
        let (start, wanted) = (start?, wanted?);
        let mut hints = Vec::new();
        for script in files.own() {
            hints.extend(renamed::read(script, &wanted.catalog)?);
        }
        let options = Options {
            online: aims.online,
            allow_data_loss: aims.allow_data_loss,
            strict: aims.strict,
            // What the files never speak of is somebody else's.
            owners: files.speak_of_owners(),
            grants: files.speak_of_grants(),
            hints,
        };
        let kept = Kept::of(&start, &wanted.catalog, &wanted.partitions);
        let desired = kept.without(&wanted.catalog);
        let Wanted { workshop, shadow, .. } = wanted;
        Ok(State { start, desired, kept, options, workshop, shadow })
    }

    /// # Errors
    /// Values would be lost, a rename is ambiguous, or with `--strict` something is not modelled.
    pub fn plan(&self) -> Result<Plan> {
        catalog::plan(&self.kept.without(&self.start), &self.desired, &self.options)
    }
}

/// The files in a shadow.
struct Wanted {
    workshop: Workshop,
    shadow: Scratch,
    catalog: Catalog,
    /// Those that the schema files make.
    partitions: Vec<Vec<String>>,
}

impl Wanted {
    fn load(database: &Database, target: &mut Session, files: &Files) -> Result<Wanted> {
        let mut workshop = Workshop::open(database)?;
        let shadow = workshop.scratch()?;
        let mut session = Session::open(&shadow.database)?;
        let given = extensions(target, &mut session, files)?;
        let partitions = files.load(&mut session, &given)?;
        let catalog = Catalog::read(&mut session, &Scope::Database)?;
        Ok(Wanted { workshop, shadow, catalog, partitions })
    }
}

/// A plan that starts elsewhere than where the revisions end would leave out what lies between.
fn refuse_elsewhere(
    revisions: &Revisions,
    database: &Database,
    target: &mut Session,
) -> Result<()> {
    let graph = &revisions.graph;
    let rows = version::rows(target)?;
    let applied = version::applied(revisions, &rows, database)?;
    let heads: BTreeSet<usize> = graph.heads().into_iter().collect();
    let missing: Vec<&str> =
        heads.iter().filter(|head| !applied.contains(head)).map(|head| graph.id(*head)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let rows = rows.iter().map(String::as_str).collect::<Vec<_>>().join(" and ");
    let place = if rows.is_empty() { "base".to_owned() } else { rows };
    Err(Error::new(format!("{database} is at {place}, and the revisions go on to {}", missing.join(" and ")))
        .hint("`migrate_schema upgrade` first: the comparison begins where the revisions end. Nothing was written."))
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
                "A role that may create it, or a server by SHADOW_DATABASE_URL that has it for everybody, is needed. Nothing was written.",
            )
        })?;
    }
    Ok(schemas)
}

/// The statements that make a schema in a database that was just created.
pub fn from_nothing(catalog: &Catalog, options: &Options) -> Result<Vec<Statement>> {
    let fresh = Catalog::fresh(catalog.version, &catalog.user);
    let options =
        Options { online: false, allow_data_loss: true, hints: Vec::new(), ..options.clone() };
    Ok(catalog::plan(&fresh, catalog, &options)?.statements)
}
