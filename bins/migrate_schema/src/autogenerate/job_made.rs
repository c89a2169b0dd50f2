//! Partitions that the schema files do not speak of: a job or an optimisation script made them under
//! a parent that the files know. They are nobody's drift, and no plan names them.

use std::collections::BTreeSet;

use catalog::{Attribute, Catalog, Fact, Kind};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobMade {
    /// Schema and name.
    paths: BTreeSet<Vec<String>>,
    /// Theirs and their indexes', as SQL has them.
    names: BTreeSet<String>,
}

impl JobMade {
    /// `spoken_of`: the partitions that the schema files make, by schema and name.
    pub fn of(start: &Catalog, desired: &Catalog, spoken_of: &[Vec<String>]) -> JobMade {
        let mut made = JobMade::default();
        let partitions: Vec<&Fact> = start
            .of_kind(Kind::Partition)
            .chain(desired.of_kind(Kind::Partition))
            .filter(|fact| !spoken_of.contains(&fact.id.path))
            .collect();
        let wanted: BTreeSet<String> =
            desired.of_kind(Kind::Table).map(|fact| fact.id.sql()).collect();
        // A partition may have partitions in turn.
        loop {
            let before = made.paths.len();
            for partition in &partitions {
                let parent = partition.text(Attribute::Parent);
                if wanted.contains(parent) || made.names.contains(parent) {
                    made.names.insert(partition.id.sql());
                    made.paths.insert(partition.id.path.clone());
                }
            }
            if made.paths.len() == before {
                break;
            }
        }
        let indexes = start.facts().chain(desired.facts()).filter(|fact| made.holds(fact));
        let indexes = indexes.filter(|fact| fact.is(Attribute::Table)).map(|fact| fact.id.sql());
        let indexes: Vec<String> = indexes.collect();
        made.names.extend(indexes);
        made
    }

    pub fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// Schema and name of each.
    pub fn paths(&self) -> BTreeSet<Vec<String>> {
        self.paths.clone()
    }

    /// The catalog without them and all that is theirs.
    pub fn without(&self, catalog: &Catalog) -> Catalog {
        catalog.filtered(|fact| !self.holds(fact))
    }

    fn holds(&self, fact: &Fact) -> bool {
        let own = (fact.id.kind == Kind::Table || fact.id.kind.is_part())
            && fact.id.path.get(..2).is_some_and(|path| self.paths.contains(path));
        own || fact.get(Attribute::Table).is_some_and(|table| self.names.contains(table))
    }

    /// Whether pg_dump's entry speaks of one of them.
    pub fn named_in(&self, entry: &str) -> bool {
        let ends = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        let names = |name: &String| {
            entry.match_indices(name.as_str()).any(|(at, _)| ends(&entry[at + name.len()..]))
        };
        self.names.iter().any(names)
    }
}
