//! What is restored, from what and by what: fixed before anything is touched.

use std::collections::HashSet;

use common::identifier::QualifiedName;
use common::{Error, Result};
use db_backup::manifest::{LargeObjects, Matview, Sequence, Table, TableKind};
use db_backup::reading::Plain;
use db_backup::store::Backup;

use crate::archive::{Archive, Entry, Key, Section};
use crate::archive_selection::{closure, relation};
use crate::pg_restore::PgRestore;

/// The schema's archive within a backup.
pub const ARCHIVE: &str = "schema.dump";

/// How much of the backup, or of the chosen tables, is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Everything,
    SchemaOnly,
    DataOnly,
}

/// What of a backup is asked for.
#[derive(Clone, Debug)]
pub struct Selection {
    /// Tables as they are named on the command line; none: everything.
    pub tables: Vec<String>,
    pub part: Part,
}

pub struct Plan<'a> {
    pub backup: &'a Backup,
    pub archive: Archive,
    /// Where the archive is to be read from.
    pub archive_file: Plain,
    pub pg_restore: PgRestore,
    pub jobs: usize,
    /// The command that drops what this restore leaves where it is interrupted.
    pub discard: String,
    /// pg_restore's numbers of the entries that come before the rows, in their order.
    pub pre_data: Vec<i32>,
    /// And of those after them.
    pub post_data: Vec<i32>,
    pub tables: Vec<&'a Table>,
    pub sequences: Vec<&'a Sequence>,
    pub matviews: Vec<&'a Matview>,
    pub large_objects: Option<&'a LargeObjects>,
    /// The chosen tables; none: all of them.
    pub chosen: Vec<QualifiedName>,
    pub part: Part,
}

impl<'a> Plan<'a> {
    /// Everything that the backup holds.
    pub fn new(
        backup: &'a Backup,
        pg_restore: PgRestore,
        jobs: usize,
        discard: String,
    ) -> Result<Plan<'a>> {
        let archive_file =
            backup.plain(ARCHIVE).map_err(|error| error.detail("Nothing was changed."))?;
        let manifest = &backup.manifest;
        let archive = Archive::open(&archive_file.path).map_err(|error| {
            let error = error.context(format!("{}: {ARCHIVE} cannot be read", backup.label()));
            match &manifest.options.filter {
                None => error.hint("Nothing was changed."),
                Some(filter) => error
                    .hint(format!("Does --unfilter undo `{}`? Nothing was changed.", filter.write)),
            }
        })?;
        let mut plan = Plan {
            backup,
            archive_file,
            pg_restore,
            jobs,
            discard,
            pre_data: Vec::new(),
            post_data: Vec::new(),
            tables: manifest.tables.iter().collect(),
            sequences: manifest.sequences.iter().collect(),
            matviews: manifest.matviews.iter().collect(),
            large_objects: manifest.large_objects.as_ref(),
            chosen: Vec::new(),
            part: Part::Everything,
            archive,
        };
        plan.take(|_| true);
        Ok(plan)
    }

    /// Leaves what is asked for, but for what is `there` already.
    ///
    /// # Errors
    /// A table is not in the backup, or is in two schemas of it.
    pub fn select(&mut self, selection: &Selection, there: &HashSet<Key>) -> Result<()> {
        if !selection.tables.is_empty() {
            self.choose(&selection.tables, there)?;
        }
        self.limit(selection.part);
        Ok(())
    }

    /// Leaves only these tables, what belongs to them and what they need, but for what is `there`
    /// already.
    fn choose(&mut self, names: &[String], there: &HashSet<Key>) -> Result<()> {
        let entries = names.iter().map(|name| self.find(name)).collect::<Result<Vec<_>>>()?;
        let ids: Vec<i32> = entries.iter().map(|entry| entry.id).collect();
        self.chosen = entries.into_iter().map(qualified).collect();
        let taken = closure(&self.archive, &ids, there);
        self.take(|entry| taken.contains(&entry.id));
        let names: HashSet<(&str, &str)> = self
            .archive
            .entries
            .iter()
            .filter(|entry| taken.contains(&entry.id))
            .filter_map(|entry| Some((entry.schema.as_deref()?, entry.tag.as_str())))
            .collect();
        let has = |schema: &str, name: &str| names.contains(&(schema, name));
        self.tables.retain(|table| {
            has(&table.schema, &table.name) && table.kind != TableKind::ExtensionConfig
        });
        self.sequences.retain(|sequence| has(&sequence.schema, &sequence.name));
        self.matviews.retain(|view| has(&view.schema, &view.name));
        self.large_objects = None;
        Ok(())
    }

    /// Leaves only the schema, or only the rows.
    fn limit(&mut self, part: Part) {
        self.part = part;
        let refresh: HashSet<i32> = self
            .archive
            .entries
            .iter()
            .filter(|entry| entry.kind == "MATERIALIZED VIEW DATA")
            .map(|entry| entry.id)
            .collect();
        match part {
            Part::Everything => {}
            Part::SchemaOnly => {
                self.post_data.retain(|id| !refresh.contains(id));
                self.tables.clear();
                self.sequences.clear();
                self.matviews.clear();
                self.large_objects = None;
            }
            Part::DataOnly => {
                self.pre_data.clear();
                self.post_data.retain(|id| refresh.contains(id));
            }
        }
    }

    /// How many chunks there are to load, those of large objects included.
    pub fn chunks(&self) -> usize {
        let objects = self.large_objects.map_or(0, |objects| 1 + objects.content.len());
        self.tables.iter().map(|table| table.chunks.len()).sum::<usize>() + objects
    }

    /// That of the COPY text.
    pub fn encoding(&self) -> &str {
        &self.backup.manifest.copy_encoding
    }

    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.rows).sum()
    }

    /// The entries that are restored.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        let taken: HashSet<i32> = self.pre_data.iter().chain(&self.post_data).copied().collect();
        self.archive.entries.iter().filter(move |entry| taken.contains(&entry.id))
    }

    /// Relations that come along since a chosen one needs them.
    pub fn added(&self) -> Vec<String> {
        let kinds = [
            "TABLE",
            "VIEW",
            "MATERIALIZED VIEW",
            "SEQUENCE",
            "TYPE",
            "DOMAIN",
            "FUNCTION",
            "EXTENSION",
            "SCHEMA",
            "FOREIGN TABLE",
        ];
        let owned: HashSet<i32> = self
            .archive
            .entries
            .iter()
            .filter(|entry| entry.kind == "SEQUENCE OWNED BY")
            .flat_map(|entry| entry.needs.iter().copied())
            .collect();
        self.entries()
            .filter(|entry| kinds.contains(&entry.kind.as_str()))
            .filter(|entry| entry.kind != "SEQUENCE" || !owned.contains(&entry.id))
            .filter(|entry| !self.chosen.contains(&qualified(entry)))
            .map(|entry| format!("{} {}", entry.kind.to_lowercase(), qualified(entry)))
            .collect()
    }

    fn take(&mut self, wanted: impl Fn(&Entry) -> bool) {
        let of = |section: Section| {
            let entries = self.archive.entries.iter();
            entries
                .filter(|entry| entry.section == section && wanted(entry))
                .map(|entry| entry.id)
                .collect()
        };
        let taken = (of(Section::PreData), of(Section::PostData));
        (self.pre_data, self.post_data) = taken;
    }

    /// The tables' full names.
    ///
    /// # Errors
    /// A table is not in the backup, or is in two schemas of it.
    pub fn find_all(&self, names: &[String]) -> Result<Vec<QualifiedName>> {
        names.iter().map(|name| self.find(name).map(qualified)).collect()
    }

    fn find(&self, text: &str) -> Result<&Entry> {
        let parsed = QualifiedName::parse(text).ok_or_else(|| {
            Error::usage(format!("--table {text}: this is not the name of a table"))
        })?;
        let found = relation(&self.archive, parsed.schema.as_deref(), &parsed.name);
        match found[..] {
            [one] => Ok(one),
            [] => Err(Error::usage(format!("{}: it has no table {text}", self.backup.label()))
                .hint("`db_backup show` lists the tables of a backup. Nothing was changed.")),
            [..] => {
                let names: Vec<String> =
                    found.iter().map(|entry| qualified(entry).to_string()).collect();
                Err(Error::usage(format!("--table {text} can be {}", names.join(" or ")))
                    .hint("Name it with its schema. Nothing was changed."))
            }
        }
    }
}

fn qualified(entry: &Entry) -> QualifiedName {
    QualifiedName { schema: entry.schema.clone(), name: entry.tag.clone() }
}
