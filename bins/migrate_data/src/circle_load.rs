//! Sources whose lookups go round in a circle, most often a single source: survey, then the chunks
//! of each.

use std::time::Instant;

use common::{Result, Session, note};
use rows::Snapshot;

use crate::plan::{Plan, Source};
use crate::route::{Ending, Route};
use crate::source_load::SourceLoad;
use crate::survey;
use crate::survivors::Lookups;

pub struct CircleLoad<'a> {
    route: &'a Route<'a>,
    plan: &'a Plan,
    loads: Vec<SourceLoad<'a>>,
}

impl<'a> CircleLoad<'a> {
    /// Lays out the chunks of each source; `position` is that of the first.
    ///
    /// # Errors
    /// A source's key does not name every row.
    pub fn prepare(
        route: &'a Route,
        plan: &'a Plan,
        run: i64,
        position: usize,
        circle: &'a [Source],
        coordinator: &mut Session,
    ) -> Result<CircleLoad<'a>> {
        let loads = (position..).zip(circle).map(|(position, source)| {
            SourceLoad::prepare(route, plan, run, position, source, coordinator)
        });
        Ok(CircleLoad { route, plan, loads: loads.collect::<Result<_>>()? })
    }

    /// Loads the chunks that are still open, and leaves the survivors in `lookups` for the
    /// sources after these.
    ///
    /// Where a source is no longer what an earlier try read, its chunks are loaded anew, and
    /// `renew` is set: so are those of its circle and of the sources after it, which may have
    /// looked up its rows.
    pub fn run(
        &mut self,
        snapshot: &Snapshot,
        lookups: &mut Lookups,
        renew: &mut bool,
    ) -> Result<Ending> {
        let mut ledger = self.route.writer()?;
        let start = Instant::now();
        let mut other = None;
        for load in &self.loads {
            if other.is_none() && load.has_other_keys(snapshot, &mut ledger)? {
                other = Some(load.source.label.as_str());
            }
        }
        if other.is_some() || (*renew && self.loads.iter().any(|load| load.is_resumed)) {
            self.renew(&mut ledger, other, renew)?;
        }
        let mut seconds = vec![0.0; self.loads.len()];
        let ending = 'tries: loop {
            self.survey(snapshot, lookups)?;
            let mut other = None;
            for load in &self.loads {
                if load.has_other_survivors(&mut ledger, lookups)? {
                    other = other.or(Some(load.source.label.as_str()));
                }
            }
            if other.is_some() {
                self.renew(&mut ledger, other, renew)?;
            }
            for load in &self.loads {
                load.remember_losers(&mut ledger)?;
                load.remember_survivors(&mut ledger, lookups)?;
            }
            for (load, seconds) in self.loads.iter_mut().zip(&mut seconds) {
                let start = Instant::now();
                let ending = load.load_chunks(snapshot, lookups)?;
                *seconds += start.elapsed().as_secs_f64();
                match ending {
                    Some(Ending::Finished) => {}
                    Some(ending) => break 'tries ending,
                    None => {
                        // A row that others may have merged into, or looked up, was refused: once
                        // more, without it.
                        self.start_over(&mut ledger)?;
                        continue 'tries;
                    }
                }
            }
            break Ending::Finished;
        };
        let together = start.elapsed().as_secs_f64() - seconds.iter().sum::<f64>();
        for (load, seconds) in self.loads.iter().zip(seconds) {
            load.took(&mut ledger, seconds + together / self.loads.len() as f64)?;
            self.plan.forget_unneeded(load.source, lookups);
        }
        Ok(ending)
    }

    /// Finds out who survives, and who loses a place in a key; until nobody does any more.
    fn survey(&mut self, snapshot: &Snapshot, lookups: &mut Lookups) -> Result<()> {
        self.loads.iter_mut().for_each(SourceLoad::forget_losers);
        loop {
            let surveyed: Vec<_> = self.loads.iter().map(SourceLoad::surveyed).collect();
            survey::survey(snapshot, &surveyed, lookups, self.route.workers)?;
            let mut again = false;
            for load in &mut self.loads {
                again |= load.refuse_losers(snapshot, lookups)?;
            }
            if !again {
                return Ok(());
            }
        }
    }

    /// Takes back what is loaded, and says whose fault it is unless that was said before.
    fn renew(&self, ledger: &mut Session, other: Option<&str>, renew: &mut bool) -> Result<()> {
        if let (false, Some(label)) = (std::mem::replace(renew, true), other) {
            note(format_args!(
                "{label} has changed since the last try: its rows, and those of the sources after it, are loaded again"
            ));
        }
        self.start_over(ledger)
    }

    fn start_over(&self, ledger: &mut Session) -> Result<()> {
        self.loads.iter().try_for_each(|load| load.start_over(ledger))
    }
}
