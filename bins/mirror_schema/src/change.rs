//! What leads one mirror to where its source is, and back.

use std::borrow::Cow;
use std::collections::BTreeSet;

use catalog::{Catalog, Fact, Hint, Id, Kind, Options, Plan};
use common::{Error, Result, Session};

use crate::lineage::Lineage;
use crate::mirror::Mirror;
use crate::sides::{Sides, State};
use crate::{differences, revision, target};

/// One mirror, as it is and as it should be.
pub struct Change<'a> {
    pub mirror: &'a Mirror,
    pub wanted: Cow<'a, Catalog>,
    actual: Cow<'a, Catalog>,
    pub up: Plan,
    pub lineage: Lineage,
    /// Foreign keys to tables of another mirror that are not there yet.
    pub waiting: bool,
}

impl<'a> Change<'a> {
    /// # Errors
    /// A rename could be of two objects.
    pub fn find(sides: &mut Sides, mirror: &'a Mirror, state: &'a State) -> Result<Change<'a>> {
        let (wanted, waiting) = wanted(mirror, state);
        let actual = of_mirror(&state.actual, mirror);
        if same(&actual, &wanted) {
            let (up, lineage) = (Plan::default(), Lineage::default());
            return Ok(Change { mirror, wanted, actual, up, lineage, waiting });
        }
        let origin = sides.origin(mirror);
        let at = revision::current(&mut sides.to, mirror)?;
        let before = Lineage::read(&mut sides.to, mirror, &at, &origin)?;
        let actual = before.in_our_words(actual, &wanted);
        let lineage = Lineage::new(&state.wanted.places, &sides.identities(mirror)?, mirror);
        let renames = before.renames(&lineage).into_iter();
        // After a rollback or a change by hand the former name may be gone from the mirror.
        let hints: Vec<Hint> = renames.filter(|hint| former(hint, &actual)).collect();
        let up = plan(&actual, &wanted, hints)?;
        Ok(Change { mirror, wanted, actual, up, lineage, waiting })
    }

    pub fn lines(&self) -> Vec<String> {
        differences::lines(&self.up.changes, &self.actual, &self.wanted)
    }

    /// What the change is about, in a few words, for its file's name.
    pub fn message(&self) -> String {
        let first =
            |ids: &[Id]| ids.iter().any(|id| id.kind == Kind::Schema || id.kind == Kind::Table);
        if self.actual.of_kind(Kind::Table).next().is_none() && first(&self.up.changes.added) {
            return format!("mirror of {}", self.mirror.source);
        }
        let lines = self.lines();
        let prefix = format!("{}.", self.mirror.name);
        let first = lines.first().map_or("", |line| line.trim_start_matches("Detected "));
        let first = first.replace('\'', "").replace(&prefix, "");
        match lines.len() {
            0 | 1 => first,
            count => format!("{first} and {} more", count - 1),
        }
    }

    /// The way back.
    pub fn down(&self) -> Result<Plan> {
        let renamed = self.up.changes.renamed.iter().filter(|(old, new)| old.name() != new.name());
        let back = renamed
            .map(|(old, new)| Hint { to: old.clone(), from: Some(vec![new.name().to_owned()]) });
        plan(&self.wanted, &self.actual, back.collect())
    }

    /// The mirror, whole, from nothing.
    pub fn models(&self) -> Result<Plan> {
        plan(&Catalog::new(self.wanted.version, ""), &self.wanted, Vec::new())
    }

    pub fn tables(&self) -> Vec<String> {
        self.wanted.of_kind(Kind::Table).map(|table| table.id.name().to_owned()).collect()
    }

    /// Refuses to lose rows.
    ///
    /// # Errors
    /// A table or column that would go holds rows; all of them are named.
    pub fn refuse_losses(&self, target: &mut Session) -> Result<()> {
        let mut lost = BTreeSet::new();
        for statement in &self.up.statements {
            let Some(loses) = &statement.loses else { continue };
            let table = Id {
                kind: Kind::Table,
                path: statement.subject.path.iter().take(2).cloned().collect(),
            };
            if !self.actual.holds(&table) || target::holds_rows(target, &table.path)? {
                lost.insert(loses.clone());
            }
        }
        if lost.is_empty() {
            return Ok(());
        }
        let lost: Vec<String> = lost.into_iter().collect();
        Err(Error::usage(format!("{} would lose rows: {}", self.mirror.name, lost.join(", ")))
            .detail("what is gone from the source still holds rows in the mirror")
            .hint("`mirror_schema --allow-data-loss` drops it; run db_backup first to have a way back. Nothing was changed."))
    }
}

/// Where nothing changed, which is how most runs find it, there is nothing to look for renames in.
fn plan(from: &Catalog, to: &Catalog, hints: Vec<Hint>) -> Result<Plan> {
    if same(from, to) {
        return Ok(Plan::default());
    }
    let options = Options {
        allow_data_loss: true,
        owners: false,
        grants: false,
        hints,
        ..Options::default()
    };
    catalog::plan(from, to, &options)
}

fn same(one: &Catalog, other: &Catalog) -> bool {
    let said = |fact: &'_ Fact, other: &'_ Fact| {
        fact.id == other.id && fact.attributes == other.attributes
    };
    one.facts().count() == other.facts().count()
        && one.facts().zip(other.facts()).all(|(fact, other)| said(fact, other))
}

/// What belongs to one mirror.
pub fn of_mirror<'a>(catalog: &'a Catalog, mirror: &Mirror) -> Cow<'a, Catalog> {
    let schema = Id::new(Kind::Schema, [mirror.name.as_str()]);
    let belongs = |fact: &Fact| match fact.id.kind {
        Kind::Schema => fact.id == schema,
        _ => fact.id.schema() == Some(mirror.name.as_str()),
    };
    if catalog.holds(&schema) && catalog.facts().all(belongs) {
        return Cow::Borrowed(catalog);
    }
    let mut part = catalog.filtered(belongs);
    part.insert(Fact::new(schema));
    Cow::Owned(part)
}

/// What a mirror should be; whether a foreign key waits for another mirror's table.
fn wanted<'a>(mirror: &Mirror, state: &'a State) -> (Cow<'a, Catalog>, bool) {
    let all = of_mirror(&state.wanted.catalog, mirror);
    let waits = |fact: &Fact| {
        let there = |id: &Id| state.actual.holds(id) || all.holds(id);
        fact.id.kind == Kind::ForeignKey && !fact.depends_on.iter().all(there)
    };
    if !all.of_kind(Kind::ForeignKey).any(waits) {
        return (all, false);
    }
    (Cow::Owned(all.filtered(|fact| !waits(fact))), true)
}

fn former(hint: &Hint, actual: &Catalog) -> bool {
    let Some(name) = hint.from.as_ref().and_then(|from| from.last()) else { return false };
    let mut old = hint.to.clone();
    old.path.last_mut().expect("an object has a name").clone_from(name);
    // A column of a table that is renamed, too, stands under the table's former name.
    actual.holds(&old) || hint.to.kind.is_part() && !actual.holds(&hint.to)
}
