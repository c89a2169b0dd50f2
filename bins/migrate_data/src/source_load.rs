//! One source: its chunks, by several workers.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard};

use common::{Error, Result, Session};
use indicatif::ProgressBar;
use rows::{RowsHash, Snapshot, workers};

use crate::chunk::Loader;
use crate::ledger::{self, refused, resume};
use crate::plan::{Plan, Source};
use crate::progress;
use crate::refusal::Refusal;
use crate::rivals::{self, Rivalry, Rows};
use crate::route::{Ending, Route};
use crate::snapshot::{self, Range};
use crate::survey::{Refused, Surveyed};
use crate::survivors::Lookups;

/// Rows of one source that PostgreSQL may refuse: each costs one more try of its chunk.
pub const MAX_REFUSED: usize = 1_000;

pub struct SourceLoad<'a> {
    route: &'a Route<'a>,
    plan: &'a Plan,
    run: i64,
    pub source: &'a Source,
    ranges: Vec<Range>,
    /// An earlier try of this run laid out the chunks.
    pub is_resumed: bool,
    refused: Refused,
    rivalry: Rivalry,
    bar: ProgressBar,
}

impl<'a> SourceLoad<'a> {
    /// Lays out the chunks, or takes those that an earlier try of this run laid out.
    ///
    /// # Errors
    /// The source's key does not name every row.
    pub fn prepare(
        route: &'a Route,
        plan: &'a Plan,
        run: i64,
        position: usize,
        source: &'a Source,
        coordinator: &mut Session,
    ) -> Result<SourceLoad<'a>> {
        let mut ledger = route.writer()?;
        let mut ranges = ledger::chunks(&mut ledger, run, &source.label)?;
        let is_resumed = !ranges.is_empty();
        let rows = snapshot::count(coordinator, source)?;
        if is_resumed {
            resume::recount(&mut ledger, run, source, rows)?;
        } else {
            let size = snapshot::chunk_rows(coordinator, source, rows)?;
            ranges = snapshot::ranges(coordinator, source, rows, size)?;
            ledger::lay_out(&mut ledger, run, position, source, rows, &ranges)?;
        }
        let passes = 1 + i64::from(source.needs_survey());
        let bar = progress::bar(u64::try_from(rows * passes).unwrap_or(0), &source.label);
        let refused = refused::known(&mut ledger, run, source)?;
        let rivalry = Rivalry::of(&mut ledger, plan, source, &refused)?;
        Ok(SourceLoad { route, plan, run, source, ranges, is_resumed, refused, rivalry, bar })
    }

    /// Whether the keys in the committed ranges are no longer those that were read.
    pub fn has_other_keys(&self, snapshot: &Snapshot, ledger: &mut Session) -> Result<bool> {
        if !self.is_resumed {
            return Ok(false);
        }
        let (ranges, read) = resume::committed(ledger, self.run, self.source)?;
        if self.source.key.is_place() {
            // The same place may hold another row by now.
            return Ok(!ranges.is_empty());
        }
        let mut there = RowsHash::default();
        let mut stream = snapshot.stream()?;
        for range in &ranges {
            stream.rows(&self.source.keys_sql(&range.predicate(self.source)), |row| {
                there += RowsHash::of(row.get(0).unwrap_or_default());
                Ok(())
            })?;
        }
        Ok(there != read)
    }

    /// Takes back what is loaded of it.
    pub fn start_over(&self, ledger: &mut Session) -> Result<()> {
        refused::start_over(ledger, self.run, self.source)?;
        self.bar.set_position(0);
        Ok(())
    }

    /// Its part of a survey.
    pub fn surveyed(&self) -> Surveyed<'_> {
        Surveyed {
            source: self.source,
            ranges: &self.ranges,
            refused: &self.refused,
            bar: &self.bar,
        }
    }

    /// Forgets who lost a place in a key, before it is found out once more.
    pub fn forget_losers(&mut self) {
        self.rivalry.forget(&mut self.refused);
    }

    /// Finds out who loses a place in a key; whether that changes who survives.
    pub fn refuse_losers(&mut self, snapshot: &Snapshot, lookups: &Lookups) -> Result<bool> {
        let (source, workers) = (self.source, self.route.workers);
        let rows = Rows { snapshot, source, ranges: &self.ranges, lookups, workers };
        self.rivalry.refuse_losers(&rows, &mut self.refused)
    }

    /// Writes down who is refused, where it was found out here.
    pub fn remember_losers(&self, ledger: &mut Session) -> Result<()> {
        if !self.rivalry.is_on() {
            return Ok(());
        }
        ledger.begin()?;
        refused::replace(ledger, self.run, self.source, &self.refused)?;
        ledger.commit()
    }

    /// Whether others survive than an earlier try found.
    pub fn has_other_survivors(&self, ledger: &mut Session, lookups: &Lookups) -> Result<bool> {
        let former = resume::survivors(ledger, self.run, self.source)?;
        Ok(former.is_some_and(|former| former != self.source.digest(lookups)))
    }

    /// Writes down who survives.
    pub fn remember_survivors(&self, ledger: &mut Session, lookups: &Lookups) -> Result<()> {
        let digest = self.source.digest(lookups);
        resume::remember_survivors(ledger, self.run, self.source, &digest, lookups)
    }

    /// Adds to the time that it has taken.
    pub fn took(&self, ledger: &mut Session, seconds: f64) -> Result<()> {
        self.bar.finish_and_clear();
        ledger::add_seconds(ledger, self.run, &self.source.label, seconds)
    }

    /// Loads the chunks that are still open; `None` where the source has to be surveyed again.
    pub fn load_chunks(
        &mut self,
        snapshot: &Snapshot,
        lookups: &Lookups,
    ) -> Result<Option<Ending>> {
        let mut ledger = self.route.writer()?;
        let chunks = ledger::open_chunks(&mut ledger, self.run, &self.source.label)?;
        let already = self.rejects(&mut ledger)?.0;
        let quarantined = AtomicI64::new(already);
        let survey_again = AtomicBool::new(false);
        let rivals_met = AtomicBool::new(false);
        let refused = Mutex::new(std::mem::take(&mut self.refused));
        workers::share(self.route.workers, &chunks, |chunks| {
            let mut old = snapshot.stream()?;
            let mut new = self.route.writer()?;
            // What a crash of the server takes back, it takes back together with its ledger row.
            new.batch("SET synchronous_commit = off")?;
            let mut loader = Loader::new(self.run, self.source, lookups);
            while let Some(chunk) = chunks.next() {
                while !chunks.is_stopped() {
                    let known = lock(&refused).clone();
                    match loader.load(&mut old, &mut new, chunk, &known)? {
                        Ok(account) => {
                            self.bar.inc(u64::try_from(account.read).unwrap_or(0));
                            let total = account.quarantined
                                + quarantined.fetch_add(account.quarantined, Ordering::Relaxed);
                            if self
                                .plan
                                .max_rejects
                                .and_then(|most| most.passed(total, None))
                                .is_some()
                            {
                                chunks.stop();
                            }
                            break;
                        }
                        Err(refusal) if self.rivalry.may_begin(refusal.constraint.as_deref()) => {
                            rivals_met.store(true, Ordering::Relaxed);
                            chunks.stop();
                        }
                        Err(refusal) => {
                            self.remember(&refusal, &mut lock(&refused))?;
                            if self.source.needs_survey() || self.rivalry.is_on() {
                                survey_again.store(true, Ordering::Relaxed);
                                chunks.stop();
                            }
                        }
                    }
                }
            }
            Ok(())
        })?;
        self.refused = refused.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        if rivals_met.into_inner() {
            // Who was refused until now hung on who came first.
            self.refused.clear();
            self.rivalry.begin();
            return Ok(None);
        }
        if survey_again.into_inner() {
            return Ok(None);
        }
        let (quarantined, read) = self.rejects(&mut ledger)?;
        Ok(Some(
            match self.plan.max_rejects.and_then(|most| most.passed(quarantined, Some(read))) {
                Some(limit) => {
                    Ending::TooManyRejects { source: self.source.label.clone(), quarantined, limit }
                }
                None => Ending::Finished,
            },
        ))
    }

    fn remember(&self, refusal: &Refusal, refused: &mut Refused) -> Result<()> {
        if rivals::others(refused) >= MAX_REFUSED {
            let label = &self.source.label;
            return Err(Error::new(format!("PostgreSQL refuses more than {MAX_REFUSED} rows of {label}"))
                .detail(format!("the last: {} {}: {}", label, refusal.key, refusal.reject.reason))
                .hint("A cleaner in the mapping should catch what the table's constraints refuse. What was loaded stays."));
        }
        let mut ledger = self.route.writer()?;
        refused::add(&mut ledger, self.run, self.source, &refusal.key, &refusal.reject)?;
        refused.insert(refusal.key.clone(), refusal.reject.clone());
        Ok(())
    }

    /// Quarantined rows and rows read so far, over all tries.
    fn rejects(&self, ledger: &mut Session) -> Result<(i64, i64)> {
        let summaries = ledger::summaries(ledger, self.run)?;
        let own = summaries.iter().find(|summary| summary.source == self.source.label);
        Ok(own.map_or((0, 0), |summary| (summary.quarantined, summary.read)))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
