//! Which part of the database is wanted.

use std::collections::HashSet;

use common::identifier::QualifiedName;
use common::{Error, Result};
use db_backup::manifest::Omitted;

use super::{Kind, Relation};

/// The relations that are wanted, and those of them whose rows are.
pub struct Selection {
    schemas: Vec<String>,
    /// Named, and the partitions of those.
    tables: HashSet<u32>,
    pub whole: bool,
    pub relations: Vec<Relation>,
    /// Indexes of `relations` whose rows are copied.
    pub copied: Vec<usize>,
    pub omitted: Vec<Omitted>,
}

impl Selection {
    /// # Errors
    /// A name matches nothing: a backup that lacks what was asked for is worse than none.
    pub fn new(
        all: Vec<Relation>,
        schemas: &[String],
        tables: &[String],
        excluded: &[String],
    ) -> Result<Selection> {
        let named = resolve(&all, tables, "--table")?;
        let without_rows = resolve(&all, excluded, "--exclude-table-data")?;
        let whole = schemas.is_empty() && tables.is_empty();
        if let Some(missing) =
            schemas.iter().find(|name| all.iter().all(|one| one.schema != **name))
        {
            return Err(Error::usage(format!(
                "--schema {missing}: no table in a schema of that name"
            )));
        }
        let wanted = |one: &Relation| {
            whole
                || (one.condition.is_none()
                    && (schemas.contains(&one.schema) || named.contains(&one.oid)))
        };
        let relations: Vec<_> = all.into_iter().filter(wanted).collect();
        let mut omitted = Vec::new();
        let mut copied = Vec::new();
        for (index, relation) in relations.iter().enumerate() {
            match relation.kind {
                Kind::PartitionedParent => {}
                Kind::Foreign => omitted.push(Omitted {
                    what: format!("the rows of the foreign table {}", relation.label()),
                    why: "they live on another server".to_owned(),
                }),
                Kind::Table if without_rows.contains(&relation.oid) => omitted.push(Omitted {
                    what: format!("the rows of {}", relation.label()),
                    why: "--exclude-table-data".to_owned(),
                }),
                Kind::Table => copied.push(index),
            }
        }
        if !whole {
            omitted.push(Omitted {
                what: "everything but the chosen schemas and tables; large objects too".to_owned(),
                why: "--schema, --table".to_owned(),
            });
        }
        Ok(Selection {
            schemas: schemas.to_vec(),
            tables: named,
            whole,
            relations,
            copied,
            omitted,
        })
    }

    pub fn wants_sequence(&self, schema: &String, owner: Option<u32>) -> bool {
        self.whole
            || self.schemas.contains(schema)
            || owner.is_some_and(|table| self.tables.contains(&table))
    }

    pub fn wants_matview(&self, schema: &String) -> bool {
        self.whole || self.schemas.contains(schema)
    }

    /// pg_dump's arguments for the same choice; names in double quotes are no patterns to it.
    pub fn pg_dump_arguments(&self) -> Vec<String> {
        let schemas =
            self.schemas.iter().map(|name| format!("--schema={}", common::identifier::quote(name)));
        let tables = self.relations.iter().filter(|one| self.tables.contains(&one.oid));
        schemas.chain(tables.map(|one| format!("--table={}", one.sql()))).collect()
    }

    /// # Errors
    /// Names every table that this role cannot read whole.
    pub fn require_readable(&self, role: &str) -> Result<()> {
        let copied = || self.copied.iter().map(|index| &self.relations[*index]);
        let listed = |what: fn(&Relation) -> bool| {
            copied().filter(|one| what(one)).map(Relation::label).collect::<Vec<_>>()
        };
        let refused = listed(|one| !one.readable);
        if !refused.is_empty() {
            return Err(Error::new(format!("the role `{role}` may not read {}", refused.join(", ")))
                .hint("GRANT pg_read_all_data lets a role read everything; --exclude-table-data leaves a table's rows out. Nothing was written."));
        }
        let hidden = listed(|one| one.hidden_rows);
        if !hidden.is_empty() {
            return Err(Error::new(format!(
                "row security hides rows of {} from the role `{role}`",
                hidden.join(", ")
            ))
            .hint("Back up as the owner of the tables or as a role with BYPASSRLS. Nothing was written."));
        }
        Ok(())
    }
}

/// The named relations with their partitions.
fn resolve(all: &[Relation], names: &[String], option: &str) -> Result<HashSet<u32>> {
    let mut found = HashSet::new();
    for text in names {
        let name = QualifiedName::parse(text)
            .ok_or_else(|| Error::usage(format!("{option} {text}: not the name of a table")))?;
        let matches = |one: &&Relation| {
            one.name == name.name && name.schema.as_ref().is_none_or(|schema| *schema == one.schema)
        };
        let before = found.len();
        found.extend(all.iter().filter(matches).map(|one| one.oid));
        if found.len() == before && !all.iter().any(|one| matches(&one)) {
            return Err(Error::usage(format!("{option} {text}: there is no such table")));
        }
    }
    loop {
        let partitions =
            all.iter().filter(|one| one.parent.is_some_and(|oid| found.contains(&oid)));
        let more: Vec<_> =
            partitions.map(|one| one.oid).filter(|oid| !found.contains(oid)).collect();
        if more.is_empty() {
            return Ok(found);
        }
        found.extend(more);
    }
}
