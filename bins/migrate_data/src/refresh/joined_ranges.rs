//! Ranges of keys, as few as they can be.

use std::collections::HashMap;

use crate::snapshot::Range;

/// Ranges that follow each other, as one.
pub fn joined(ranges: Vec<Range>) -> Vec<Range> {
    let mut by_low: HashMap<Option<String>, Range> =
        ranges.into_iter().map(|range| (range.low.clone(), range)).collect();
    let highs: Vec<_> = by_low.values().filter_map(|range| range.high.clone()).collect();
    let firsts: Vec<_> = by_low
        .keys()
        .filter(|low| low.as_ref().is_none_or(|low| !highs.contains(low)))
        .cloned()
        .collect();
    let mut joined = Vec::new();
    for low in firsts {
        let Some(mut range) = by_low.remove(&low) else { continue };
        while let Some(next) = range.high.is_some().then(|| by_low.remove(&range.high)).flatten() {
            range.high = next.high;
        }
        joined.push(range);
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::joined;
    use crate::snapshot::Range;

    #[test]
    fn ranges_that_follow_each_other_are_one() {
        let range = |low: Option<&str>, high: Option<&str>| Range {
            low: low.map(str::to_owned),
            high: high.map(str::to_owned),
        };
        let (first, second, third) =
            (range(None, Some("5")), range(Some("5"), Some("9")), range(Some("12"), None));
        let mut found = joined(vec![third.clone(), second, first]);
        found.sort_by_key(|range| range.low.clone());
        assert_eq!(found, [range(None, Some("9")), third]);
        assert_eq!(joined(vec![range(None, None)]), [range(None, None)]);
    }
}
