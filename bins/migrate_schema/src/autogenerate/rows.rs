//! Made-up rows in a clone, and whether they survive.

use std::collections::BTreeMap;

use common::{Result, Session, identifier};

/// Fills empty tables with three rows each; all, or those named (quoted, with their schemas).
pub fn make_up(session: &mut Session, tables: Option<&[String]>) -> Result<()> {
    if let Some(tables) = tables {
        let oids = tables.iter().map(|table| {
            format!("coalesce(to_regclass({})::oid::text, '0')", identifier::literal(table))
        });
        let oids = std::iter::once("'0'".to_owned()).chain(oids).collect::<Vec<_>>();
        let list = oids.join(" || ' ' || ");
        session.batch(&format!("SELECT set_config('pgrefit.tables', {list}, false)"))?;
    }
    session.batch(include_str!("sql/rows.sql"))
}

/// What the rows of a database are, column by column, whatever the columns are called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rows(BTreeMap<(u32, i16), Column>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Column {
    /// `shop.users.email`
    name: String,
    kind: String,
    /// Another one once the table is written anew.
    file: u32,
    rows: i64,
    hash: String,
    /// Of an enum's labels, whatever they are called.
    labels: Option<String>,
}

impl Column {
    fn same(&self, now: &Column) -> bool {
        self.hash == now.hash || self.labels.is_some() && self.labels == now.labels
    }
}

impl Rows {
    /// Of the tables that [`make_up`] was told of in the same session.
    pub fn read(session: &mut Session) -> Result<Rows> {
        let query: String = session.query_one(include_str!("sql/rows_read.sql"), &[])?.get(0);
        let rows = session.query(&query, &[])?;
        let column = |row: &postgres::Row| {
            let column = Column {
                file: row.get(1),
                name: row.get(3),
                kind: row.get(4),
                rows: row.get(5),
                hash: row.get(6),
                labels: row.get(7),
            };
            ((row.get(0), row.get(2)), column)
        };
        Ok(Rows(rows.iter().map(column).collect()))
    }

    /// How many values there are.
    pub fn values(&self) -> i64 {
        self.0.values().map(|column| column.rows).sum()
    }

    /// The columns that had values and are gone, or whose values are others, by their names.
    pub fn lost(&self, after: &Rows) -> Vec<String> {
        let lost = |key: &(u32, i16), column: &Column| match after.0.get(key) {
            None => true,
            Some(now) => column.rows != now.rows || column.kind == now.kind && !column.same(now),
        };
        let full = self.0.iter().filter(|(_, column)| column.rows > 0);
        full.filter(|(key, column)| lost(key, column))
            .map(|(_, column)| column.name.clone())
            .collect()
    }

    /// The tables that were written anew, by one of their columns' names before.
    pub fn rewritten(&self, after: &Rows) -> Vec<String> {
        let moved = |key: &(u32, i16), column: &Column| {
            after.0.get(key).is_some_and(|now| now.file != column.file)
        };
        self.0
            .iter()
            .filter(|(key, column)| moved(key, column))
            .map(|(_, column)| column.name.clone())
            .collect()
    }
}
