//! Rows that fall since what they look up in their own circle is not there.
//!
//! A row that falls takes with it those that looked up what only it was, and so on; rows that hold
//! each other stay. The sources are read once, however long the chains are: what each row looks up
//! and is looked up by stays in memory, as fingerprints.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use common::Result;
use rows::{Snapshot, workers};

use super::Surveyed;
use crate::keys::{Fingerprint, Key};
use crate::plan::{Known, Otherwise, Source};
use crate::snapshot;
use crate::survivors::Lookups;
use crate::transform::{Transformer, Values};

/// A target by its number, and what makes its rows one.
type Place = (usize, Fingerprint);

/// The rows of a circle.
#[derive(Debug, Default)]
struct Web {
    /// How many rows stand at a place.
    standing: HashMap<Place, u32>,
    /// Rows that fall once nobody stands at a place that they need.
    tied: Vec<Tied>,
}

#[derive(Debug)]
struct Tied {
    /// Position in the circle.
    source: usize,
    key: Key,
    needs: Box<[Place]>,
    stands: Box<[Place]>,
}

/// The keys of rows that fall, source by source.
///
/// # Errors
/// As [`super::survey`].
pub fn fallen(
    snapshot: &Snapshot,
    circle: &[Surveyed],
    lookups: &Lookups,
    worker_count: usize,
) -> Result<Vec<HashSet<Key>>> {
    if !circle.iter().any(|surveyed| surveyed.source.may_fall()) {
        return Ok(vec![HashSet::new(); circle.len()]);
    }
    let mut web = Web::default();
    for index in 0..circle.len() {
        web.add(snapshot, circle, index, lookups, worker_count)?;
    }
    Ok(web.fall(circle.len()))
}

impl Web {
    /// Adds the rows of one source, which nothing else refuses.
    fn add(
        &mut self,
        snapshot: &Snapshot,
        circle: &[Surveyed],
        index: usize,
        lookups: &Lookups,
        worker_count: usize,
    ) -> Result<()> {
        let &Surveyed { source, ranges, refused, bar } = &circle[index];
        let needed = needed(circle);
        let web = Mutex::new(self);
        bar.inc_length(bar.length().unwrap_or(0) / 2);
        workers::share(worker_count, ranges, |ranges| {
            let mut stream = snapshot.stream()?;
            let mut transformer = Transformer::new(source, lookups);
            for range in ranges {
                let (mut standing, mut tied) = (Vec::new(), Vec::new());
                let mut read = 0;
                snapshot::for_each_row(&mut stream, source, range, |row| {
                    read += 1;
                    let key = transformer.key(&row)?;
                    if !refused.is_empty() && refused.contains_key(&key) {
                        return Ok(());
                    }
                    let Ok(values) = transformer.transform(row)? else {
                        return Ok(());
                    };
                    let first = standing.len();
                    for (index, target) in source.targets.iter().enumerate() {
                        if needed.contains(&target.number)
                            && !values.is_skipped(index)
                            && let Some(one) = transformer.unique_fingerprint(target, &values)
                        {
                            standing.push((target.number, one));
                        }
                    }
                    let needs = needs(source, &values);
                    if !needs.is_empty() {
                        let stands = standing[first..].into();
                        tied.push(Tied { source: index, key, needs, stands });
                    }
                    Ok(())
                })?;
                bar.inc(read);
                let mut web = web.lock().unwrap_or_else(PoisonError::into_inner);
                standing.into_iter().for_each(|place| *web.standing.entry(place).or_default() += 1);
                web.tied.append(&mut tied);
            }
            Ok(())
        })
    }

    /// Lets rows fall until all that stand have what they need.
    fn fall(self, sources: usize) -> Vec<HashSet<Key>> {
        let Web { mut standing, tied } = self;
        let mut needing: Vec<(Place, usize)> = Vec::new();
        for (index, row) in tied.iter().enumerate() {
            needing.extend(row.needs.iter().map(|place| (*place, index)));
        }
        needing.sort_unstable();
        let mut has_fallen = vec![false; tied.len()];
        let mut falling: Vec<usize> = (0..tied.len())
            .filter(|&index| tied[index].needs.iter().any(|place| !standing.contains_key(place)))
            .collect();
        while let Some(index) = falling.pop() {
            if std::mem::replace(&mut has_fallen[index], true) {
                continue;
            }
            for place in &tied[index].stands {
                let left = standing.entry(*place).or_default();
                *left = left.saturating_sub(1);
                if *left == 0 {
                    let first = needing.partition_point(|(needed, _)| needed < place);
                    let all = needing[first..].iter().take_while(|(needed, _)| needed == place);
                    falling.extend(all.map(|(_, index)| *index));
                }
            }
        }
        let mut fallen = vec![HashSet::new(); sources];
        for (row, _) in tied.into_iter().zip(has_fallen).filter(|(_, has_fallen)| *has_fallen) {
            fallen[row.source].insert(row.key);
        }
        fallen
    }
}

/// Targets that rows of the circle look up.
fn needed(circle: &[Surveyed]) -> HashSet<usize> {
    let fields = circle.iter().flat_map(|surveyed| &surveyed.source.fields);
    let lookups = fields.filter_map(|field| field.lookup.as_ref());
    lookups.filter(|lookup| lookup.known == Known::Circular).map(|lookup| lookup.target).collect()
}

/// Where somebody must stand, or the row falls.
fn needs(source: &Source, values: &Values) -> Box<[Place]> {
    let fields = source.fields.iter().enumerate();
    fields
        .filter(|(_, field)| matches!(field.otherwise, Otherwise::Reject))
        .filter_map(|(index, field)| {
            let lookup = field.lookup.as_ref().filter(|it| it.known == Known::Circular)?;
            Some((lookup.target, values.looked_up(index)?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Tied, Web};
    use crate::keys::Key;

    /// Rows by number: who each needs. Which of them fall?
    fn case(rows: &[(u64, &[u64])], expected: &[i64]) {
        let mut web = Web::default();
        for (number, needs) in rows {
            let place = |number: &u64| (0, [*number, 1]);
            *web.standing.entry(place(number)).or_default() += 1;
            web.tied.push(Tied {
                source: 0,
                key: Key::Integer(i64::try_from(*number).expect("small")),
                needs: needs.iter().map(place).collect(),
                stands: [place(number)].into(),
            });
        }
        let mut fallen: Vec<_> = web.fall(1).remove(0).into_iter().collect();
        fallen.sort();
        assert_eq!(fallen, expected.iter().map(|key| Key::Integer(*key)).collect::<Vec<_>>());
    }

    #[test]
    fn rows_fall_with_what_they_need_and_stand_by_each_other() {
        case(&[(1, &[]), (2, &[1]), (3, &[2])], &[]);
        case(&[(1, &[9]), (2, &[1]), (3, &[2]), (4, &[])], &[1, 2, 3]);
        case(&[(1, &[2]), (2, &[1]), (3, &[3])], &[]);
        case(&[(1, &[2]), (2, &[1, 9])], &[1, 2]);
        // Another stands where the one that falls stood.
        case(&[(1, &[9]), (1, &[]), (2, &[1])], &[1]);
    }
}
