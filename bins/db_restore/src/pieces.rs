//! The restored tables as statements that a worker runs one after the other: a part of a table's
//! rows each, and what the server is asked of them.

use std::collections::HashMap;

use common::{Result, Session};
use rows::{copy_text, server_hash};

use crate::chunks::sql_name;
use crate::extension_config;
use crate::plan::Plan;

/// A part of a table that one worker reads.
pub struct Piece {
    /// Position among the plan's tables.
    pub table: usize,
    predicate: Option<String>,
}

impl Piece {
    /// Gives number and sum of the hashes of its rows, `hash` being that of one.
    pub fn sum(&self, plan: &Plan, hash: &str) -> String {
        format!(
            "SELECT count(*), coalesce(sum({hash}), 0)::text FROM ONLY {} {}",
            sql_name(plan.tables[self.table]),
            self.predicate.as_deref().unwrap_or_default()
        )
    }

    /// Gives its rows as the backup holds them.
    pub fn copy_out(&self, plan: &Plan) -> String {
        let table = plan.tables[self.table];
        let predicate = self.predicate.as_deref();
        copy_text::copy_out(&table.schema, &table.name, &table.columns, predicate, plan.encoding())
    }
}

/// Bytes of a table, TOAST included, in a piece.
const PIECE: i64 = 16 * 1024 * 1024;

/// Tables in pieces, the largest table first. Ranges of pages are read without the rest of the
/// table since PostgreSQL 14, and in tables of its own access method only.
pub fn of_tables(session: &mut Session, plan: &Plan) -> Result<Vec<Piece>> {
    let rows = session.query(include_str!("sql/table_sizes.sql"), &[&names(plan)])?;
    let sizes: HashMap<i64, (i64, i64)> =
        rows.iter().map(|row| (row.get(0), (row.get(1), row.get(2)))).collect();
    let mut pieces = Vec::new();
    for (position, table) in plan.tables.iter().enumerate() {
        let (pages, bytes) = sizes.get(&place(position)).copied().unwrap_or_default();
        let wanted = (bytes / PIECE + 1).min(pages);
        let condition = extension_config::condition(session, table)?;
        let is_part = condition.is_some();
        let one = Piece { table: position, predicate: condition };
        if wanted <= 1 || is_part {
            pieces.push((bytes, one));
            continue;
        }
        let step = pages.div_euclid(wanted) + 1;
        let mut from = 0;
        while from < pages {
            let to = from + step;
            // The last one is open, as the size was asked for a moment ago.
            let end = if to < pages { format!(" AND ctid < '({to},0)'") } else { String::new() };
            let predicate = Some(format!("WHERE ctid >= '({from},0)'{end}"));
            pieces.push((bytes, Piece { table: position, predicate }));
            from = to;
        }
    }
    pieces.sort_by_key(|(bytes, _)| std::cmp::Reverse(*bytes));
    Ok(pieces.into_iter().map(|(_, piece)| piece).collect())
}

/// `concat_ws` takes a hundred arguments.
const COLUMNS: usize = 99;

/// The SQL of a row's hash, by table; `None` where the table has no columns, or too many.
pub fn hashes(session: &mut Session, plan: &Plan) -> Result<Vec<Option<String>>> {
    let sql = include_str!("sql/row_values.sql");
    let rows = session.query(sql, &[&names(plan), &server_hash::NULL])?;
    let values: HashMap<(i64, String), String> =
        rows.iter().map(|row| ((row.get(0), row.get(1)), row.get(2))).collect();
    let hash = |(position, table): (usize, &&db_backup::manifest::Table)| {
        let value = |column: &String| values.get(&(place(position), column.clone())).cloned();
        let values = table.columns.iter().map(value).collect::<Option<Vec<_>>>()?;
        (1..=COLUMNS).contains(&values.len()).then(|| {
            let values = values.join(", ");
            format!("hashtextextended(concat_ws(E'\\t', {values}) COLLATE \"C\", 0)")
        })
    };
    Ok(plan.tables.iter().enumerate().map(hash).collect())
}

fn names(plan: &Plan) -> Vec<String> {
    plan.tables.iter().map(|table| sql_name(table)).collect()
}

/// Among the names, as SQL counts.
fn place(position: usize) -> i64 {
    i64::try_from(position).expect("fewer tables than that") + 1
}
