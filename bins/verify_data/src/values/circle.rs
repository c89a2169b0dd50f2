//! Who survives among the old rows, found out once more.

use std::collections::HashSet;

use common::{Pool, Result};
use migrate_data::ledger::{self, refused, surrogates};
use migrate_data::plan::Source;
use migrate_data::snapshot::{Range, Snapshot};
use migrate_data::survey::{self, Refused, Surveyed};
use migrate_data::transform::Lookups;

/// What is read of a source: its chunks, but for rows that PostgreSQL refused.
pub struct Read {
    pub ranges: Vec<Range>,
    pub refused: Refused,
}

/// Finds who survives in a circle of sources, with the numbers that the ledger has.
///
/// Not as the loader does, which works out in memory which rows fall with others: here the sources
/// are read again and again, each time by what survived the last, until no row falls any more.
pub fn survey(
    snapshot: &Snapshot,
    new: &Pool,
    circle: &[Source],
    run: i64,
    workers: usize,
    lookups: &mut Lookups,
) -> Result<Vec<Read>> {
    let mut ledger = new.session()?;
    let mut read = Vec::new();
    for source in circle {
        let ranges = ledger::chunks(&mut ledger, run, &source.label)?;
        read.push(Read { ranges, refused: refused::known(&mut ledger, run, source)? });
        source.targets.iter().for_each(|target| lookups[target.number] = None);
    }
    let digest = |lookups: &Lookups| -> Vec<String> {
        circle.iter().map(|source| source.digest(lookups)).collect()
    };
    let may_fall = circle.iter().any(Source::may_fall);
    let bar = &common::progress::bar(0, &circle[0].label);
    loop {
        let before = digest(lookups);
        for (source, Read { ranges, refused }) in circle.iter().zip(&read) {
            let surveyed = Surveyed { source, ranges, refused, bar };
            let nobody = HashSet::new();
            for (number, survivors) in survey::pass(snapshot, &surveyed, &nobody, lookups, workers)?
            {
                lookups[number] = Some(survivors);
            }
        }
        if !may_fall || before == digest(lookups) {
            break;
        }
    }
    for target in circle.iter().flat_map(|source| &source.targets) {
        if let Some(survivors) = lookups[target.number].as_mut().filter(|it| it.is_numbered()) {
            survivors.number(&surrogates::known(&mut ledger, run, target)?);
        }
    }
    Ok(read)
}
