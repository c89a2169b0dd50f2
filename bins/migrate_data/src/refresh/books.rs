//! The books after a later run: they say what one load of the old database as it is now would say.

use common::identifier::literal;
use common::{Result, Session};

use super::draft::Draft;
use super::stage::BOOKS;
use crate::ledger::{refused, surrogates};
use crate::plan::{Plan, Source};
use crate::survey::Refused;

/// Brings one source's part up to date, within the session's transaction.
///
/// # Errors
/// The new database cannot be written.
pub fn rewrite(
    new: &mut Session,
    run: i64,
    plan: &Plan,
    index: usize,
    draft: &Draft,
    refused: &Refused,
) -> Result<()> {
    let source = &plan.sources[index];
    if draft.changed.is_empty() {
        return Ok(());
    }
    new.execute(
        "INSERT INTO pgrefit.load_source (run, position, source, main, rows) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (run, source) DO UPDATE SET rows = excluded.rows, position = excluded.position, main = excluded.main",
        &[
            &run,
            &i32::try_from(index).expect("a mapping has few sources"),
            &source.label,
            &source.targets[source.main].name,
            &draft.read,
        ],
    )?;
    if !draft.digest.is_empty() {
        new.execute(
            "UPDATE pgrefit.load_source SET survivors = $3 WHERE run = $1 AND source = $2",
            &[&run, &source.label, &draft.digest],
        )?;
    }
    for (chunk, account) in &draft.changed {
        account.replace(new, run, source, chunk)?;
    }
    let ranges: Vec<_> = draft.changed.iter().map(|(chunk, _)| chunk.range.clone()).collect();
    for (table, key) in [("quarantine", "key"), ("lineage", "source_key")] {
        replace_entries(new, run, source, &ranges, table, key)?;
    }
    refused::replace(new, run, source, refused)?;
    for (position, numbers) in &draft.numbers {
        surrogates::remember(new, run, source, &source.targets[*position], numbers)?;
    }
    Ok(())
}

/// The entries of these ranges, where they are not what is staged.
fn replace_entries(
    new: &mut Session,
    run: i64,
    source: &Source,
    ranges: &[crate::snapshot::Range],
    table: &str,
    key: &str,
) -> Result<()> {
    let part = |index: usize| match source.key.parts.as_slice() {
        [only] => format!("t.{key}::{}", only.type_name),
        several => format!("(t.{key}::jsonb ->> {index})::{}", several[index].type_name),
    };
    let joined = super::joined_ranges::joined(ranges.to_vec());
    let ranges: Vec<_> = joined.iter().map(|range| range.of(&source.key, part)).collect();
    let of_source = format!("t.run = {run} AND t.source = {}", literal(&source.label));
    new.batch(&format!(
        "DELETE FROM pgrefit.{table} AS t WHERE {of_source} AND (({})) \
         AND NOT EXISTS (SELECT FROM {BOOKS}{table} AS s WHERE s.source = t.source AND s.{key} = t.{key} AND record_image_eq(ROW(s.*), ROW(t.*)))",
        ranges.join(") OR (")
    ))?;
    // Sorted, so that all is found before the first is written: a plan made for an empty table would
    // look through what was written so far for each.
    new.batch(&format!(
        "INSERT INTO pgrefit.{table} SELECT s.* FROM {BOOKS}{table} AS s WHERE s.source = {} \
         AND NOT EXISTS (SELECT FROM pgrefit.{table} AS t WHERE {of_source} AND t.{key} = s.{key}) ORDER BY s.{key}",
        literal(&source.label)
    ))
}
