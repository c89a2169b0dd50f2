//! Partitions that only the database has, as a job made them: they are not compared, and no plan
//! speaks of them but one that makes their parent anew. DROP TABLE would take them along with all
//! their rows, so they leave it first, follow its columns, and join it again.

use std::collections::BTreeSet;

use common::{Error, Result};

use super::fates::FOLLOWED;
use super::statement::Plan;
use crate::{Attribute, Catalog, Fact, Id, Kind, Options, name};

/// Which facts are theirs.
pub(super) struct JobMade {
    paths: BTreeSet<Vec<String>>,
    /// As SQL has them, their indexes' names among them.
    names: BTreeSet<String>,
}

impl JobMade {
    pub fn of(options: &Options) -> JobMade {
        let names = options.job_made.iter().map(|path| name::list_with(path, ".")).collect();
        JobMade { paths: options.job_made.clone(), names }
    }

    fn holds(&self, fact: &Fact) -> bool {
        let of_table = fact.id.kind.is_table() || fact.id.kind.is_part();
        let own = of_table && fact.id.path.get(..2).is_some_and(|path| self.paths.contains(path));
        own || fact.get(Attribute::Table).is_some_and(|table| self.names.contains(table))
    }

    pub fn without(&self, catalog: &Catalog) -> Catalog {
        catalog.filtered(|fact| !self.holds(fact))
    }

    /// Whether a plan drops a table that one of them hangs below.
    pub fn lose_a_parent(&self, plan: &Plan, from: &Catalog) -> bool {
        let drops = |parent: &str| {
            let drop = format!("DROP TABLE {parent}");
            plan.statements.iter().any(|statement| statement.sql == drop)
        };
        from.of_kind(Kind::Partition).any(|place| {
            self.paths.contains(&place.id.path) && drops(place.text(Attribute::Parent))
        })
    }

    /// The desired state with them in it, as they are once they have followed their parents.
    ///
    /// # Errors
    /// A parent is to have another name, too: in one step it would not be known again.
    pub fn grafted(&self, from: &Catalog, to: &Catalog, plan: &Plan) -> Result<Catalog> {
        let mut desired = to.clone();
        let places = from.of_kind(Kind::Partition).filter(|place| {
            self.paths.contains(&place.id.path) && !to.holds(&table(&place.id.path))
        });
        let mut waiting: Vec<&Fact> = places.collect();
        // One may be the parent of others.
        while !waiting.is_empty() {
            let (ready, rest): (Vec<&Fact>, Vec<&Fact>) = waiting.into_iter().partition(|place| {
                place.parent().is_some_and(|parent| {
                    desired.holds(&table(&parent)) && !renamed_inside(&parent, plan)
                })
            });
            if let ([], [place, ..]) = (ready.as_slice(), rest.as_slice()) {
                return Err(in_two_steps(place));
            }
            for place in ready {
                let Some(parent) = place.parent() else { continue };
                let graft = Graft { from, to: &desired, parent: &parent, child: &place.id.path };
                let own = from.facts().filter(|fact| self.belongs(fact, &place.id));
                let own: Vec<Fact> = own.filter_map(|fact| graft.fact(fact)).collect();
                let new = graft.new_columns();
                own.into_iter().chain(new).for_each(|fact| desired.insert(fact));
            }
            waiting = rest;
        }
        Ok(desired)
    }

    fn belongs(&self, fact: &Fact, place: &Id) -> bool {
        let own = self.holds(fact) && fact.id.path.get(..2) == Some(&place.path);
        own || fact.get(Attribute::Table) == Some(&name::list_with(&place.path, "."))
    }
}

fn table(path: &[String]) -> Id {
    Id { kind: Kind::Table, path: path.to_vec() }
}

fn renamed_inside(parent: &[String], plan: &Plan) -> bool {
    let renamed = plan.changes.renamed.iter();
    renamed.flat_map(|(was, is)| [was, is]).any(|id| id.path.starts_with(parent))
}

fn in_two_steps(place: &Fact) -> Error {
    let parent = table(&place.parent().unwrap_or_default());
    Error::usage(format!(
        "{parent} must be created again and a part of it renamed at the same time"
    ))
    .detail(format!("{} is not in the files, and can follow only if no name changes", place.id))
    .hint("Rename in a revision of its own. Nothing was written.")
}

/// One partition on its way to a parent that is made anew.
struct Graft<'a> {
    from: &'a Catalog,
    to: &'a Catalog,
    parent: &'a [String],
    child: &'a [String],
}

impl Graft<'_> {
    /// One of its facts as it is to be; `None` where it goes with what it stands on.
    fn fact(&self, fact: &Fact) -> Option<Fact> {
        match fact.id.kind {
            Kind::Column => {
                let above = self.to.get(&self.above(&fact.id))?;
                let mut column = fact.clone();
                for attribute in FOLLOWED.into_iter().chain([Attribute::Compression]) {
                    match above.get(attribute) {
                        Some(value) => {
                            column.set(attribute, value);
                        }
                        None => drop(column.attributes.remove(&attribute)),
                    }
                }
                column.depends_on = self.lowered(above);
                Some(column)
            }
            Kind::Default => {
                let above = self.above(&fact.id);
                let (before, after) = (self.from.get(&above), self.to.get(&above));
                let follows = before.is_some_and(|before| before.attributes == fact.attributes);
                match after {
                    Some(after) if follows => Some(self.lower(after)),
                    None if follows => None,
                    _ => self.to.holds(&self.above_column(&fact.id)).then(|| fact.clone()),
                }
            }
            Kind::IndexPartition => self.keeps_its_index(fact).then(|| fact.clone()),
            Kind::Index | Kind::Constraint => {
                let path = vec![fact.id.path[0].clone(), fact.id.name().to_owned()];
                let place = self.from.get(&Id { kind: Kind::IndexPartition, path });
                let stands = fact.depends_on.iter().all(|on| self.stands(on));
                (stands && place.is_none_or(|place| self.keeps_its_index(place)))
                    .then(|| fact.clone())
            }
            _ => fact.depends_on.iter().all(|on| self.stands(on)).then(|| fact.clone()),
        }
    }

    /// The columns that only the new parent has, and their defaults.
    fn new_columns(&self) -> Vec<Fact> {
        let kinds = [Kind::Column, Kind::Default].into_iter();
        let above = kinds.flat_map(|kind| self.to.parts(kind, self.parent));
        let new = above.filter(|fact| !self.from.holds(&self.above_column(&fact.id)));
        new.map(|fact| self.lower(fact)).collect()
    }

    /// Whether the parent's index is the same afterwards.
    fn keeps_its_index(&self, place: &Fact) -> bool {
        let parent =
            |catalog: &Catalog| Some(catalog.above(place)?.text(Attribute::Definition).to_owned());
        parent(self.from).is_some() && parent(self.from) == parent(self.to)
    }

    /// Whether a column of its own, or whatever else it may stand on, is still there.
    fn stands(&self, on: &Id) -> bool {
        let is_own_column = on.kind == Kind::Column && on.path.starts_with(self.child);
        !is_own_column || self.to.holds(&self.above(on))
    }

    /// The parent's column or default that this one follows.
    fn above(&self, id: &Id) -> Id {
        let path = self.parent.iter().chain(id.path.last()).cloned().collect();
        Id { kind: id.kind, path }
    }

    fn above_column(&self, id: &Id) -> Id {
        Id { kind: Kind::Column, ..self.above(id) }
    }

    fn lower(&self, above: &Fact) -> Fact {
        let path = self.child.iter().chain(above.id.path.last()).cloned().collect();
        let mut fact = Fact::new(Id { kind: above.id.kind, path });
        fact.attributes = above.attributes.clone();
        for worn in [Attribute::Comment, Attribute::Grants] {
            fact.attributes.remove(&worn);
        }
        fact.attributes.retain(|attribute, _| !attribute.name().starts_with("identity"));
        fact.depends_on = self.lowered(above);
        fact.position = above.position;
        fact
    }

    /// What a parent's fact stands on, with the partition in the parent's place.
    fn lowered(&self, above: &Fact) -> BTreeSet<Id> {
        let lower = |on: &Id| {
            let mut on = on.clone();
            let part = on.kind.is_table() || on.kind.is_part();
            if part && on.path.starts_with(self.parent) {
                on.path.splice(..2, self.child.iter().cloned());
            }
            on
        };
        above.depends_on.iter().map(lower).collect()
    }
}
