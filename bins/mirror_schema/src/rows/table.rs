//! A table of the source and its place in a mirror.

use std::collections::BTreeSet;

use catalog::{Attribute, Id, Kind};
use common::{Error, Result, Session};

use crate::mirror::Mirror;
use crate::sides::{Sides, State};

/// Names are SQL, but for the path.
#[derive(Clone, Debug)]
pub struct Table {
    /// The place: schema and name.
    pub path: Vec<String>,
    pub source: String,
    pub target: String,
    pub columns: Vec<Column>,
    /// 0 where it can only be read whole.
    pub blocks: i64,
}

/// A column whose values are copied: generated ones are made anew.
#[derive(Clone, Debug)]
pub struct Column {
    pub source: String,
    pub target: String,
    /// In the mirror, as PostgreSQL prints it.
    pub type_name: String,
    /// An identity that takes no value by UPDATE.
    pub always: bool,
}

/// The mirrored tables that hold rows of their own, in the source's order of names.
///
/// # Errors
/// Some may not be read; all of them are named.
pub fn readable(sides: &mut Sides, state: &State) -> Result<Vec<Table>> {
    let schemas: Vec<&str> = sides.mirrors.iter().map(|mirror| mirror.source.as_str()).collect();
    let rows = sides.from.query(include_str!("../sql/tables.sql"), &[&schemas])?;
    let mut tables = Vec::new();
    let mut unreadable = BTreeSet::new();
    for row in rows {
        let (path, readable, blocks): (Vec<String>, bool, i64) =
            (row.get(0), row.get(1), row.get(2));
        let id = Id { kind: Kind::Table, path };
        let Some(place) = state.wanted.places.get(&id) else { continue };
        if readable {
            tables.push(Table::new(&id, place, blocks, state));
        } else {
            unreadable.insert(id.path.join("."));
        }
    }
    if unreadable.is_empty() {
        tables.sort_by(|one, other| one.path.cmp(&other.path));
        return Ok(tables);
    }
    let names = unreadable.into_iter().collect::<Vec<_>>().join(", ");
    let user = &sides.source.user;
    Err(Error::new(format!("the user {user} may not read {names}"))
        .hint(format!("GRANT SELECT on them to {user}, or name other TABLES. No row was copied.")))
}

impl Table {
    fn new(id: &Id, place: &Id, blocks: i64, state: &State) -> Table {
        let first = Id { kind: Kind::Column, path: id.path.clone() };
        let columns = state.wanted.places.range(&first..);
        let columns = columns.take_while(|(column, _)| {
            column.kind == Kind::Column && column.path.starts_with(&id.path)
        });
        let columns = columns.filter_map(|(column, place)| {
            let fact = state.wanted.catalog.get(place)?;
            (!fact.is(Attribute::Generated)).then(|| Column {
                source: column.name_sql(),
                target: place.name_sql(),
                type_name: fact.text(Attribute::Type).to_owned(),
                always: fact.get(Attribute::Identity) == Some("ALWAYS"),
            })
        });
        Table {
            path: place.path.clone(),
            source: id.sql(),
            target: place.sql(),
            columns: columns.collect(),
            blocks,
        }
    }

    pub fn is_of(&self, mirror: &Mirror) -> bool {
        self.path[0] == mirror.name
    }

    /// Its name in the mirror.
    pub fn name(&self) -> &str {
        &self.path[1]
    }

    /// Its columns in the source or in the target.
    pub fn list(&self, name: impl Fn(&Column) -> &String) -> String {
        self.columns.iter().map(|column| name(column).as_str()).collect::<Vec<_>>().join(", ")
    }

    /// `COPY … FROM STDIN` into it or into a table like it. An empty list of columns is no SQL.
    pub fn copy_in(&self, into: &str) -> String {
        let columns = self.list(|column| &column.target);
        match columns.as_str() {
            "" => format!("COPY {into} FROM STDIN"),
            _ => format!("COPY {into} ({columns}) FROM STDIN"),
        }
    }

    /// SQL that is true for some of its rows, so that all of it together is true for every row
    /// once: ranges of blocks, of which the last is open.
    pub fn pieces(&self) -> Vec<String> {
        /// Blocks of 8 kB in one piece: few enough that no worker is the last one for long.
        const PIECE: i64 = 2048;
        let count = (self.blocks / PIECE).max(1);
        let bound = |number: i64| self.blocks * number / count;
        let piece = |number: i64| {
            let low = format!("ctid >= '({},0)'", bound(number));
            match number {
                _ if count == 1 => "true".to_owned(),
                last if last + 1 == count => low,
                _ => format!("{low} AND ctid < '({},0)'", bound(number + 1)),
            }
        };
        (0..count).map(piece).collect()
    }

    /// The same table cut by its size in the target.
    pub fn sized_by(&self, target: &mut Session) -> Result<Table> {
        let sql =
            "SELECT pg_relation_size(to_regclass($1)) / current_setting('block_size')::bigint";
        let row = target.query_one(sql, &[&self.target])?;
        Ok(Table { blocks: row.get(0), ..self.clone() })
    }
}
