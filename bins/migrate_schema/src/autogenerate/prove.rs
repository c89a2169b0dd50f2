//! The whole chain in a scratch database: up, down, up again, and the same schema each time.

use std::time::Instant;

use catalog::{Catalog, Options, Scope};
use common::{Context, Database, Error, Result, Session, Terms, progress, say};

use super::scratch::{Scratch, Workshop};
use super::words;
use crate::arguments::Patience;
use crate::change::Change;
use crate::graph::Set;
use crate::graph::plan::Direction;
use crate::revisions::Revisions;

/// Runs every revision up, one by one, then every one down, then all up again, and compares the
/// schema after each with what it was before. The user's own database is only asked what it is
/// like.
///
/// # Errors
/// A revision fails, or its downgrade leads elsewhere; the revision and the difference are named.
pub fn prove(revisions: &Revisions, database: &Database) -> Result<()> {
    let start = Instant::now();
    let mut workshop = Workshop::open(database)?;
    let mut chain = Chain::of(revisions, workshop.scratch()?)?;
    chain.up(|_, _| Ok(()))?;
    let lowest = chain.down()?;
    let top = chain.states.clone();
    chain.up(|index, found| same(revisions, index, found, &top[&index], "a second upgrade of"))?;
    let count = i64::try_from(revisions.graph.len()).unwrap_or(i64::MAX);
    let below = match lowest {
        None => String::new(),
        Some(id) => format!(", down to {id}, which cannot be undone"),
    };
    say(format_args!(
        "{} proved{below}: up, down and up again make the same schemas ({})",
        progress::count(count, "revision"),
        progress::seconds(start.elapsed())
    ));
    Ok(())
}

struct Chain<'a> {
    revisions: &'a Revisions,
    scratch: Scratch,
    session: Session,
    order: Vec<usize>,
    applied: Set,
    /// The schema before anything.
    base: Catalog,
    /// The schema after each revision.
    states: std::collections::BTreeMap<usize, Catalog>,
}

impl<'a> Chain<'a> {
    fn of(revisions: &'a Revisions, scratch: Scratch) -> Result<Chain<'a>> {
        let mut session = Session::open(&scratch.database, Terms::Users)?;
        let base = Catalog::read(&mut session, &Scope::Database)?;
        let order = revisions.graph.in_order(&revisions.graph.all());
        Ok(Chain {
            revisions,
            scratch,
            session,
            order,
            applied: Set::new(),
            base,
            states: Default::default(),
        })
    }

    fn up(&mut self, check: impl Fn(usize, &Catalog) -> Result<()>) -> Result<()> {
        for index in self.order.clone() {
            if self.applied.insert(index) {
                self.go(Direction::Upgrade, index)?;
                let state = Catalog::read(&mut self.session, &Scope::Database)?;
                check(index, &state)?;
                self.states.insert(index, state);
            }
        }
        Ok(())
    }

    /// Down to base, or to the revision that cannot be undone; its id then.
    fn down(&mut self) -> Result<Option<String>> {
        for (place, index) in self.order.clone().into_iter().enumerate().rev() {
            let file = self.revisions.file(index);
            if file.is_irreversible() {
                return Ok(Some(file.node.id.clone()));
            }
            self.applied.remove(&index);
            self.go(Direction::Downgrade, index)?;
            let found = Catalog::read(&mut self.session, &Scope::Database)?;
            let before = match place.checked_sub(1) {
                Some(place) => &self.states[&self.order[place]],
                None => &self.base,
            };
            same(self.revisions, index, &found, before, "the downgrade of")?;
        }
        Ok(None)
    }

    fn go(&self, direction: Direction, index: usize) -> Result<()> {
        let change = Change::of(self.revisions, self.scratch.database.clone(), false);
        let id = self.revisions.graph.id(index);
        change.to(direction, &self.applied, &Patience::default()).context(|| {
            format!("the {} of revision {id} fails in a scratch database", direction.word())
        })
    }
}

/// # Errors
/// They differ.
fn same(
    revisions: &Revisions,
    index: usize,
    found: &Catalog,
    wanted: &Catalog,
    what: &str,
) -> Result<()> {
    let plan =
        catalog::plan(found, wanted, &Options { allow_data_loss: true, ..Options::default() })?;
    if plan.is_empty() {
        return Ok(());
    }
    let file = revisions.file(index);
    Err(Error::new(format!(
        "{}: {what} revision {} leads to a different schema",
        file.script.path.display(),
        file.node.id
    ))
    .detail(format!("this is still missing then:\n{}", words::changes(&plan, wanted).join("\n")))
    .hint("Fix its two parts so that they undo each other. Your database was not touched."))
}
