//! Keys and indexes of the tables that are filled: away during the load, and brought back after a
//! crash as well.

use std::collections::BTreeSet;

use catalog::{Catalog, Fact, Id, Kind, Options, Statement, plan};
use common::{Result, Session, note};

use super::copy::Table;
use crate::change::of_mirror;
use crate::mirror::Mirror;

/// What is away.
pub struct Aside {
    back: Vec<String>,
}

impl Aside {
    /// Takes indexes and foreign keys off the tables, and writes down how they come back, in one
    /// transaction. Primary keys and the like may stay: foreign keys of another mirror need them.
    pub fn take(
        target: &mut Session,
        mirror: &Mirror,
        actual: &Catalog,
        tables: &[Table],
        keys_too: bool,
    ) -> Result<Aside> {
        let whole = of_mirror(actual, mirror);
        let filled = tables.iter().map(|table| table.path.as_slice()).collect();
        let bare = without_keys(&whole, &filled, keys_too);
        let options =
            Options { allow_data_loss: true, owners: false, grants: false, ..Options::default() };
        let (away, back) = (plan(&whole, &bare, &options)?, plan(&bare, &whole, &options)?);
        let sql =
            |statements: &[Statement]| statements.iter().map(|s| s.sql.clone()).collect::<Vec<_>>();
        let (away, back) = (sql(&away.statements), sql(&back.statements));
        let names: Vec<&str> = tables.iter().map(|table| table.target.as_str()).collect();
        target.batch(include_str!("../sql/loading.sql"))?;
        target.begin()?;
        target.batch("SET LOCAL lock_timeout = '10s'")?;
        target.execute(
            "INSERT INTO pgrefit.mirror_load (mirror, tables, back) VALUES ($1, $2, $3)",
            &[&mirror.name, &names, &back],
        )?;
        away.iter().try_for_each(|statement| target.batch(statement))?;
        target.commit()?;
        Ok(Aside { back })
    }

    pub fn bring_back(self, target: &mut Session, mirror: &Mirror) -> Result<()> {
        bring_back(target, mirror, &self.back)
    }
}

/// Ends a load that was cut off: its tables, which were empty before it, are emptied again, and
/// their keys and indexes come back.
pub fn recover(target: &mut Session, mirror: &Mirror) -> Result<()> {
    let there = target.query_one("SELECT to_regclass('pgrefit.mirror_load') IS NOT NULL", &[])?;
    if !there.get::<_, bool>(0) {
        return Ok(());
    }
    let sql = "SELECT tables, back FROM pgrefit.mirror_load WHERE mirror = $1";
    let Some(row) = target.query_opt(sql, &[&mirror.name])? else { return Ok(()) };
    let (tables, back): (Vec<String>, Vec<String>) = (row.get(0), row.get(1));
    note(format_args!(
        "{}: a load was cut off; its tables are emptied and their keys come back",
        mirror.name
    ));
    target.batch(&format!("TRUNCATE {}", tables.join(", ")))?;
    bring_back(target, mirror, &back)
}

fn bring_back(target: &mut Session, mirror: &Mirror, back: &[String]) -> Result<()> {
    target.begin()?;
    target.batch("SET LOCAL maintenance_work_mem = '256MB'")?;
    back.iter().try_for_each(|statement| target.batch(statement))?;
    target.execute("DELETE FROM pgrefit.mirror_load WHERE mirror = $1", &[&mirror.name])?;
    target.commit()
}

/// The mirror without what slows a load down or asks for an order of the tables. Partitions keep
/// their keys, which are their parent's.
fn without_keys(whole: &Catalog, tables: &BTreeSet<&[String]>, keys_too: bool) -> Catalog {
    let filled = |table: &[String]| {
        let partition = Id { kind: Kind::Partition, path: table.to_vec() };
        tables.contains(table) && !whole.holds(&partition)
    };
    let goes = |fact: &Fact| match fact.id.kind {
        Kind::ForeignKey => true,
        Kind::Index => filled(&catalog::parse(fact.text("table"))),
        Kind::Constraint if keys_too && fact.text("type") != "CHECK" => filled(&fact.id.path[..2]),
        _ => false,
    };
    let mut bare = Catalog::new(whole.version, &whole.user);
    whole.facts().filter(|fact| !goes(fact)).for_each(|fact| bare.insert(fact.clone()));
    bare
}
