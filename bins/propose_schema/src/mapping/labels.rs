//! Values of an enum: which of the old words is which label.

use super::spec::{Choice, Spec};
use super::toml::{inline, key, text};
use crate::profile::share;

impl Choice<'_> {
    /// Labels by their names; a misspelling only where it is near one label alone.
    pub fn label(
        &self,
        labels: &[String],
        spec: &mut Spec,
        clean: &mut Vec<String>,
        more: &mut Vec<(&str, String)>,
    ) -> i64 {
        clean.push(text("squeeze"));
        let known = self.source.values.ranked();
        let (mut taken, mut unknown) = (0, Vec::new());
        let mut synonyms: Vec<(&String, Vec<String>)> =
            labels.iter().map(|label| (label, Vec::new())).collect();
        for (value, times) in &known {
            let near: Vec<_> =
                labels.iter().filter(|label| is_near(&label.to_lowercase(), value)).collect();
            match (labels.iter().find(|label| label.to_lowercase() == *value), near.as_slice()) {
                (Some(_), _) => taken += times,
                (None, [only]) => {
                    taken += times;
                    let entry = synonyms.iter_mut().find(|(label, _)| label == only);
                    entry.expect("it is one of the labels").1.push(text(value));
                    spec.doubts.push(format!("{} is taken for {}", text(value), text(only)));
                }
                _ => {
                    unknown.push(format!("{} {}", text(value), share(*times, self.source.present)));
                }
            }
        }
        if !unknown.is_empty() {
            let more = if unknown.len() > 12 { ", …" } else { "" };
            unknown.truncate(12);
            spec.doubts.push(format!("none of the labels: {}{more}", unknown.join(", ")));
        }
        let entries: Vec<_> = synonyms
            .iter()
            .map(|(label, words)| (key(label), format!("[{}]", words.join(", "))))
            .collect();
        more.extend([("as", text("enum")), ("values", inline(&entries))]);
        taken
    }
}

/// Whether one letter more, less or other, or two in words of six and more, make one the other.
fn is_near(label: &str, value: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (label.chars().collect(), value.chars().collect());
    let allowed = if one.len() >= 6 { 2 } else { 1 };
    if one.len() < 4 || one.len().abs_diff(other.len()) > allowed {
        return false;
    }
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, letter) in one.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (place, found) in other.iter().enumerate() {
            let cost = diagonal + usize::from(letter != found);
            diagonal = row[place + 1];
            row[place + 1] = cost.min(diagonal + 1).min(row[place] + 1);
        }
    }
    row[other.len()] <= allowed
}

#[cfg(test)]
mod tests {
    use super::is_near;

    #[test]
    fn misspellings_are_near() {
        for (label, value, near) in [
            ("paid", "payed", false),
            ("cancelled", "canceled", true),
            ("shipped", "shiped", true),
            ("sent", "paid", false),
            ("open", "opem", true),
        ] {
            assert_eq!(is_near(label, value), near, "{label} {value}");
        }
    }
}
