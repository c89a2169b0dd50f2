//! The source and the target, and the mirrors between them.

use std::thread;

use catalog::{Catalog, Scope};
use common::identifier::QualifiedName;
use common::locking::Turn;
use common::{Database, Error, Project, Result, Session, Side, pooling};

use crate::arguments::Which;
use crate::fold::names::Names;
use crate::fold::{self, Folded};
use crate::lineage::Identities;
use crate::mirror::{Mirror, mirrors};
use crate::outside::Outside;
use crate::{selection, target};

pub struct Sides {
    pub source: Database,
    pub target: Database,
    pub from: Session,
    pub to: Session,
    pub mirrors: Vec<Mirror>,
    names: Names,
}

/// The source at one moment, and the target at about the same.
pub struct State {
    /// The source's facts in the mirrors' terms: what should be.
    pub wanted: Folded,
    /// The mirrors' facts: what is.
    pub actual: Catalog,
}

impl Sides {
    /// # Errors
    /// A side is not set or cannot be reached, or the mirrors' names cannot be.
    pub fn open(which: &Which) -> Result<Sides> {
        let source = database(Side::Source, which)?;
        let target = database(Side::Target, which)?;
        let (mirrors, names) = mirrors(which, &source)?;
        let (from, to) = (pooling::session(&source)?, pooling::session(&target)?);
        Ok(Sides { source, target, from, to, mirrors, names })
    }

    /// Refuses schemas that are somebody else's, and waits until no other run changes mirrors.
    pub fn take_turn(&mut self) -> Result<()> {
        for mirror in &self.mirrors {
            target::refuse_foreign_schema(&mut self.to, mirror, &self.target)?;
        }
        Turn::MIRRORS.take(&mut self.to)
    }

    /// Where a mirror's rows come from, for its lineage: oids mean nothing in another database.
    pub fn origin(&self, mirror: &Mirror) -> String {
        let schema =
            QualifiedName { schema: Some(self.source.name.clone()), name: mirror.source.clone() };
        format!("{}/{}", self.source.address, schema.sql())
    }

    /// Reads both sides at once.
    ///
    /// # Errors
    /// A schema or a table is not in the source, or cannot be mirrored.
    pub fn read(&mut self, tables: &[String]) -> Result<State> {
        let scope = Scope::Schemas(self.mirrors.iter().map(|mirror| mirror.name.clone()).collect());
        let schemas: Vec<String> =
            self.mirrors.iter().map(|mirror| mirror.source.clone()).collect();
        let (from, to) = (&mut self.from, &mut self.to);
        let (source, target) = thread::scope(|threads| {
            let target = threads.spawn(|| Catalog::read(to, &scope));
            let source = Catalog::read(from, &Scope::Database);
            (source, target.join().expect("reading a catalog does not panic"))
        });
        let (source, target) = (source?, target?);
        self.refuse_missing_schemas(&source)?;
        let tables = selection::tables(&source, &schemas, tables)?;
        let mut names = self.names.clone();
        let outside = Outside::find(&source, (&mut self.from, &mut self.to), &mut names)?;
        let mut wanted = fold::mirrored(source, &tables, &names, &outside.lacking, target.version)?;
        wanted.left_out.splice(0..0, outside.notes);
        Ok(State { wanted, actual: fold::comparable(target) })
    }

    /// What the source knows a mirror's objects by.
    pub fn identities(&mut self, mirror: &Mirror) -> Result<Identities> {
        let schemas = vec![mirror.source.clone()];
        let rows = self.from.query(include_str!("sql/identities.sql"), &[&schemas])?;
        let identities = rows.iter().filter_map(|row| {
            let kind = serde_json::from_value(row.get::<_, &str>(0).into()).ok()?;
            let id = catalog::Id { kind, path: row.get(3) };
            Some((id, (row.get(1), row.get(2))))
        });
        Ok(identities.collect())
    }

    fn refuse_missing_schemas(&self, source: &Catalog) -> Result<()> {
        let there = |name: &str| {
            let id = catalog::Id::new(catalog::Kind::Schema, [name]);
            source.holds(&id)
        };
        match self.mirrors.iter().find(|mirror| !there(&mirror.source)) {
            None => Ok(()),
            Some(mirror) => {
                let names = source.of_kind(catalog::Kind::Schema).map(|schema| schema.id.name());
                let names = names.collect::<Vec<_>>().join(", ");
                Err(Error::usage(format!("{} has no schema `{}`", self.source, mirror.source))
                    .detail(format!("its schemas are {names}"))
                    .hint("SOURCE_PG_SCHEMA or --schema names it, as the source spells it. Nothing was changed."))
            }
        }
    }
}

/// A project is needed for its private databases only.
fn database(side: Side, which: &Which) -> Result<Database> {
    match Database::configured(side)? {
        Some(database) => Ok(database),
        None => Database::of(side, &Project::open(&which.project)?),
    }
}
