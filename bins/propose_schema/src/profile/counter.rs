//! Counts of texts, of the frequent ones for certain.

use std::collections::HashMap;

/// Counts up to a number of different texts; past it, the rarest are put together as others.
#[derive(Clone, Debug, Default)]
pub struct Counter {
    counts: HashMap<String, i64>,
    most: usize,
    /// Occurrences that are no longer told apart.
    pub others: i64,
}

impl Counter {
    pub fn new(most: usize) -> Counter {
        Counter { most, ..Counter::default() }
    }

    pub fn add(&mut self, text: &str, times: i64) {
        if let Some(count) = self.counts.get_mut(text) {
            *count += times;
            return;
        }
        if self.counts.len() >= self.most {
            self.drop_the_rarest();
        }
        self.counts.insert(text.to_owned(), times);
    }

    fn drop_the_rarest(&mut self) {
        let mut counts: Vec<i64> = self.counts.values().copied().collect();
        let middle = counts.len() / 2;
        let limit = *counts.select_nth_unstable(middle).1;
        let before: i64 = self.counts.values().sum();
        self.counts.retain(|_, count| *count > limit);
        self.others += before - self.counts.values().sum::<i64>();
    }

    pub fn merge(&mut self, other: Counter) {
        self.others += other.others;
        for (text, count) in other.counts {
            self.add(&text, count);
        }
    }

    /// Most frequent first; texts that are equally frequent in their order.
    pub fn ranked(&self) -> Vec<(&str, i64)> {
        let mut ranked: Vec<_> =
            self.counts.iter().map(|(text, count)| (text.as_str(), *count)).collect();
        ranked.sort_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(other.0)));
        ranked
    }

    /// All texts with their counts, unless there were too many to tell apart.
    pub fn all(&self) -> Option<Vec<(&str, i64)>> {
        (self.others == 0).then(|| self.ranked())
    }
}

#[cfg(test)]
mod tests {
    use super::Counter;

    #[test]
    fn the_frequent_stay_and_nothing_goes_uncounted() {
        let mut counter = Counter::new(8);
        for number in 0..1_000 {
            counter.add("often", 1);
            counter.add(&number.to_string(), 1);
        }
        assert_eq!(counter.ranked()[0], ("often", 1_000));
        let told: i64 = counter.ranked().iter().map(|(_, count)| count).sum();
        assert_eq!(told + counter.others, 2_000);
        assert_eq!(counter.all(), None);
    }
}
