//! Which old table a new one is made of.

use super::catalog::NewTable;
use super::names::{likeness, table_words, words};
use super::tables::{OldTable, Target, Unique};
use migrate_data::value::Kind;

/// A source for each table that has one. Tables whose name an old table has come first, as theirs
/// is the row that decides a source row's fate.
pub fn choose<'a>(tables: &'a [NewTable], sources: &[OldTable]) -> Vec<Target<'a>> {
    let mut targets: Vec<Target> = tables.iter().map(|table| target(table, sources)).collect();
    targets.sort_by_key(|target| {
        let named = target.source.is_some_and(|source| is_named(target.table, &sources[source]));
        (target.source.is_none(), !named)
    });
    targets
}

fn target<'a>(table: &'a NewTable, sources: &[OldTable]) -> Target<'a> {
    let usable = || sources.iter().enumerate().filter(|(_, source)| source.key.is_some());
    let named = usable().find(|(_, source)| is_named(table, source)).map(|(index, _)| index);
    let cut = || usable().find_map(|(index, source)| Some((index, column_named(table, source)?)));
    let (source, cut_from) = match (named, cut()) {
        (Some(index), _) => (Some(index), None),
        (None, Some((index, column))) => (Some(index), Some(column)),
        (None, None) => (most_alike(table, sources), None),
    };
    let natural = table.natural_keys.first();
    Target {
        table,
        source,
        unique: natural
            .map(|key| Unique { by: vec![key.column.clone()], ignores_case: key.ignores_case }),
        cut_from,
        skip_if_null: None,
        columns: Vec::new(),
        unfilled: Vec::new(),
        empty: Vec::new(),
    }
}

fn is_named(table: &NewTable, source: &OldTable) -> bool {
    table_words(&table.name) == table_words(&source.profile.table.name)
}

/// A column that bears the table's name: categories out of old_products.category.
fn column_named(table: &NewTable, source: &OldTable) -> Option<String> {
    let wanted = table_words(&table.name);
    let columns = source.profile.columns.iter();
    columns.map(|column| &column.name).find(|name| words(name) == wanted).cloned()
}

/// The source whose columns are like most of those the table must have, if at least half are.
fn most_alike(table: &NewTable, sources: &[OldTable]) -> Option<usize> {
    let wanted: Vec<_> = table
        .relation
        .columns
        .iter()
        .filter(|column| column.not_null && !column.filled && !column.generated)
        .map(|column| words(&column.name))
        .collect();
    let alike = |source: &OldTable| {
        let has = |words_of: &Vec<String>| {
            let columns = source.profile.columns.iter();
            columns.map(|column| likeness(words_of, &words(&column.name))).fold(0.0, f64::max)
                >= 0.5
        };
        let shared = likeness(&table_words(&table.name), &table_words(&source.profile.table.name));
        (wanted.iter().filter(|words| has(words)).count(), shared)
    };
    let scored = sources.iter().enumerate().filter(|(_, source)| source.key.is_some());
    let best = scored
        .map(|(index, source)| (alike(source), index))
        .filter(|((found, shared), _)| *shared > 0.0 && found * 2 >= wanted.len())
        .max_by(|(one, _), (other, _)| one.0.cmp(&other.0).then(one.1.total_cmp(&other.1)));
    best.map(|(_, index)| index)
}

/// A target that looks up one that cannot be filled cannot be filled either.
pub fn forget_unfilled(targets: &mut [Target]) {
    loop {
        let filled: Vec<String> = targets
            .iter()
            .filter(|target| target.is_filled())
            .map(|target| target.table.name.clone())
            .collect();
        let mut changed = false;
        for target in targets.iter_mut().filter(|target| target.is_filled()) {
            let broken = target.columns.iter().find(|(_, spec)| {
                let lookup = spec.get("lookup").map(|text| text.trim_matches('"').to_owned());
                lookup.is_some_and(|name| !filled.contains(&name))
            });
            if let Some((column, _)) = broken {
                target.unfilled.push(column.clone());
                changed = true;
            }
        }
        if !changed {
            return;
        }
    }
}

/// Whether a surrogate can number the table's rows.
pub fn is_numbered(table: &NewTable) -> Option<&str> {
    let [only] = table.relation.primary_key.as_slice() else {
        return None;
    };
    let column = table.relation.column(only)?;
    matches!(column.kind, Kind::Integer(_)).then_some(only)
}
