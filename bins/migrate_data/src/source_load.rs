//! One source: survey, then its chunks by several workers.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::Instant;

use common::{Error, Result, Session, note};
use indicatif::ProgressBar;

use crate::chunk::Loader;
use crate::keys::key_hash_of;
use crate::ledger::{self, refused, resume};
use crate::load::{Ending, Route};
use crate::plan::{Plan, Source};
use crate::progress;
use crate::refusal::Refusal;
use crate::snapshot::{self, Range, Snapshot};
use crate::survey::{self, Refused};
use crate::transform::Lookups;
use crate::workers;

/// Rows of one source that PostgreSQL may refuse: each costs one more try of its chunk.
pub const MAX_REFUSED: usize = 1_000;

pub struct SourceLoad<'a> {
    route: &'a Route<'a>,
    plan: &'a Plan,
    run: i64,
    source: &'a Source,
    ranges: Vec<Range>,
    /// An earlier try of this run laid out the chunks.
    is_resumed: bool,
    refused: Refused,
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
        Ok(SourceLoad { route, plan, run, source, ranges, is_resumed, refused, bar })
    }

    /// Loads the chunks that are still open, and leaves the survivors in `lookups` for the
    /// sources after this one.
    ///
    /// Where the source is no longer what an earlier try read, its chunks are loaded anew, and
    /// `renew` is set: so are those of the sources after it, which may have looked up its rows.
    pub fn run(
        &mut self,
        snapshot: &Snapshot,
        lookups: &mut Lookups,
        renew: &mut bool,
    ) -> Result<Ending> {
        let start = Instant::now();
        let mut ledger = self.route.writer()?;
        if self.is_resumed && (*renew || self.has_other_keys(snapshot, &mut ledger)?) {
            self.renew(&mut ledger, renew)?;
        }
        let ending = loop {
            self.survey(snapshot, lookups)?;
            let digest = self.source.digest(lookups);
            let former = resume::survivors(&mut ledger, self.run, self.source)?;
            if former.is_some_and(|former| former != digest) {
                self.renew(&mut ledger, renew)?;
            }
            resume::remember_survivors(&mut ledger, self.run, self.source, &digest, lookups)?;
            if let Some(ending) = self.load_chunks(snapshot, lookups)? {
                break ending;
            }
            // A row that others may have merged into was refused: once more, without it.
            refused::start_over(&mut ledger, self.run, self.source)?;
            self.bar.set_position(0);
        };
        self.bar.finish_and_clear();
        self.plan.forget_unneeded(self.source, lookups);
        ledger::add_seconds(
            &mut ledger,
            self.run,
            &self.source.label,
            start.elapsed().as_secs_f64(),
        )?;
        Ok(ending)
    }

    /// Whether the keys in the committed ranges are no longer those that were read.
    fn has_other_keys(&self, snapshot: &Snapshot, ledger: &mut Session) -> Result<bool> {
        let (ranges, read) = resume::committed(ledger, self.run, self.source)?;
        if self.source.key.is_place() {
            // The same place may hold another row by now.
            return Ok(!ranges.is_empty());
        }
        let mut there: u128 = 0;
        let mut stream = snapshot.stream()?;
        for range in &ranges {
            stream.rows(&self.source.keys_sql(&range.predicate(self.source)), |row| {
                there = there.wrapping_add(key_hash_of(row.get(0).unwrap_or_default()));
                Ok(())
            })?;
        }
        Ok(there != read)
    }

    fn renew(&self, ledger: &mut Session, renew: &mut bool) -> Result<()> {
        let label = &self.source.label;
        if !std::mem::replace(renew, true) {
            note(format_args!(
                "{label} has changed since the last try: its rows, and those of the sources after it, are loaded anew"
            ));
        }
        refused::start_over(ledger, self.run, self.source)
    }

    fn survey(&self, snapshot: &Snapshot, lookups: &mut Lookups) -> Result<()> {
        if !self.source.needs_survey() {
            return Ok(());
        }
        for target in &self.source.targets {
            lookups[target.number] = None;
        }
        let found = survey::survey(
            snapshot,
            self.source,
            &self.ranges,
            lookups,
            &self.refused,
            self.route.workers,
            &self.bar,
        )?;
        for (number, survivors) in found {
            lookups[number] = Some(survivors);
        }
        Ok(())
    }

    /// `None` where the source has to be surveyed again.
    fn load_chunks(&mut self, snapshot: &Snapshot, lookups: &Lookups) -> Result<Option<Ending>> {
        let mut ledger = self.route.writer()?;
        let chunks = ledger::open_chunks(&mut ledger, self.run, &self.source.label)?;
        let already = self.rejects(&mut ledger)?.0;
        let queue = Mutex::new(chunks.iter().rev().collect::<Vec<_>>());
        let quarantined = AtomicI64::new(already);
        let survey_again = AtomicBool::new(false);
        let refused = Mutex::new(std::mem::take(&mut self.refused));
        workers::run(self.route.workers.min(chunks.len()), |stop| {
            let mut old = snapshot.stream()?;
            let mut new = self.route.writer()?;
            // What a crash of the server takes back, it takes back together with its ledger row.
            new.batch(
                "SET synchronous_commit = off; SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'",
            )?;
            let mut loader = Loader::new(self.run, self.source, lookups);
            while !stop.is_set() {
                let Some(chunk) = lock(&queue).pop() else { break };
                while !stop.is_set() {
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
                                stop.set();
                            }
                            break;
                        }
                        Err(refusal) => {
                            self.remember(&refusal, &mut lock(&refused))?;
                            if self.source.needs_survey() {
                                survey_again.store(true, Ordering::Relaxed);
                                stop.set();
                            }
                        }
                    }
                }
            }
            Ok(())
        })?;
        self.refused = refused.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
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
        if refused.len() >= MAX_REFUSED {
            let label = &self.source.label;
            return Err(Error::new(format!("PostgreSQL refuses more than {MAX_REFUSED} rows of {label}"))
                .detail(format!("the last: {} {}: {}", label, refusal.key, refusal.reject.reason))
                .hint("A cleaner in the mapping should see what the table's constraints see. What was loaded stays."));
        }
        refused::add(&mut self.route.writer()?, self.run, self.source, refusal)?;
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
