//! Names the rows of buckets that differ.

use std::collections::BTreeMap;

use common::{Pool, Result};
use rows::CopyStream;

use super::canonical::{Row, show};
use super::expected::Pass;
use super::{Shape, found};
use crate::findings::{Findings, SHOWN};

/// Of very many differing buckets a few are enough to name rows.
const LOOKED_INTO: usize = 16;

/// Rows by their key: what should be there (with its source row), what is.
type Rows = BTreeMap<Vec<u8>, (Vec<(Row, String)>, Vec<Row>)>;

pub fn differences(
    pass: &Pass,
    new: &Pool,
    index: usize,
    buckets: &[usize],
    findings: &mut Findings,
) -> Result<()> {
    let shape = &pass.shapes[index];
    let looked_into = &buckets[..buckets.len().min(LOOKED_INTO)];
    let mut rows = Rows::new();
    let mut buffer = Vec::new();
    let mut wanted = |row: &Row| looked_into.contains(&row.bucket(shape, &mut buffer));
    pass.read(pass.ranges, |target, row, source_key| {
        if target == index && wanted(row) {
            rows.entry(row.key(shape)).or_default().0.push((row.clone(), source_key.to_owned()));
        }
    })?;
    found::read(&mut CopyStream::open(new.database())?, &shape.from_clause, shape, |row| {
        if wanted(row) {
            rows.entry(row.key(shape)).or_default().1.push(row.clone());
        }
    })?;
    let mut told: usize = 0;
    for (expected, found) in rows.values() {
        if let Some(sentence) = difference(shape, &pass.source.label, expected, found) {
            told += 1;
            if told <= SHOWN {
                findings.add(sentence);
            }
        }
    }
    if told > SHOWN || buckets.len() > LOOKED_INTO {
        let more = if buckets.len() > LOOKED_INTO {
            "many".to_owned()
        } else {
            (told - SHOWN).to_string()
        };
        findings.add(format!("  and {more} more of {}", shape.target.name));
    }
    Ok(())
}

fn difference(
    shape: &Shape,
    source: &str,
    expected: &[(Row, String)],
    found: &[Row],
) -> Option<String> {
    let table = &shape.target.name;
    match (expected, found) {
        ([(row, source_key)], []) => Some(format!(
            "{table} {}: is missing; it comes from {source} {source_key}",
            name(shape, row)
        )),
        ([], [row, ..]) => {
            Some(format!("{table} {}: does not come from any row of {source}", name(shape, row)))
        }
        ([(one, source_key)], [other]) => {
            let differing: Vec<String> = (0..one.len())
                .filter(|&index| one.column(index) != other.column(index))
                .map(|index| {
                    let column = &shape.target.columns[shape.columns[index]];
                    let shown = |row: &Row| show(row.column(index), &column.kind);
                    format!("{} is {}, the mapping makes {}", column.name, shown(other), shown(one))
                })
                .collect();
            let sentence = format!(
                "{table} {}: {} of {source} {source_key}",
                name(shape, one),
                differing.join("; ")
            );
            (!differing.is_empty()).then_some(sentence)
        }
        ([(row, _), ..], _) if expected.len() != found.len() => Some(format!(
            "{table} {}: is there {} times, not {}",
            name(shape, row),
            found.len(),
            expected.len()
        )),
        _ => None,
    }
}

/// The row's key as people read it.
fn name(shape: &Shape, row: &Row) -> String {
    let parts =
        shape.key.iter().take(4).map(|&index| {
            show(row.column(index), &shape.target.columns[shape.columns[index]].kind)
        });
    parts.collect::<Vec<_>>().join(" ")
}
