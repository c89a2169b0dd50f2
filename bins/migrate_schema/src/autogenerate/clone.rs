//! A database that is like the target, to try a plan on.

use catalog::{Attribute, Catalog, Kind, Options, from_nothing};
use common::{Context, Database, Result, Session, Terms};

use super::apply::apply;
use super::observer::{self, Entries};
use super::proof::{Claim, failed};
use super::scratch::{Scratch, Workshop};
use super::words;

pub struct Clone {
    pub session: Session,
    /// What the observer sees of it.
    pub seen: Option<Entries>,
    scratch: Scratch,
}

impl Clone {
    pub fn database(&self) -> &Database {
        &self.scratch.database
    }

    /// The shadow, taken back to where the target is: a few statements, where a clone takes one for
    /// every object. `None` where it is another database then, be it by the order of columns.
    ///
    /// The way back is what is to be proved, too. So the observer must see the target itself at the
    /// end, and where it does not, a clone that was built tells whether that is the plan's fault.
    pub fn rewound(shadow: Scratch, claim: &Claim) -> Option<Clone> {
        let seen = claim.start_seen?;
        if !claim.job_made.is_empty() {
            return None;
        }
        let options = Options { online: false, allow_data_loss: true, ..claim.options.clone() };
        let hints = claim.renamed_back(claim.desired, claim.start);
        let back = catalog::plan(claim.desired, claim.start, &Options { hints, ..options }).ok()?;
        let mut session = Session::open(&shadow.database, Terms::Users).ok()?;
        apply(&mut session, &back.statements).ok()?;
        let (made, _) = observer::read(&mut session, &shadow.database, None).ok()?;
        let alike = rest(&made, claim.start, claim.options).ok()?.is_none()
            && columns(&made) == columns(claim.start);
        let seen = Some(seen.clone());
        alike.then_some(Clone { session, seen, scratch: shadow })
    }

    /// One made of what the target holds.
    ///
    /// # Errors
    /// It could not be made, or is not like the target.
    pub fn built(workshop: &mut Workshop, claim: &Claim) -> Result<Clone> {
        let scratch = workshop.scratch()?;
        let mut session = Session::open(&scratch.database, Terms::Users)?;
        let ddl = from_nothing(claim.start, claim.options)?;
        apply(&mut session, &ddl).context(|| "the clone could not be made".to_owned())?;
        session.batch(include_str!("sql/analyze.sql"))?;
        let (made, seen) = observer::read(&mut session, &scratch.database, claim.observer)?;
        same(&made, claim.start, claim.options, "the clone is not like the database")?;
        Ok(Clone { session, seen, scratch })
    }
}

/// The columns of all tables in their order, and whose they are.
fn columns(catalog: &Catalog) -> Vec<(&[String], Option<&str>)> {
    let mut columns: Vec<_> = catalog.of_kind(Kind::Column).collect();
    columns.sort_by_key(|column| (&column.id.path[..2], column.position));
    columns
        .into_iter()
        .map(|column| (column.id.path.as_slice(), column.get(Attribute::Inherited)))
        .collect()
}

/// The second plan must be empty.
pub fn same(found: &Catalog, wanted: &Catalog, options: &Options, otherwise: &str) -> Result<()> {
    match rest(found, wanted, options)? {
        None => Ok(()),
        Some(changes) => Err(failed(otherwise).detail(changes)),
    }
}

/// What is still to be done from the one to the other, in words.
fn rest(found: &Catalog, wanted: &Catalog, options: &Options) -> Result<Option<String>> {
    if found == wanted {
        return Ok(None);
    }
    let options = Options { allow_data_loss: true, hints: Vec::new(), ..options.clone() };
    let rest = catalog::plan(found, wanted, &options)?;
    Ok((!rest.is_empty()).then(|| words::changes(&rest, wanted).join("\n")))
}
