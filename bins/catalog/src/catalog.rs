//! All facts of one database.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Attribute, Fact, Id, Kind, name};

/// What to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    Database,
    /// Only what lives in these schemas, and the schemas themselves.
    Schemas(Vec<String>),
}

impl Scope {
    pub(crate) fn holds(&self, id: &Id) -> bool {
        match (self, id.path.first()) {
            (Scope::Database, _) => true,
            (Scope::Schemas(schemas), Some(first)) => {
                (id.kind.is_in_schema() || id.kind == Kind::Schema) && schemas.contains(first)
            }
            (Scope::Schemas(_), None) => false,
        }
    }
}

/// An object that pg_dump would write and that is not a fact, by pg_dump's word for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unmodelled {
    pub kind: String,
    pub name: String,
}

/// What a database holds. Two catalogs with equal facts are the same schema.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalog {
    /// `server_version_num`, such as 150018.
    pub version: u32,
    /// Who read it: the owner that new objects have by themselves.
    pub user: String,
    #[serde(with = "as_list")]
    pub(crate) facts: BTreeMap<Id, Fact>,
    pub(crate) unmodelled: Vec<Unmodelled>,
}

impl Catalog {
    pub fn new(version: u32, user: &str) -> Catalog {
        Catalog { version, user: user.to_owned(), facts: BTreeMap::new(), unmodelled: Vec::new() }
    }

    /// A database that CREATE DATABASE has just made from template0.
    pub fn fresh(version: u32, user: &str) -> Catalog {
        let mut fresh = Catalog::new(version, user);
        let mut public = Fact::new(Id::new(Kind::Schema, ["public"]));
        let rights = if version >= 150_000 { "PUBLIC=U" } else { "PUBLIC=UC" };
        let owner = if version >= 150_000 { "pg_database_owner" } else { user };
        for (attribute, value) in [
            (Attribute::Comment, "standard public schema"),
            (Attribute::Owner, owner),
            (Attribute::Grants, rights),
        ] {
            public.set(attribute, value);
        }
        fresh.insert(public);
        let mut plpgsql = Fact::new(Id::new(Kind::Extension, ["plpgsql"]));
        plpgsql.set(Attribute::Comment, "PL/pgSQL procedural language");
        plpgsql.set(Attribute::Schema, "pg_catalog");
        fresh.insert(plpgsql);
        fresh
    }

    pub fn insert(&mut self, fact: Fact) {
        self.facts.insert(fact.id.clone(), fact);
    }

    pub fn get(&self, id: &Id) -> Option<&Fact> {
        self.facts.get(id)
    }

    pub fn holds(&self, id: &Id) -> bool {
        self.facts.contains_key(id)
    }

    /// All facts, by kind in the order of [`Kind`], then by name.
    pub fn facts(&self) -> impl Iterator<Item = &Fact> {
        self.facts.values()
    }

    /// The facts, for whom they are all that is wanted of the catalog.
    pub fn into_facts(self) -> impl Iterator<Item = Fact> {
        self.facts.into_values()
    }

    /// What the facts say, to be changed in place.
    pub fn attributes_mut(
        &mut self,
    ) -> impl Iterator<Item = (&Id, &mut BTreeMap<Attribute, String>)> {
        self.facts.values_mut().map(|fact| (&fact.id, &mut fact.attributes))
    }

    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Fact> {
        let first = Id { kind, path: Vec::new() };
        self.facts.range(first..).map(|(_, fact)| fact).take_while(move |fact| fact.id.kind == kind)
    }

    /// The facts of one kind whose path begins with another's, such as a table's columns, in
    /// their order.
    pub fn parts(&self, kind: Kind, of: &[String]) -> Vec<&Fact> {
        let first = Id { kind, path: of.to_vec() };
        let mut parts: Vec<&Fact> = self
            .facts
            .range(first..)
            .map(|(_, fact)| fact)
            .take_while(|fact| fact.id.kind == kind && fact.id.path.starts_with(of))
            .collect();
        parts.sort_by(|a, b| (a.position, &a.id).cmp(&(b.position, &b.id)));
        parts
    }

    /// The relation with this schema and name, of whatever kind.
    pub fn relation(&self, path: &[String]) -> Option<&Fact> {
        let mut id = Id { kind: Kind::Table, path: path.get(..2)?.to_vec() };
        [Kind::Table, Kind::View, Kind::MaterializedView, Kind::ForeignTable, Kind::Sequence]
            .into_iter()
            .find_map(|kind| {
                id.kind = kind;
                self.get(&id)
            })
    }

    /// The index of a table with this schema and name, or the constraint that has it.
    pub fn index(&self, table: &[String], path: &[String]) -> Option<&Fact> {
        let constraint = table.iter().chain(path.last()).cloned().collect();
        self.get(&Id { kind: Kind::Index, path: path.to_vec() })
            .or_else(|| self.get(&Id { kind: Kind::Constraint, path: constraint }))
    }

    /// The tables that a partition or an heir has its columns from.
    pub fn parents(&self, table: &[String]) -> Vec<Vec<String>> {
        [Kind::Partition, Kind::Inheritance]
            .into_iter()
            .filter_map(|kind| self.get(&Id { kind, path: table.get(..2)?.to_vec() }))
            .flat_map(Fact::follows)
            .collect()
    }

    /// The places of the partitions and heirs right below a table.
    pub fn children<'a>(&'a self, table: &'a [String]) -> impl Iterator<Item = &'a Fact> {
        [Kind::Partition, Kind::Inheritance]
            .into_iter()
            .flat_map(|kind| self.of_kind(kind))
            .filter(move |place| place.follows().iter().any(|parent| parent == table))
    }

    /// The parent's index or constraint that an attached index of this schema and name follows.
    pub fn parent_of_index(&self, path: &[String]) -> Option<&Fact> {
        let place = self.get(&Id { kind: Kind::IndexPartition, path: path.to_vec() })?;
        self.above(place)
    }

    /// The index or constraint that an attached index's place leads to.
    pub fn above(&self, place: &Fact) -> Option<&Fact> {
        let table = place.parent()?;
        self.index(&table, &name::parse(place.text(Attribute::Parent)))
    }

    /// The same catalog with some of its facts.
    #[must_use]
    pub fn filtered(&self, keep: impl Fn(&Fact) -> bool) -> Catalog {
        let mut rest = Catalog::new(self.version, &self.user);
        rest.unmodelled.clone_from(&self.unmodelled);
        self.facts().filter(|fact| keep(fact)).for_each(|fact| rest.insert(fact.clone()));
        rest
    }

    /// What pg_dump would write and this crate does not model; empty is the rule.
    pub fn unmodelled(&self) -> &[Unmodelled] {
        &self.unmodelled
    }
}

/// The facts of two catalogs, those with one id together, in the order of ids.
pub(crate) fn side_by_side<'a>(
    from: &'a Catalog,
    to: &'a Catalog,
) -> impl Iterator<Item = (Option<&'a Fact>, Option<&'a Fact>)> {
    let (mut from, mut to) = (from.facts().peekable(), to.facts().peekable());
    std::iter::from_fn(move || {
        let order = match (from.peek(), to.peek()) {
            (None, None) => return None,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(a), Some(b)) => a.id.cmp(&b.id),
        };
        let a = if order.is_le() { from.next() } else { None };
        let b = if order.is_ge() { to.next() } else { None };
        Some((a, b))
    })
}

/// Maps with keys that are no strings are not JSON; a list of facts is.
mod as_list {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serializer};

    use crate::{Fact, Id};

    pub fn serialize<S: Serializer>(
        facts: &BTreeMap<Id, Fact>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(facts.values())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<Id, Fact>, D::Error> {
        let facts = Vec::<Fact>::deserialize(deserializer)?;
        Ok(facts.into_iter().map(|fact| (fact.id.clone(), fact)).collect())
    }
}
