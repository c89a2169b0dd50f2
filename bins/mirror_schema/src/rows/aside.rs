//! Keys and indexes of the tables that are filled: away during the load, and brought back after a
//! crash as well.

use std::collections::BTreeSet;

use bookkeeping::Part;
use catalog::{Attribute, Catalog, Fact, Id, Kind, Options, Statement, plan};
use common::{Result, Session, note};
use postgres::error::SqlState;

use super::table::Table;

/// What is away.
pub struct Aside {
    back: Vec<String>,
}

impl Aside {
    /// Takes keys, indexes and foreign keys off the tables, and writes down how they come back, in
    /// one transaction. Keys stay where a foreign key of a schema that is not in this run needs one.
    pub fn take(target: &mut Session, whole: &Catalog, tables: &[Table]) -> Result<Aside> {
        let schemas: Vec<&str> =
            whole.of_kind(Kind::Schema).map(|schema| schema.id.name()).collect();
        let sql = include_str!("../sql/keys_are_needed.sql");
        let keys_too = !target.query_one(sql, &[&schemas])?.get::<_, bool>(0);
        let filled = tables.iter().map(|table| table.path.as_slice()).collect();
        let bare = without_keys(whole, &filled, keys_too);
        let options =
            Options { allow_data_loss: true, owners: false, grants: false, ..Options::default() };
        let (away, back) = (plan(whole, &bare, &options)?, plan(&bare, whole, &options)?);
        let sql =
            |statements: &[Statement]| statements.iter().map(|s| s.sql.clone()).collect::<Vec<_>>();
        let (away, back) = (sql(&away.statements), sql(&back.statements));
        let names: Vec<&str> = tables.iter().map(|table| table.target.as_str()).collect();
        bookkeeping::prepare(target, Part::Mirrors)?;
        target.begin()?;
        target.batch("SET LOCAL lock_timeout = '10s'")?;
        target.execute(
            "INSERT INTO pgrefit.mirror_load (mirror, tables, back) VALUES ($1, $2, $3)",
            &[&schemas.join(", "), &names, &back],
        )?;
        away.iter().try_for_each(|statement| target.batch(statement))?;
        target.commit()?;
        Ok(Aside { back })
    }

    pub fn bring_back(self, target: &mut Session) -> Result<()> {
        bring_back(target, &self.back)
    }
}

/// Ends a load that was cut off: its tables, which were empty before it, are emptied again, and
/// their keys and indexes come back. One run at a time changes mirrors, so there is one such load.
pub fn recover(target: &mut Session) -> Result<()> {
    let there = target.query_one("SELECT to_regclass('pgrefit.mirror_load') IS NOT NULL", &[])?;
    if !there.get::<_, bool>(0) {
        return Ok(());
    }
    let sql = "SELECT mirror, tables, back FROM pgrefit.mirror_load";
    let Some(row) = target.query_opt(sql, &[])? else { return Ok(()) };
    let (mirror, tables, back): (String, Vec<String>, Vec<String>) =
        (row.get(0), row.get(1), row.get(2));
    note(format_args!(
        "{mirror}: a load was cut off; its tables are emptied and their keys come back"
    ));
    empty(target, &tables)?;
    bring_back(target, &back)
}

/// TRUNCATE refuses a table to which another schema's foreign key points, even without any row.
fn empty(target: &mut Session, tables: &[String]) -> Result<()> {
    match target.batch(&format!("TRUNCATE {}", tables.join(", "))) {
        Err(error) if error.is(&SqlState::FEATURE_NOT_SUPPORTED) => {
            tables.iter().try_for_each(|table| target.batch(&format!("DELETE FROM ONLY {table}")))
        }
        done => done,
    }
}

fn bring_back(target: &mut Session, back: &[String]) -> Result<()> {
    target.begin()?;
    target.batch("SET LOCAL maintenance_work_mem = '256MB'")?;
    back.iter().try_for_each(|statement| target.batch(statement))?;
    target.execute("DELETE FROM pgrefit.mirror_load", &[])?;
    target.commit()
}

/// The mirrors without what slows a load down or asks for an order of the tables. Partitions keep
/// their keys, which are their parent's.
fn without_keys(whole: &Catalog, tables: &BTreeSet<&[String]>, keys_too: bool) -> Catalog {
    let filled = |table: &[String]| {
        let partition = Id { kind: Kind::Partition, path: table.to_vec() };
        tables.contains(table) && !whole.holds(&partition)
    };
    let goes = |fact: &Fact| match fact.id.kind {
        Kind::ForeignKey => true,
        Kind::Index => filled(&fact.table()),
        Kind::Constraint if keys_too && fact.text(Attribute::Type) != "CHECK" => {
            filled(&fact.id.path[..2])
        }
        _ => false,
    };
    whole.filtered(|fact| !goes(fact))
}
