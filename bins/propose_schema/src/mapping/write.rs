//! The suggestion as text.

use super::tables::{OldTable, Target};
use super::toml::{key, text};

pub fn mapping(sources: &[OldTable], targets: &[Target]) -> String {
    let mut lines = vec![
        "# Proposed by `propose_schema mapping` out of both databases: a start, to be read line by line.".to_owned(),
        "# What is doubtful is said above its line. `migrate_data dry-run` counts what would become of each row.".to_owned(),
        String::new(),
        "time_zone  = \"UTC\"  # of dates and times that name none".to_owned(),
        format!("null_words = [{}]", null_words(sources).join(", ")),
    ];
    for target in targets {
        lines.push(String::new());
        lines.extend(target_lines(sources, target));
    }
    let unused: Vec<String> = sources
        .iter()
        .enumerate()
        .flat_map(|(index, source)| unused(index, source, targets))
        .collect();
    if !unused.is_empty() {
        lines.push(String::new());
        lines.push("# Not read by any line above:".to_owned());
        lines.extend(unused);
    }
    lines.join("\n") + "\n"
}

/// Those that stand for no value in some column.
fn null_words(sources: &[OldTable]) -> Vec<String> {
    let columns = sources.iter().flat_map(|source| &source.profile.columns);
    let mut words: Vec<String> =
        columns.flat_map(|column| column.null_words.ranked()).map(|(word, _)| text(word)).collect();
    words.push(text(""));
    words.sort();
    words.dedup();
    words
}

fn target_lines(sources: &[OldTable], target: &Target) -> Vec<String> {
    let name = &target.table.name;
    let Some(source) = target.source.map(|index| &sources[index]) else {
        return vec![format!(
            "# [{}]: no table of the old database with a key looks like it",
            key(name)
        )];
    };
    let label = source.profile.table.to_string();
    let mut lines = vec![
        format!("[{}]", key(name)),
        format!("from = {}", text(&label)),
        format!("key = {}", text(source.key.as_deref().unwrap_or_default())),
    ];
    if let Some(unique) = &target.unique {
        let by: Vec<_> = unique.by.iter().map(|column| text(column)).collect();
        let by = if by.len() == 1 { by.concat() } else { format!("[{}]", by.join(", ")) };
        let case = if unique.ignores_case { ", ignore_case = true" } else { "" };
        lines.push(format!("unique = {{ by = {by}{case} }}"));
    }
    if let Some(column) = &target.skip_if_null {
        lines.push(format!("skip_if_null = {}", text(column)));
    }
    lines.push(format!("[{}.columns]", key(name)));
    for (column, spec) in &target.columns {
        lines.extend(spec.lines(column));
    }
    for column in &target.unfilled {
        lines
            .push(format!("{} = ?  # NOT NULL, and nothing in {label} looks like it", key(column)));
    }
    for column in &target.empty {
        lines.push(format!("# {column}: nothing in {label} looks like it"));
    }
    if target.is_filled() {
        return lines;
    }
    // Half a target would be refused, with it the whole file.
    let comment = |line: String| if line.starts_with('#') { line } else { format!("# {line}") };
    lines.into_iter().map(comment).collect()
}

fn unused(index: usize, source: &OldTable, targets: &[Target]) -> Vec<String> {
    let reading: Vec<_> = targets
        .iter()
        .filter(|target| target.source == Some(index) && target.is_filled())
        .collect();
    let columns = source.profile.columns.iter().filter(|column| {
        source.key.as_ref() != Some(&column.name)
            && !reading
                .iter()
                .flat_map(|target| &target.columns)
                .any(|(_, spec)| spec.get("from") == Some(&text(&column.name)))
    });
    let names: Vec<_> = columns.map(|column| column.name.as_str()).collect();
    let table = &source.profile.table;
    match (reading.is_empty(), source.key.is_none(), names.is_empty()) {
        (_, true, _) => vec![format!("# {table}, which has no key: `from_sql` may give it one")],
        (true, ..) => vec![format!("# {table}")],
        (_, _, true) => Vec::new(),
        _ => vec![format!("# {table}: {}", names.join(", "))],
    }
}
