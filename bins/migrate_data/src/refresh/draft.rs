//! What one source makes now, chunk by chunk, against what it made in the former run.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use common::{Error, Result, Session};

use super::layout::{Known, layout};
use super::refused::Kept;
use super::shape::Shape;
use super::stage::{BOOKS, KEYS, Stage};
use crate::chunk::Loader;
use crate::keys::Fingerprint;
use crate::ledger::Chunk;
use crate::ledger::account::Account;
use crate::ledger::surrogates;
use crate::load::Route;
use crate::plan::{Plan, Source};
use crate::progress;
use crate::refusal::Refusal;
use crate::rivals::{self, Rows};
use crate::snapshot::{Range, Reader, Snapshot};
use crate::source_load::MAX_REFUSED;
use crate::survey::{self, Refused, Surveyed};
use crate::transform::Lookups;
use crate::workers;

/// What is common to all sources of a later run.
pub struct Drafting<'a> {
    pub route: &'a Route<'a>,
    pub plan: &'a Plan,
    pub run: i64,
    pub snapshot: &'a Snapshot,
    pub shapes: &'a [Vec<Shape<'a>>],
    pub stage: &'a Stage,
}

/// Survivors' numbers, by what makes rows one.
type Numbers = Vec<(Fingerprint, u32)>;

/// One source's part of what changes.
#[derive(Debug, Default)]
pub struct Draft {
    /// Chunks that make something else than they did, with what they make now.
    pub changed: Vec<(Chunk, Account)>,
    /// By target: the ranges of keys whose rows are staged.
    pub ranges: Vec<Vec<Range>>,
    /// By target: whether anything of it is staged.
    pub is_staged: Vec<bool>,
    pub quarantined: i64,
    pub read: i64,
    /// Who survives, as a digest.
    pub digest: String,
    /// Indexes of targets, with numbers that nobody had before.
    pub numbers: Vec<(usize, Numbers)>,
}

impl Drafting<'_> {
    /// Surveys the sources of a circle, and stages what their chunks make where that is not what
    /// they made. `first` is the position of the circle's first source; `former` and `kept` are
    /// those of its sources.
    ///
    /// # Errors
    /// Either database fails; nothing but staging tables is written.
    pub fn draft(
        &self,
        first: usize,
        former: Vec<Vec<(Chunk, Account)>>,
        lookups: &mut Lookups,
        kept: &mut [Kept],
        old: &mut Session,
    ) -> Result<Vec<Draft>> {
        let circle = &self.plan.sources[first..first + former.len()];
        let shapes = &self.shapes[first..first + former.len()];
        let mut chunks = Vec::new();
        for (source, former) in circle.iter().zip(former) {
            chunks.push(layout(old, source, former)?);
        }
        'tries: loop {
            let mut drafts = self.survey(circle, &chunks, lookups, kept)?;
            for (index, draft) in drafts.iter_mut().enumerate() {
                let (source, shapes, chunks) = (&circle[index], &shapes[index], &chunks[index]);
                let pass = Pass { drafting: self, source, shapes, chunks, lookups };
                if !pass.compare(&mut kept[index], draft)? {
                    // A row that others may have merged into, or looked up, was refused: once
                    // more, without it.
                    self.empty_stage(first, circle.len())?;
                    continue 'tries;
                }
            }
            circle.iter().for_each(|source| self.plan.forget_unneeded(source, lookups));
            return Ok(drafts);
        }
    }

    fn empty_stage(&self, first: usize, sources: usize) -> Result<()> {
        let mut new = self.route.writer()?;
        let shapes = &self.shapes[first..first + sources];
        shapes.iter().try_for_each(|shapes| self.stage.empty(&mut new, shapes))
    }

    /// Drafts that know who survives, and nothing more.
    fn survey(
        &self,
        circle: &[Source],
        chunks: &[Vec<Known>],
        lookups: &mut Lookups,
        kept: &mut [Kept],
    ) -> Result<Vec<Draft>> {
        let ranges: Vec<Vec<Range>> = chunks
            .iter()
            .map(|chunks| chunks.iter().map(|(chunk, _)| chunk.range.clone()).collect())
            .collect();
        kept.iter_mut().for_each(|kept| kept.rivalry.forget(&mut kept.refused));
        loop {
            self.find_survivors(circle, &ranges, lookups, kept)?;
            let mut again = false;
            for (index, Kept { refused, rivalry }) in kept.iter_mut().enumerate() {
                let rows = Rows {
                    snapshot: self.snapshot,
                    source: &circle[index],
                    ranges: &ranges[index],
                    lookups,
                    workers: self.route.workers,
                };
                again |= rivalry.refuse_losers(&rows, refused)?;
            }
            if !again {
                break;
            }
        }
        let mut drafts = Vec::new();
        for source in circle {
            let mut draft = Draft::default();
            if source.needs_survey() {
                draft.digest = source.digest(lookups);
                draft.numbers = self.number(source, lookups)?;
            }
            drafts.push(draft);
        }
        Ok(drafts)
    }

    fn find_survivors(
        &self,
        circle: &[Source],
        ranges: &[Vec<Range>],
        lookups: &mut Lookups,
        kept: &[Kept],
    ) -> Result<()> {
        let bars: Vec<_> = circle.iter().map(|source| progress::bar(0, &source.label)).collect();
        let surveyed: Vec<_> = (0..circle.len())
            .map(|index| Surveyed {
                source: &circle[index],
                ranges: &ranges[index],
                refused: &kept[index].refused,
                bar: &bars[index],
            })
            .collect();
        survey::survey(self.snapshot, &surveyed, lookups, self.route.workers)?;
        bars.iter().for_each(indicatif::ProgressBar::finish_and_clear);
        Ok(())
    }

    /// Gives survivors the numbers they had, and numbers to others; these, by index of the target.
    fn number(&self, source: &Source, lookups: &mut Lookups) -> Result<Vec<(usize, Numbers)>> {
        let mut numbers = Vec::new();
        for (position, target) in source.targets.iter().enumerate() {
            let survivors = lookups[target.number].as_mut();
            if let Some(survivors) = survivors.filter(|survivors| survivors.is_numbered()) {
                let known = surrogates::known(&mut self.route.writer()?, self.run, target)?;
                survivors.number(&known);
                numbers.push((position, surrogates::unknown(survivors, &known)));
            }
        }
        Ok(numbers)
    }
}

/// One reading of a source's chunks.
struct Pass<'a> {
    drafting: &'a Drafting<'a>,
    source: &'a Source,
    shapes: &'a [Shape<'a>],
    chunks: &'a [Known],
    lookups: &'a Lookups,
}

impl Pass<'_> {
    /// Whether the source is done; not where it has to be surveyed again.
    fn compare(&self, Kept { refused, rivalry }: &mut Kept, draft: &mut Draft) -> Result<bool> {
        let known = Mutex::new(std::mem::take(refused));
        let changed = Mutex::new(Vec::new());
        let totals = Mutex::new((0_i64, 0_i64));
        let again = AtomicBool::new(false);
        self.for_each_chunk(|loader, streams, (chunk, former), stop| {
            loop {
                let now = lock(&known).clone();
                let account = loader.make(&mut streams.old, &chunk.range, &now)?.clone();
                if former.as_ref() == Some(&account) {
                    add(&totals, &account);
                    return Ok(());
                }
                let former = former.clone().unwrap_or_default();
                match self.put_beside(loader, &mut streams.new, &former, &account)? {
                    Ok(()) => {
                        add(&totals, &account);
                        lock(&changed).push((chunk.clone(), former, account));
                        return Ok(());
                    }
                    Err(refusal) => {
                        self.remember(&mut lock(&known), refusal)?;
                        if self.source.needs_survey() || rivalry.is_on() {
                            again.store(true, Ordering::Relaxed);
                            stop.set();
                            return Ok(());
                        }
                    }
                }
            }
        })?;
        *refused = known.into_inner().unwrap_or_else(PoisonError::into_inner);
        if again.into_inner() {
            return Ok(false);
        }
        (draft.read, draft.quarantined) = *lock(&totals);
        let changed = changed.into_inner().unwrap_or_else(PoisonError::into_inner);
        for shape in self.shapes {
            let other = changed
                .iter()
                .filter(|(_, former, account)| !former.makes_same(account, &shape.target.name));
            let ranges: Vec<Range> = other.map(|(chunk, _, _)| chunk.range.clone()).collect();
            draft.is_staged.push(!ranges.is_empty());
            draft.ranges.push(islands(ranges));
        }
        draft.changed = changed.into_iter().map(|(chunk, _, account)| (chunk, account)).collect();
        self.stage_whole(refused, draft)
    }

    fn remember(&self, refused: &mut Refused, refusal: Refusal) -> Result<()> {
        if rivals::others(refused) >= MAX_REFUSED {
            let label = &self.source.label;
            return Err(Error::new(format!("PostgreSQL refuses more than {MAX_REFUSED} rows of {label}"))
                .detail(format!("the last: {} {}: {}", label, refusal.key, refusal.reject.reason))
                .hint("A cleaner in the mapping should see what the table's constraints see. Nothing was changed."));
        }
        refused.insert(refusal.key, refusal.reject);
        Ok(())
    }

    /// What a chunk makes of tables that keep the key, with its entries of the books.
    fn put_beside(
        &self,
        loader: &mut Loader,
        new: &mut Session,
        former: &Account,
        account: &Account,
    ) -> Result<Result<(), Refusal>> {
        self.drafting.stage.make(new, self.drafting.shapes)?;
        new.begin()?;
        for shape in self.shapes.iter().filter(|shape| shape.kept_key.is_some()) {
            if former.makes_same(account, &shape.target.name) {
                continue;
            }
            if let Err(refusal) = loader.send_rows(new, shape.index)? {
                new.rollback()?;
                return Ok(Err(refusal));
            }
        }
        loader.send_entries(new)?;
        loader.send_keys(new, KEYS)?;
        new.commit()?;
        Ok(Ok(()))
    }

    /// Tables that do not keep the key are compared as a whole, so all chunks are made once more.
    fn stage_whole(&self, refused: &mut Refused, draft: &Draft) -> Result<bool> {
        let whole: Vec<usize> = self
            .shapes
            .iter()
            .filter(|shape| shape.kept_key.is_none() && draft.is_staged[shape.index])
            .map(|shape| shape.index)
            .collect();
        if whole.is_empty() {
            return Ok(true);
        }
        let found = Mutex::new(None);
        self.for_each_chunk(|loader, streams, (chunk, _), stop| {
            loader.make(&mut streams.old, &chunk.range, refused)?;
            streams.new.begin()?;
            for &index in &whole {
                if let Err(refusal) = loader.send_rows(&mut streams.new, index)? {
                    streams.new.rollback()?;
                    *lock(&found) = Some(refusal);
                    stop.set();
                    return Ok(());
                }
            }
            streams.new.commit()
        })?;
        let found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(match found {
            None => true,
            Some(refusal) => {
                self.remember(refused, refusal)?;
                false
            }
        })
    }

    fn for_each_chunk(
        &self,
        work: impl Fn(&mut Loader, &mut Streams<'_>, &Known, &workers::Stop) -> Result<()> + Sync,
    ) -> Result<()> {
        let Drafting { route, run, snapshot, .. } = *self.drafting;
        let tables: Vec<String> = self.shapes.iter().map(|shape| shape.stage.clone()).collect();
        let next = AtomicUsize::new(0);
        workers::run(route.workers.min(self.chunks.len()), |stop| {
            let mut streams = Streams { old: snapshot.stream()?, new: route.writer()? };
            streams.new.batch("SET synchronous_commit = off")?;
            let mut loader = Loader::staging(run, self.source, self.lookups, &tables, BOOKS);
            while !stop.is_set() {
                let Some(known) = self.chunks.get(next.fetch_add(1, Ordering::Relaxed)) else {
                    break;
                };
                work(&mut loader, &mut streams, known, stop)?;
            }
            Ok(())
        })
    }
}

struct Streams<'s> {
    old: Reader<'s>,
    new: Session,
}

fn add(totals: &Mutex<(i64, i64)>, account: &Account) {
    let mut totals = lock(totals);
    totals.0 += account.read;
    totals.1 += account.quarantined;
}

/// Ranges that follow each other, as one.
pub fn islands(ranges: Vec<Range>) -> Vec<Range> {
    let mut by_low: HashMap<Option<String>, Range> =
        ranges.into_iter().map(|range| (range.low.clone(), range)).collect();
    let highs: Vec<_> = by_low.values().filter_map(|range| range.high.clone()).collect();
    let firsts: Vec<_> = by_low
        .keys()
        .filter(|low| low.as_ref().is_none_or(|low| !highs.contains(low)))
        .cloned()
        .collect();
    let mut islands = Vec::new();
    for low in firsts {
        let Some(mut island) = by_low.remove(&low) else { continue };
        while let Some(next) = island.high.is_some().then(|| by_low.remove(&island.high)).flatten()
        {
            island.high = next.high;
        }
        islands.push(island);
    }
    islands
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::islands;
    use crate::snapshot::Range;

    #[test]
    fn ranges_that_follow_each_other_are_one() {
        let range = |low: Option<&str>, high: Option<&str>| Range {
            low: low.map(str::to_owned),
            high: high.map(str::to_owned),
        };
        let (first, second, third) =
            (range(None, Some("5")), range(Some("5"), Some("9")), range(Some("12"), None));
        let mut found = islands(vec![third.clone(), second, first]);
        found.sort_by_key(|range| range.low.clone());
        assert_eq!(found, [range(None, Some("9")), third]);
        assert_eq!(islands(vec![range(None, None)]), [range(None, None)]);
    }
}
