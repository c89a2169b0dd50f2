//! One source's chunks, made once more: what comes out as it did is let be, the rest is staged.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use common::{Error, Result, Session};
use rows::{Reader, workers};

use super::draft::{Draft, Drafting};
use super::joined_ranges::joined;
use super::layout::Known;
use super::refused::Kept;
use super::shape::Shape;
use super::stage::{BOOKS, KEYS};
use crate::chunk::Loader;
use crate::ledger::account::Account;
use crate::plan::Source;
use crate::refusal::Refusal;
use crate::rivals;
use crate::snapshot::Range;
use crate::source_load::MAX_REFUSED;
use crate::survey::Refused;
use crate::survivors::Lookups;

/// One reading of a source's chunks.
pub struct Pass<'a> {
    pub drafting: &'a Drafting<'a>,
    pub source: &'a Source,
    pub shapes: &'a [Shape<'a>],
    pub chunks: &'a [Known],
    pub lookups: &'a Lookups,
}

impl Pass<'_> {
    /// Whether the source is done; not where it has to be surveyed again.
    pub fn compare(&self, Kept { refused, rivalry }: &mut Kept, draft: &mut Draft) -> Result<bool> {
        let known = Mutex::new(std::mem::take(refused));
        let changed = Mutex::new(Vec::new());
        let totals = Mutex::new((0_i64, 0_i64));
        let again = AtomicBool::new(false);
        self.for_each_chunk(|loader, streams, (chunk, former)| {
            loop {
                let now = lock(&known).clone();
                let account = loader.make(&mut streams.old, &chunk.range, &now)?.clone();
                if former.as_ref() == Some(&account) {
                    add(&totals, &account);
                    return Ok(ControlFlow::Continue(()));
                }
                let former = former.clone().unwrap_or_default();
                match self.put_beside(loader, &mut streams.new, &former, &account)? {
                    Ok(()) => {
                        add(&totals, &account);
                        lock(&changed).push((chunk.clone(), former, account));
                        return Ok(ControlFlow::Continue(()));
                    }
                    Err(refusal) => {
                        self.remember(&mut lock(&known), refusal)?;
                        if self.source.needs_survey() || rivalry.is_on() {
                            again.store(true, Ordering::Relaxed);
                            return Ok(ControlFlow::Break(()));
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
            draft.ranges.push(joined(ranges));
        }
        draft.changed = changed.into_iter().map(|(chunk, _, account)| (chunk, account)).collect();
        self.stage_whole(refused, draft)
    }

    fn remember(&self, refused: &mut Refused, refusal: Refusal) -> Result<()> {
        if rivals::others(refused) >= MAX_REFUSED {
            let label = &self.source.label;
            return Err(Error::new(format!("PostgreSQL refuses more than {MAX_REFUSED} rows of {label}"))
                .detail(format!("the last: {} {}: {}", label, refusal.key, refusal.reject.reason))
                .hint("A cleaner in the mapping should catch what the table's constraints refuse. Nothing was changed."));
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
        self.for_each_chunk(|loader, streams, (chunk, _)| {
            loader.make(&mut streams.old, &chunk.range, refused)?;
            streams.new.begin()?;
            for &index in &whole {
                if let Err(refusal) = loader.send_rows(&mut streams.new, index)? {
                    streams.new.rollback()?;
                    *lock(&found) = Some(refusal);
                    return Ok(ControlFlow::Break(()));
                }
            }
            streams.new.commit()?;
            Ok(ControlFlow::Continue(()))
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
        work: impl Fn(&mut Loader, &mut Streams<'_>, &Known) -> Result<ControlFlow<()>> + Sync,
    ) -> Result<()> {
        let Drafting { route, run, snapshot, .. } = *self.drafting;
        let tables: Vec<String> = self.shapes.iter().map(|shape| shape.stage.clone()).collect();
        workers::share(route.workers, self.chunks, |chunks| {
            let mut streams = Streams { old: snapshot.stream()?, new: route.writer()? };
            streams.new.batch("SET synchronous_commit = off")?;
            let mut loader = Loader::staging(run, self.source, self.lookups, &tables, BOOKS);
            while let Some(known) = chunks.next() {
                if work(&mut loader, &mut streams, known)?.is_break() {
                    chunks.stop();
                }
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

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
