//! Who survives among the old rows, found out once more.

use std::collections::HashSet;

use common::{Pool, Result};
use migrate_data::ledger::{self, refused, surrogates};
use migrate_data::plan::Source;
use migrate_data::snapshot::Range;
use migrate_data::survey::{self, Refused, Surveyed};
use migrate_data::survivors::Lookups;
use rows::Snapshot;

/// What is read of a source: its chunks, but for rows that PostgreSQL refused.
pub struct Read {
    pub ranges: Vec<Range>,
    pub refused: Refused,
}

/// Finds who survives in a circle of sources, with the numbers that the ledger has.
///
/// # Errors
/// Either side cannot be read.
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
    let bar = &common::progress::bar(0, &circle[0].label);
    let surveyed: Vec<_> = circle
        .iter()
        .zip(&read)
        .map(|(source, Read { ranges, refused })| Surveyed { source, ranges, refused, bar })
        .collect();
    settle(snapshot, &surveyed, workers, lookups)?;
    for target in circle.iter().flat_map(|source| &source.targets) {
        if let Some(survivors) = lookups[target.number].as_mut().filter(|it| it.is_numbered()) {
            survivors.number(&surrogates::known(&mut ledger, run, target)?);
        }
    }
    Ok(read)
}

/// How often a circle is read before the loader is asked: a pass for each link of the longest chain
/// of rows that fall with each other.
const PASSES: usize = 30;

/// Not as the loader does, which works out in memory which rows fall with others: here the sources
/// are read again and again, each time by what survived the last, until no row falls any more.
/// Where that takes long, the loader's answer is taken, and must hold in one more pass.
fn settle(
    snapshot: &Snapshot,
    circle: &[Surveyed],
    workers: usize,
    lookups: &mut Lookups,
) -> Result<()> {
    let digest = |lookups: &Lookups| -> Vec<String> {
        circle.iter().map(|surveyed| surveyed.source.digest(lookups)).collect()
    };
    let may_fall = circle.iter().any(|surveyed| surveyed.source.may_fall());
    let nobody = HashSet::new();
    for number in 1.. {
        let before = digest(lookups);
        for surveyed in circle {
            let found = survey::pass(snapshot, surveyed, &nobody, lookups, workers)?;
            found.into_iter().for_each(|(number, survivors)| lookups[number] = Some(survivors));
        }
        if !may_fall || number > PASSES || before == digest(lookups) {
            break;
        }
        if number == PASSES {
            survey::survey(snapshot, circle, lookups, workers)?;
        }
    }
    Ok(())
}
