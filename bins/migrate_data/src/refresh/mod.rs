//! A later run on a finished load: carries over what is new or changed in the old database, as if
//! all of it were loaded anew.
//!
//! Every chunk is read and cleaned once more. What it makes is compared with what the ledger says
//! it made, by hash; where that differs, its rows are staged and compared with those in the table.
//! Everything changes in one transaction: a later run that is killed has not happened, and nobody
//! sees half of it.

mod books;
mod difference;
mod draft;
mod foreign_keys;
mod foreign_rows;
mod joined_ranges;
mod layout;
mod partitions;
mod pass;
mod refused;
mod shape;
mod stage;

use std::collections::BTreeSet;

use common::identifier::{literal, quote};
use common::{Result, Session};
use rows::foreign_keys::loosen;

use crate::ledger::account::Account;
use crate::ledger::{self, Run};
use crate::plan::Plan;
use crate::route::Route;
use crate::snapshot;
use crate::survivors::Lookups;
use difference::Difference;
use draft::{Draft, Drafting};
use refused::Kept;
use shape::Shape;
use stage::Stage;

/// What is asked of a later run.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// Delete rows that nothing in the old database makes any more.
    pub prune: bool,
    /// Try rows again that PostgreSQL refused, though they are what they were.
    pub retry_refused: bool,
}

/// What became of one table.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    pub target: String,
    pub source: String,
    pub added: i64,
    pub changed: i64,
    pub removed: i64,
    /// Rows that came from the old database, are there no more, and stay.
    pub gone: i64,
}

#[derive(Debug)]
pub enum Refreshed {
    /// The old database makes what it made; nothing was written.
    Unchanged,
    Changed(Vec<Changes>),
    /// Nothing was changed.
    TooManyRejects {
        source: String,
        quarantined: i64,
        limit: String,
    },
}

/// Carries over what changed.
///
/// # Errors
/// Nothing was changed then.
pub fn refresh(route: &Route, plan: &Plan, run: &Run, wanted: Wanted) -> Result<Refreshed> {
    let mut rivals = BTreeSet::new();
    loop {
        match attempt(route, plan, run, wanted, &rivals)? {
            Attempt::Done(refreshed) => return Ok(refreshed),
            Attempt::Rivals(met) => rivals.extend(met),
        }
    }
}

enum Attempt {
    Done(Refreshed),
    /// Rows of these sources, by index, want one place in a key that the mapping does not keep:
    /// once more, with those left out who lose.
    Rivals(Vec<usize>),
}

fn attempt(
    route: &Route,
    plan: &Plan,
    run: &Run,
    wanted: Wanted,
    rivals: &BTreeSet<usize>,
) -> Result<Attempt> {
    let (snapshot, mut old) = snapshot::of_sources(route.old, plan, route.workers)?;
    let mut new = route.writer()?;
    ledger::create(&mut new)?;
    stage::drop_all(&mut new)?;
    let shapes = shape::shapes(plan, &mut new)?;
    let mut kept = refused::known(&mut new, &mut old, plan, run.number, wanted)?;
    rivals.iter().for_each(|&index| kept[index].rivalry.begin());
    let stage = Stage::default();
    let drafting = Drafting {
        route,
        plan,
        run: run.number,
        snapshot: &snapshot,
        shapes: &shapes,
        stage: &stage,
    };
    let mut drafts = Vec::new();
    let mut lookups: Lookups = (0..plan.target_count).map(|_| None).collect();
    for circle in plan.circles() {
        let first = drafts.len();
        let former = circle.iter().map(|source| Account::all(&mut new, run.number, source));
        let former = former.collect::<Result<_>>()?;
        let kept = &mut kept[first..first + circle.len()];
        drafts.extend(drafting.draft(first, former, &mut lookups, kept, &mut old)?);
    }
    drop(old);
    if drafts.iter().all(|draft| draft.changed.is_empty())
        && plan.checksum == run.checksum
        && !(wanted.prune && foreign_rows::has_gone(&mut new, plan, run.number)?)
    {
        stage::drop_all(&mut new)?;
        return Ok(Attempt::Done(Refreshed::Unchanged));
    }
    if let Some(over) = over_limit(plan, &drafts) {
        stage::drop_all(&mut new)?;
        return Ok(Attempt::Done(over));
    }
    foreign_rows::refuse(&mut new, plan, run.number)?;
    stage.make(&mut new, &shapes)?;
    let apply = Apply { plan, run, wanted, shapes: &shapes, drafts: &drafts, kept: &kept };
    match apply.apply(&mut new) {
        Ok(changes) => Ok(Attempt::Done(Refreshed::Changed(changes))),
        Err(error) => {
            new.rollback()?;
            stage::drop_all(&mut new)?;
            let Some(server) = error.server() else { return Err(error) };
            let constraint = server.constraint.as_deref();
            let met: Vec<usize> = (0..kept.len())
                .filter(|&index| kept[index].rivalry.may_begin(constraint))
                .collect();
            if !met.is_empty() {
                return Ok(Attempt::Rivals(met));
            }
            Err(error
                .context("what changed in the old database cannot be carried over")
                .hint("Nothing was changed. Rows that stay without --prune may be in the way; `migrate_data --restart` loads everything again."))
        }
    }
}

struct Apply<'a> {
    plan: &'a Plan,
    run: &'a Run,
    wanted: Wanted,
    shapes: &'a [Vec<Shape<'a>>],
    drafts: &'a [Draft],
    kept: &'a [Kept],
}

impl Apply<'_> {
    /// Everything in one transaction.
    fn apply(&self, new: &mut Session) -> Result<Vec<Changes>> {
        let run = self.run.number;
        for shape in self.shapes.iter().flatten() {
            new.batch(&format!("ANALYZE {}", shape.stage))?;
        }
        for books in ["stage_quarantine", "stage_lineage", "stage_keys", "quarantine", "lineage"] {
            new.batch(&format!("ANALYZE pgrefit.{books}"))?;
        }
        new.begin()?;
        new.batch("SET LOCAL lock_timeout = '10s'; SET LOCAL jit = off; SET LOCAL synchronous_commit = on")?;
        for target in self.plan.targets() {
            new.batch(&format!("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE", target.sql))?;
        }
        let differences: Vec<Difference> = self.differences().collect();
        let mut changes = Vec::new();
        let mut leaving = Vec::new();
        for difference in &differences {
            let mut own = Changes {
                target: difference.shape.target.name.clone(),
                source: difference.shape.source.label.clone(),
                ..Changes::default()
            };
            leaving.push(difference.find(new, &mut own)?);
            changes.push(own);
        }
        let tables: Vec<u32> = leaving.iter().map(|leaving| leaving.table).collect();
        let loosened = loosen(new, &tables, |key| foreign_keys::goes(key, &leaving))?;
        for (difference, leaving) in differences.iter().zip(&leaving) {
            difference.delete(new, leaving.moved)?;
        }
        for ((difference, leaving), changes) in differences.iter().zip(&leaving).zip(&mut changes) {
            difference.write(new, leaving.moved, changes)?;
        }
        loosened.tighten(new)?;
        for (index, draft) in self.drafts.iter().enumerate() {
            books::rewrite(new, run, self.plan, index, draft, &self.kept[index].refused)?;
        }
        for target in self.plan.targets() {
            for column in &target.columns {
                raise_sequence(new, &target.sql, &column.name)?;
            }
        }
        new.execute(
            "UPDATE pgrefit.load_run SET finished_at = clock_timestamp(), checksum = $2 WHERE run = $1",
            &[&run, &self.plan.checksum],
        )?;
        stage::drop_all(new)?;
        new.commit()?;
        Ok(changes)
    }

    fn differences(&self) -> impl Iterator<Item = Difference<'_>> {
        self.shapes.iter().zip(self.drafts).flat_map(|(shapes, draft)| {
            shapes.iter().map(|shape| Difference {
                shape,
                run: self.run.number,
                ranges: &draft.ranges[shape.index],
                prune: self.wanted.prune,
                is_staged: draft.is_staged[shape.index],
            })
        })
    }
}

/// The next value of a serial or identity column comes after the greatest; never back, as others
/// may have taken values since the load.
fn raise_sequence(new: &mut Session, table: &str, column: &str) -> Result<()> {
    let row = new.query_one("SELECT pg_get_serial_sequence($1, $2)", &[&table, &column])?;
    let Some(sequence) = row.get::<_, Option<String>>(0) else { return Ok(()) };
    new.batch(&format!(
        "SELECT setval({}, n.greatest) FROM (SELECT max({}) AS greatest FROM {table}) AS n, {sequence} AS q \
         WHERE n.greatest > q.last_value OR (n.greatest = q.last_value AND NOT q.is_called)",
        literal(&sequence),
        quote(column)
    ))
}

/// The first source with more quarantined rows than the mapping or the command line allow.
fn over_limit(plan: &Plan, drafts: &[Draft]) -> Option<Refreshed> {
    plan.sources.iter().zip(drafts).find_map(|(source, draft)| {
        let limit = plan.max_rejects?.passed(draft.quarantined, Some(draft.read))?;
        Some(Refreshed::TooManyRejects {
            source: source.label.clone(),
            quarantined: draft.quarantined,
            limit,
        })
    })
}
