//! The result table, as people read it.

use std::time::Duration;

use common::progress::{grouped, seconds};

use crate::ledger::Summary;

/// A line per source, numbers aligned.
pub fn table(summaries: &[Summary]) -> String {
    let header = ["source", "read", "loaded", "merged", "quarantined", "time"].map(str::to_owned);
    let mut rows = vec![header];
    for summary in summaries {
        rows.push([
            summary.source.clone(),
            grouped(summary.read),
            grouped(summary.loaded),
            grouped(summary.merged),
            grouped(summary.quarantined),
            seconds(Duration::from_secs_f64(summary.seconds)),
        ]);
    }
    let width =
        |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..6).map(width).collect();
    let line = |row: &[String; 6]| {
        let mut line = format!("  {:<width$}", row[0], width = widths[0]);
        for (text, width) in row.iter().zip(&widths).skip(1) {
            line.push_str(&format!("  {text:>width$}"));
        }
        line
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// `why: order_date is not a date 1,012 · price is not a number 878`, the six most frequent.
pub fn counts(label: &str, counts: &[(String, i64)]) -> Option<String> {
    if counts.is_empty() {
        return None;
    }
    let mut parts: Vec<_> =
        counts.iter().take(6).map(|(what, count)| format!("{what} {}", grouped(*count))).collect();
    if counts.len() > 6 {
        let rest: i64 = counts[6..].iter().map(|(_, count)| count).sum();
        parts.push(format!("{} more {}", counts.len() - 6, grouped(rest)));
    }
    Some(format!("  {label}: {}", parts.join(" · ")))
}

#[cfg(test)]
mod tests {
    use super::{Summary, table};

    #[test]
    fn numbers_are_aligned() {
        let summary = |source: &str, read| Summary {
            source: source.to_owned(),
            rows: read,
            read,
            loaded: read - 2,
            merged: 1,
            quarantined: 1,
            open_chunks: 0,
            chunks: 1,
            seconds: 0.3,
        };
        let text = table(&[summary("old_users", 20_000), summary("old_orders", 100)]);
        let expected = "  source        read  loaded  merged  quarantined   time\n  old_users   20,000  19,998       1            1  0.3 s\n  old_orders     100      98       1            1  0.3 s";
        assert_eq!(text, expected);
    }
}
