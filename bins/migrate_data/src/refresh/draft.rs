//! What the sources make now, against what they made in the former run.

use common::{Result, Session};
use rows::Snapshot;

use super::layout::{Known, layout};
use super::pass::Pass;
use super::refused::Kept;
use super::shape::Shape;
use super::stage::Stage;
use crate::keys::Fingerprint;
use crate::ledger::Chunk;
use crate::ledger::account::Account;
use crate::ledger::surrogates;
use crate::plan::{Plan, Source};
use crate::progress;
use crate::rivals::Rows;
use crate::route::Route;
use crate::snapshot::Range;
use crate::survey::{self, Surveyed};
use crate::survivors::Lookups;

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
