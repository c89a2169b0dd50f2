//! A profile for people and for machines.

use common::progress::{count, grouped};
use serde_json::{Value, json};

use super::column::ColumnProfile;
use super::table::TableProfile;
use super::takers::Takers;

/// To stdout, as a table or as JSON.
pub fn print(profile: &TableProfile, as_json: bool) {
    if as_json {
        println!("{:#}", json(profile));
    } else {
        lines(profile).iter().for_each(|line| println!("{line}"));
    }
}

/// Two lines per column: how much is there and what would take it; what it looks like.
fn lines(profile: &TableProfile) -> Vec<String> {
    let takers = Takers::default();
    let header = ["column", "nulls", "no value", "distinct", "longest"].map(str::to_owned);
    let mut rows = vec![(header, "would take; below it the most frequent shapes".to_owned(), None)];
    for column in &profile.columns {
        let about = if column.distinct.is_exact() { "" } else { "~" };
        let nothing = column.null_words.ranked().iter().map(|(_, times)| times).sum();
        let cells = [
            column.name.clone(),
            share(column.nulls, profile.rows),
            share(nothing, profile.rows),
            format!("{about}{}", grouped(column.distinct.count())),
            grouped(i64::try_from(column.longest).unwrap_or(i64::MAX)),
        ];
        rows.push((cells, takes(column, &takers), shapes(column)));
    }
    let widths: Vec<usize> = (0..5)
        .map(|index| rows.iter().map(|(cells, ..)| cells[index].chars().count()).max().unwrap_or(0))
        .collect();
    let mut lines = vec![format!("{}: {}", profile.table, count(profile.rows, "row"))];
    for (cells, takes, shapes) in &rows {
        let mut line = format!("  {:<width$}", cells[0], width = widths[0]);
        for (cell, width) in cells.iter().zip(&widths).skip(1) {
            line.push_str(&format!("  {cell:>width$}"));
        }
        let indent = line.chars().count() + 2;
        lines.push(format!("{line}  {takes}").trim_end().to_owned());
        if let Some(shapes) = shapes {
            lines.push(format!("{:indent$}{shapes}", ""));
        }
    }
    if profile.columns.iter().any(|column| !column.distinct.is_exact()) {
        lines.push("  ~ is an estimate, within about 2 %".to_owned());
    }
    lines
}

fn shapes(column: &ColumnProfile) -> Option<String> {
    let ranked = column.shapes.ranked();
    let shapes: Vec<_> = ranked
        .iter()
        .take(4)
        .map(|(shape, times)| format!("{shape} {}", share(*times, column.present)))
        .collect();
    (!shapes.is_empty()).then(|| shapes.join("  "))
}

/// The narrowest that take a twentieth of the values or more: what is an integer is not called a
/// number, nor money, nor a phone number as well.
fn takes(column: &ColumnProfile, takers: &Takers) -> String {
    let by = |name: &str| column.taken_by(name, takers);
    let mut found: Vec<(i64, String)> = Vec::new();
    let dates = column.dates(takers);
    let dated: i64 = dates.formats.iter().map(|(_, times)| times).sum();
    let narrower = |name: &str| match name {
        "number" => by("integer"),
        "money" => by("number"),
        "phone" => by("integer").max(by("money")).max(dated).max(by("uuid")),
        _ => 0,
    };
    for (_, name) in takers.names() {
        let times = by(name);
        if times * 20 >= column.present && times > narrower(name) {
            found.push((times, format!("{name} {}", share(times, column.present))));
        }
    }
    if dated * 20 >= column.present.max(1) && dated > by("integer") {
        let formats: Vec<_> = dates
            .formats
            .iter()
            .filter(|(_, times)| times * 100 >= column.present)
            .map(|(format, times)| format!("{format} {}", share(*times, column.present)))
            .collect();
        let doubt = match dates.ambiguous {
            0 => String::new(),
            ambiguous => format!(" ({} ambiguous)", grouped(ambiguous)),
        };
        found.push((
            dated,
            format!("date {}: {}{doubt}", share(dated, column.present), formats.join(", ")),
        ));
    }
    found.sort_by_key(|(times, _)| std::cmp::Reverse(*times));
    found.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join("  ")
}

/// `98.2 %`; never 100 % or 0 % of what is not all or nothing.
#[expect(clippy::cast_precision_loss, reason = "a share in percent")]
pub fn share(part: i64, whole: i64) -> String {
    if part == 0 || whole == 0 {
        return "0 %".to_owned();
    }
    if part >= whole {
        return "100 %".to_owned();
    }
    let percent = (part as f64 * 100.0 / whole as f64).clamp(0.1, 99.9);
    format!("{percent:.1} %")
}

/// Everything, in counts, for `--json`.
fn json(profile: &TableProfile) -> Value {
    let takers = Takers::default();
    let counts = |counted: &[(&str, i64)]| -> Value {
        counted.iter().map(|(text, times)| json!({ "text": text, "rows": times })).collect()
    };
    let column = |column: &ColumnProfile| {
        let dates = column.dates(&takers);
        let takes: serde_json::Map<_, _> = takers
            .names()
            .map(|(_, name)| (name.to_owned(), json!(column.taken_by(name, &takers))))
            .collect();
        let formats = |formats: &[(String, i64)]| -> Value {
            formats.iter().map(|(format, rows)| json!({ "format": format, "rows": rows })).collect()
        };
        json!({
            "column": column.name,
            "type": column.type_name,
            "nulls": column.nulls,
            "null_words": counts(&column.null_words.ranked()),
            "present": column.present,
            "distinct": { "count": column.distinct.count(), "exact": column.distinct.is_exact() },
            "longest": column.longest,
            "not_utf8": column.not_utf8,
            "white_space_to_squeeze": column.untidy,
            "control_characters": column.control,
            "shapes": counts(&column.shapes.ranked()[..column.shapes.ranked().len().min(10)]),
            "other_shapes": column.shapes.ranked().iter().skip(10).map(|(_, times)| times).sum::<i64>() + column.shapes.others,
            "values": column.values.all().map(|values| counts(&values)),
            "takes": takes,
            "dates": { "formats": formats(&dates.formats), "ambiguous": dates.ambiguous, "rivals": formats(&dates.rivals) },
        })
    };
    json!({
        "table": profile.table.to_string(),
        "rows": profile.rows,
        "columns": profile.columns.iter().map(column).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn a_share_is_all_only_where_it_is() {
        let shares = [(0, 5), (1, 100_000), (2, 3), (99_999, 100_000), (5, 5)];
        let said = ["0 %", "0.1 %", "66.7 %", "99.9 %", "100 %"];
        assert_eq!(shares.map(|(part, whole)| share(part, whole)), said);
    }
}
