//! All but the writes: what each source row would become, counted.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use common::{Pool, Result};
use rows::{Snapshot, workers};

use crate::ledger::Summary;
use crate::plan::{Plan, Source};
use crate::progress;
use crate::snapshot::{self, Range};
use crate::survey::{self, Refused, Surveyed};
use crate::survivors::Lookups;
use crate::transform::Transformer;

/// What a run would do.
#[derive(Debug, Default)]
pub struct Forecast {
    pub summaries: Vec<Summary>,
    /// Most frequent first.
    pub reasons: Vec<(String, i64)>,
}

/// Counts of one source.
#[derive(Debug, Default)]
struct Tally {
    read: i64,
    merged: i64,
    reasons: HashMap<String, i64>,
}

/// Rows that only PostgreSQL would refuse are not among the quarantined: nothing is sent to it.
///
/// # Errors
/// The old database cannot be read, or a column with `otherwise = "fail"` refuses a value.
pub fn dry_run(old: &Pool, plan: &Plan, worker_count: usize) -> Result<Forecast> {
    let (snapshot, mut coordinator) = snapshot::of_sources(old, plan, worker_count)?;
    let mut lookups: Lookups = (0..plan.target_count).map(|_| None).collect();
    let mut forecast = Forecast::default();
    let mut reasons: HashMap<String, i64> = HashMap::new();
    for circle in plan.circles() {
        let start = Instant::now();
        let mut laid_out = Vec::new();
        for source in circle {
            let rows = snapshot::count(&mut coordinator, source)?;
            let size = snapshot::chunk_rows(&mut coordinator, source, rows)?;
            laid_out.push((rows, snapshot::ranges(&mut coordinator, source, rows, size)?));
        }
        survey_circle(&snapshot, circle, &laid_out, &mut lookups, worker_count)?;
        let surveyed = start.elapsed().as_secs_f64() / circle.len() as f64;
        for (source, (rows, ranges)) in circle.iter().zip(&laid_out) {
            let start = Instant::now();
            let tally = tally(&snapshot, source, ranges, &lookups, worker_count)?;
            let quarantined = tally.reasons.values().sum();
            forecast.summaries.push(Summary {
                source: source.label.clone(),
                rows: *rows,
                read: tally.read,
                loaded: tally.read - tally.merged - quarantined,
                merged: tally.merged,
                quarantined,
                open_chunks: 0,
                chunks: i64::try_from(ranges.len()).unwrap_or(i64::MAX),
                seconds: surveyed + start.elapsed().as_secs_f64(),
            });
            for (reason, count) in tally.reasons {
                *reasons.entry(reason).or_default() += count;
            }
        }
        circle.iter().for_each(|source| plan.forget_unneeded(source, &mut lookups));
    }
    forecast.reasons = reasons.into_iter().collect();
    forecast.reasons.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    Ok(forecast)
}

fn survey_circle(
    snapshot: &Snapshot,
    circle: &[Source],
    laid_out: &[(i64, Vec<Range>)],
    lookups: &mut Lookups,
    worker_count: usize,
) -> Result<()> {
    let refused = Refused::new();
    let bars: Vec<_> = circle
        .iter()
        .zip(laid_out)
        .map(|(source, (rows, _))| progress::bar(u64::try_from(*rows).unwrap_or(0), &source.label))
        .collect();
    let surveyed: Vec<_> = circle
        .iter()
        .zip(laid_out)
        .zip(&bars)
        .map(|((source, (_, ranges)), bar)| Surveyed { source, ranges, refused: &refused, bar })
        .collect();
    survey::survey(snapshot, &surveyed, lookups, worker_count)?;
    bars.iter().for_each(indicatif::ProgressBar::finish_and_clear);
    Ok(())
}

fn tally(
    snapshot: &Snapshot,
    source: &Source,
    ranges: &[Range],
    lookups: &Lookups,
    worker_count: usize,
) -> Result<Tally> {
    let total = Mutex::new(Tally::default());
    let main = &source.targets[source.main];
    workers::share(worker_count, ranges, |ranges| {
        let mut stream = snapshot.stream()?;
        let mut transformer = Transformer::new(source, lookups);
        let mut own = Tally::default();
        for range in ranges {
            snapshot::for_each_row(&mut stream, source, range, |row| {
                own.read += 1;
                match transformer.transform(row)? {
                    Err(reject) => *own.reasons.entry(reject.reason).or_default() += 1,
                    Ok(values) => {
                        let key = transformer.key(&row)?;
                        let fingerprint = transformer.unique_fingerprint(main, &values);
                        let survivor = match (fingerprint, &lookups[main.number]) {
                            (Some(fingerprint), Some(survivors)) => survivors.get(&fingerprint),
                            _ => None,
                        };
                        own.merged +=
                            i64::from(survivor.is_some_and(|survivor| *survivor.key != key));
                    }
                }
                Ok(())
            })?;
        }
        let mut total = total.lock().unwrap_or_else(PoisonError::into_inner);
        total.read += own.read;
        total.merged += own.merged;
        for (reason, count) in own.reasons {
            *total.reasons.entry(reason).or_default() += count;
        }
        Ok(())
    })?;
    Ok(total.into_inner().unwrap_or_else(PoisonError::into_inner))
}
