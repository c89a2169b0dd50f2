//! The result table, as people read it.

use std::time::Duration;

use common::progress::{count, grouped, seconds};

use serde_json::{Value, json};

use crate::ledger::Summary;
use crate::ledger::rejects::Rejects;

/// For whom a result is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    People,
    Machines,
}

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

/// A run in JSON, with three samples of each reason.
pub fn json(
    run: i64,
    state: &str,
    summaries: &[Summary],
    rejects: &[Rejects],
    replaced: &[(String, i64)],
) -> Value {
    let source = |summary: &Summary| {
        json!({
            "source": summary.source,
            "rows": summary.rows,
            "read": summary.read,
            "loaded": summary.loaded,
            "merged": summary.merged,
            "quarantined": summary.quarantined,
            "seconds": summary.seconds,
        })
    };
    let reject = |reject: &Rejects| {
        let samples = reject.samples.iter();
        json!({
            "source": reject.source,
            "target": reject.target,
            "column": reject.column,
            "rule": reject.rule,
            "reason": reject.reason,
            "rows": reject.rows,
            "samples": samples.map(|(key, value)| json!({ "key": key, "value": value })).collect::<Vec<_>>(),
        })
    };
    json!({
        "run": run,
        "state": state,
        "sources": summaries.iter().map(source).collect::<Vec<_>>(),
        "rejects": rejects.iter().map(reject).collect::<Vec<_>>(),
        "replaced": replaced.iter().map(|(column, rows)| json!({ "column": column, "rows": rows })).collect::<Vec<_>>(),
    })
}

/// The quarantine by reason: a line for each, and one with samples.
pub fn rejects(rejects: &[Rejects]) -> Vec<String> {
    let mut lines = Vec::new();
    for reject in rejects {
        let column = match reject.column.as_str() {
            "" => reject.target.clone(),
            column => format!("{}.{column}", reject.target),
        };
        let rows = count(reject.rows, "row");
        lines.push(format!(
            "  {rows}: {} ({}, {column}, {})",
            reject.reason, reject.source, reject.rule
        ));
        let samples = reject.samples.iter().map(|(key, value)| {
            let shown = value.as_deref().map_or_else(|| "NULL".to_owned(), short);
            format!("{key}: {shown}")
        });
        lines.push(format!("    {}", samples.collect::<Vec<_>>().join("   ")));
    }
    lines
}

/// Quoted, on one line, of sixty characters at most.
fn short(value: &str) -> String {
    let mut shown: String = value.chars().take(60).flat_map(char::escape_debug).collect();
    if value.chars().count() > 60 {
        shown.push('…');
    }
    format!("'{shown}'")
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
