//! Which tables are mirrored.

use std::collections::BTreeSet;

use catalog::{Catalog, Kind};
use common::identifier::QualifiedName;
use common::{Error, Result};

/// The tables that TABLES names, by schema and name; all of the schemas without any name.
///
/// # Errors
/// A table is not in the source; all that are missing are named.
pub fn tables(
    source: &Catalog,
    schemas: &[String],
    wanted: &[String],
) -> Result<BTreeSet<Vec<String>>> {
    let there: BTreeSet<Vec<String>> = source
        .of_kind(Kind::Table)
        .map(|table| table.id.path.clone())
        .filter(|path| schemas.contains(&path[0]))
        .collect();
    let wanted = wanted.iter().map(|name| name.trim()).filter(|name| !name.is_empty());
    let wanted: Vec<&str> = wanted.collect();
    if wanted.is_empty() || wanted.iter().any(|name| name.eq_ignore_ascii_case("all")) {
        return Ok(there);
    }
    let mut chosen = BTreeSet::new();
    let mut missing = Vec::new();
    for name in wanted {
        let found = find(&there, name);
        if found.is_empty() {
            missing.push(name);
        }
        chosen.extend(found.into_iter().cloned());
    }
    if !missing.is_empty() {
        return Err(Error::usage(format!("not in the source: {}", missing.join(", ")))
            .detail(format!("its tables are {}", list(&there)))
            .hint(
                "TABLES takes the names as the source has them, or `all`. Nothing was changed.",
            ));
    }
    with_partitions(source, &mut chosen);
    Ok(chosen)
}

/// By its very name; without one of that name, by the name in any case.
fn find<'a>(there: &'a BTreeSet<Vec<String>>, name: &str) -> Vec<&'a Vec<String>> {
    let Some(wanted) = QualifiedName::parse(name) else { return Vec::new() };
    let fits = |same: fn(&str, &str) -> bool| {
        let fits = |path: &&Vec<String>| {
            same(&path[1], &wanted.name)
                && wanted.schema.as_ref().is_none_or(|schema| same(&path[0], schema))
        };
        there.iter().filter(fits).collect::<Vec<_>>()
    };
    let exact = fits(|a, b| a == b);
    if exact.is_empty() { fits(|a, b| a.to_lowercase() == b.to_lowercase()) } else { exact }
}

/// A partitioned table comes with its partitions, however deep.
fn with_partitions(source: &Catalog, chosen: &mut BTreeSet<Vec<String>>) {
    loop {
        let before = chosen.len();
        for partition in source.of_kind(Kind::Partition) {
            if partition.parent().is_some_and(|parent| chosen.contains(&parent)) {
                chosen.insert(partition.id.path.clone());
            }
        }
        if chosen.len() == before {
            return;
        }
    }
}

/// The first twenty.
fn list(tables: &BTreeSet<Vec<String>>) -> String {
    const SHOWN: usize = 20;
    let names: Vec<String> = tables.iter().take(SHOWN).map(|path| path.join(".")).collect();
    match tables.len() {
        0 => "none".to_owned(),
        count if count > SHOWN => format!("{} and {} more", names.join(", "), count - SHOWN),
        _ => names.join(", "),
    }
}
