//! Where the database is and where the files want it: both catalogs, and the plan between them.

use std::collections::BTreeSet;

use catalog::{Catalog, Options, Plan, Scope};
use common::{Database, Error, Project, Result, Session, Terms};

use super::files::Files;
use super::job_made::JobMade;
use super::observer::{Aspects, Entries, Observer};
use super::renamed;
use super::scratch::{Scratch, Workshop};
use super::wanted::Wanted;
use crate::arguments::Aims;
use crate::revisions::Revisions;
use crate::version;

/// Both states. The shadow lives as long as this.
pub struct State {
    /// The whole database.
    pub start: Catalog,
    pub desired: Catalog,
    pub job_made: JobMade,
    pub options: Options,
    pub workshop: Workshop,
    pub shadow: Scratch,
    /// Who looks on, or why nobody does; `None` where nobody was asked to.
    pub observer: Option<Result<Observer, String>>,
    /// What the observer sees of the database, unless it may not look at all of it.
    pub start_seen: Option<Entries>,
    pub desired_seen: Option<Entries>,
}

impl State {
    /// Reads the database, and the files through a shadow; for a proof, an outside observer looks
    /// at both meanwhile.
    ///
    /// # Errors
    /// The database is not where the revisions end, or a file cannot be loaded.
    pub fn read(
        revisions: &Revisions,
        project: &Project,
        database: &Database,
        aims: &Aims,
        purpose: Purpose,
    ) -> Result<State> {
        let files = Files::read(project)?;
        let mut target = Session::open(database, Terms::Users)?;
        refuse_elsewhere(revisions, database, &mut target)?;
        let files = files.with_applied_scripts(project, &mut target)?;
        // What the files never speak of is somebody else's.
        let aspects = Aspects { owners: files.speak_of_owners(), grants: files.speak_of_grants() };
        let observer = match purpose {
            Purpose::Comparison => None,
            Purpose::Proof => Some(Observer::find(server_version(&mut target)?, aspects)),
        };
        let looking = observer.as_ref().and_then(|observer| observer.as_ref().ok());
        let (start, wanted) = std::thread::scope(|scope| {
            let read = || -> Result<(Catalog, Option<Entries>)> {
                let catalog =
                    Catalog::read(&mut Session::open(database, Terms::Users)?, &Scope::Database)?;
                Ok((catalog, looking.and_then(|observer| observer.look(database).ok())))
            };
            let start = scope.spawn(read);
            let wanted = Wanted::load(database, &mut target, &files, looking);
            (start.join().expect("reading does not panic"), wanted)
        });
        let ((start, start_seen), wanted) = (start?, wanted?);
        let job_made = JobMade::of(&start, &wanted.catalog, &wanted.partitions);
        let mut hints = Vec::new();
        for script in files.own() {
            hints.extend(renamed::read(script, &wanted.catalog)?);
        }
        let options = Options {
            online: aims.online,
            allow_data_loss: aims.allow_data_loss,
            strict: aims.strict,
            owners: aspects.owners,
            grants: aspects.grants,
            hints,
            job_made: job_made.paths(),
        };
        let desired = job_made.without(&wanted.catalog);
        let Wanted { workshop, shadow, seen: desired_seen, .. } = wanted;
        Ok(State {
            start,
            desired,
            job_made,
            options,
            workshop,
            shadow,
            observer,
            start_seen,
            desired_seen,
        })
    }

    /// # Errors
    /// Values would be lost, a rename is ambiguous, or with `--strict` something is not modelled.
    pub fn plan(&self) -> Result<Plan> {
        catalog::plan(&self.start, &self.desired, &self.options)
    }

    /// The plan and the desired state, for whom they are all that is wanted; the shadow is dropped
    /// meanwhile.
    ///
    /// # Errors
    /// As [`State::plan`].
    pub fn into_plan(self) -> Result<(Plan, Catalog)> {
        let State { start, desired, options, shadow, .. } = self;
        let plan = std::thread::scope(|scope| {
            scope.spawn(move || drop(shadow));
            catalog::plan(&start, &desired, &options)
        });
        Ok((plan?, desired))
    }
}

/// What both states are read for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Comparison,
    Proof,
}

fn server_version(session: &mut Session) -> Result<u32> {
    let row = session.query_one("SELECT current_setting('server_version_num')::int", &[])?;
    Ok(row.get::<_, i32>(0).unsigned_abs())
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
        .hint("Run `migrate_schema upgrade` first: the comparison begins where the revisions end. Nothing was written."))
}
