//! What fills each column of a target.

use super::catalog::ForeignKey;
use super::names::{likeness, table_words, words};
use super::sources::is_numbered;
use super::spec::{Choice, Spec};
use super::tables::{OldTable, Target, Unique};
use super::toml::text;
use crate::profile::{ColumnProfile, Takers};
use migrate_data::catalog::Column;

pub struct Columns<'a> {
    pub sources: &'a [OldTable],
    pub takers: &'a Takers,
}

/// Below this, two names have too little in common.
const ALIKE: f64 = 0.5;

impl Columns<'_> {
    /// Fills the targets: first what needs no other target, then what follows foreign keys, round
    /// after round, as one may lead to the next.
    pub fn fill(&self, targets: &mut [Target]) {
        for target in targets.iter_mut() {
            self.own_columns(target);
        }
        for _ in 0..targets.len() {
            for index in 0..targets.len() {
                self.references(targets, index);
            }
        }
        for target in targets.iter_mut() {
            finish(target);
        }
    }

    /// All but foreign keys.
    fn own_columns(&self, target: &mut Target) {
        let Some(source) = target.source.map(|index| &self.sources[index]) else {
            return;
        };
        let key = source.key.clone().unwrap_or_default();
        let referring = |name: &str| {
            target
                .table
                .foreign_keys
                .iter()
                .any(|foreign| foreign.columns.iter().any(|column| column == name))
        };
        let mut open: Vec<&Column> = target
            .table
            .relation
            .columns
            .iter()
            .filter(|column| !column.generated && !referring(&column.name))
            .collect();
        let mut filled: Vec<(String, Spec)> = Vec::new();
        // Its rows are fewer than the source's, so that they get numbers of their own, unless each
        // source row gives one.
        if let Some(id) = is_numbered(target.table) {
            let cut = target.cut_from.is_some() && target.unique.is_some();
            let spec = if cut {
                Spec::of(&[("surrogate", "true".to_owned())])
            } else {
                Spec::of(&[("from", text(&key))])
            };
            filled.push((id.to_owned(), spec));
            open.retain(|column| column.name != id);
        }
        if let Some(cut_from) = &target.cut_from {
            let cut = source.profile.columns.iter().find(|column| column.name == *cut_from);
            filled.extend(cut.map(|cut| self.cut(cut, &open, source)).unwrap_or_default());
            open.retain(|column| !filled.iter().any(|(name, _)| *name == column.name));
        }
        let mut used: Vec<&str> = vec![&key];
        // The best pair first, as a column may be like several.
        loop {
            let mut best: Option<(f64, &Column, &ColumnProfile)> = None;
            for &column in &open {
                for found in source.profile.columns.iter().filter(|found| {
                    !used.contains(&found.name.as_str()) || found.name == column.name
                }) {
                    let alike = likeness(&words(&column.name), &words(&found.name));
                    let fit = self.choice(target, column, found, source).fit();
                    let better = best.as_ref().is_none_or(|(score, ..)| alike + fit / 4.0 > *score);
                    if alike >= ALIKE && fit >= 0.5 && better {
                        best = Some((alike + fit / 4.0, column, found));
                    }
                }
            }
            let Some((_, column, found)) = best else { break };
            filled.push((column.name.clone(), self.choice(target, column, found, source).spec()));
            used.push(&found.name);
            open.retain(|other| other.name != column.name);
        }
        target.columns = filled;
    }

    fn choice<'c>(
        &'c self,
        target: &'c Target,
        column: &'c Column,
        found: &'c ColumnProfile,
        source: &'c OldTable,
    ) -> Choice<'c> {
        let default = target.table.defaults.get(&column.name);
        Choice {
            target: column,
            source: found,
            rows: source.profile.rows,
            default,
            takers: self.takers,
        }
    }

    /// Columns that refer to another target: by what it is made of where it is made of the same
    /// rows, else by a lookup of what makes its rows unique, else by its key as it is.
    fn references(&self, targets: &mut [Target], index: usize) {
        let Some(source_index) = targets[index].source else { return };
        let table = targets[index].table;
        let mut found: Vec<(String, Spec)> = Vec::new();
        let mut uniques: Vec<(usize, Unique)> = Vec::new();
        for foreign in &table.foreign_keys {
            let Some(other) = targets.iter().position(|target| target.table.name == foreign.target)
            else {
                continue;
            };
            let is_open = |name: &String| {
                targets[index].spec(name).is_none() && !found.iter().any(|(known, _)| known == name)
            };
            if other == index || !foreign.columns.iter().any(is_open) {
                continue;
            }
            let same_rows =
                targets[other].source == Some(source_index) && targets[other].unique.is_none();
            if same_rows {
                for (column, taken) in foreign.columns.iter().zip(&foreign.taken) {
                    if let Some(spec) = targets[other].spec(taken) {
                        found.push((column.clone(), spec.clone()));
                    }
                }
            } else if let ([column], [taken]) =
                (foreign.columns.as_slice(), foreign.taken.as_slice())
            {
                if let Some(spec) = self.lookup(&targets[other], foreign, source_index) {
                    found.push((column.clone(), spec));
                } else if let Some(spec) = self.by_key(&targets[index], column, source_index) {
                    if targets[other].unique.is_none() {
                        uniques
                            .push((other, Unique { by: vec![taken.clone()], ignores_case: false }));
                    }
                    let by = targets[other].unique.as_ref().map_or(taken, |unique| &unique.by[0]);
                    if by == taken {
                        let lookup = [("lookup", text(&foreign.target)), ("by", text(taken))];
                        let mut settings: Vec<_> =
                            lookup.map(|(key, value)| (key.to_owned(), value)).into();
                        settings.extend(spec.settings);
                        found.push((column.clone(), Spec { settings, doubts: spec.doubts }));
                    }
                }
            }
        }
        for (other, unique) in uniques {
            targets[other].unique = Some(unique);
        }
        targets[index].columns.extend(found);
    }

    /// `{ lookup = "users", by = "email", from = "user_email" }`, where a column of the source is
    /// like the other's name and what makes it unique.
    fn lookup(&self, other: &Target, foreign: &ForeignKey, source: usize) -> Option<Spec> {
        let unique = other.unique.as_ref()?;
        let [by] = unique.by.as_slice() else { return None };
        if foreign.taken.first() == Some(by) {
            return None;
        }
        let made = other.spec(by)?;
        let from = if other.source == Some(source) {
            made.get("from")?.to_owned()
        } else {
            let mut wanted = table_words(&other.table.name);
            wanted.extend(words(by));
            let columns = self.sources[source].profile.columns.iter();
            let best = columns
                .map(|column| (likeness(&wanted, &words(&column.name)), column))
                .filter(|(alike, _)| *alike >= ALIKE)
                .reduce(|best, next| if next.0 > best.0 { next } else { best });
            text(&best?.1.name)
        };
        let mut settings = vec![
            ("lookup".to_owned(), text(&foreign.target)),
            ("by".to_owned(), text(by)),
            ("from".to_owned(), from),
        ];
        // Cleaned as the value that it is compared with.
        settings.extend(
            made.settings
                .iter()
                .filter(|(key, _)| ["clean", "as", "values"].contains(&key.as_str()))
                .cloned(),
        );
        Some(Spec { settings, doubts: Vec::new() })
    }

    /// A column that holds the other's key itself, such as `user_id`.
    fn by_key(&self, target: &Target, column: &str, source: usize) -> Option<Spec> {
        let wanted = target.table.relation.column(column)?;
        let source = &self.sources[source];
        let columns = source.profile.columns.iter();
        let best = columns
            .filter(|found| self.choice(target, wanted, found, source).fit() >= 0.5)
            .map(|found| (likeness(&words(column), &words(&found.name)), found))
            .filter(|(alike, _)| *alike > ALIKE)
            .reduce(|best, next| if next.0 > best.0 { next } else { best });
        best.map(|(_, found)| self.choice(target, wanted, found, source).spec())
    }
}

/// Puts the columns in the table's order, and says which are missing.
fn finish(target: &mut Target) {
    let table = target.table;
    let order = |name: &str| table.relation.columns.iter().position(|column| column.name == name);
    target.columns.sort_by_key(|(name, _)| order(name));
    for column in table.relation.columns.iter().filter(|column| !column.generated) {
        if target.columns.iter().any(|(name, _)| *name == column.name) {
            continue;
        }
        if column.not_null && !column.filled {
            target.unfilled.push(column.name.clone());
        } else {
            target.empty.push(column.name.clone());
        }
    }
    let unique_columns_there = target.unique.as_ref().is_none_or(|unique| {
        unique.by.iter().all(|by| target.columns.iter().any(|(name, _)| name == by))
    });
    if !unique_columns_there {
        target.unique = None;
    }
    if target.cut_from.is_some() && target.unique.is_none() {
        // A row without the thing itself makes none, and is no reason to quarantine the rest.
        let texts = target
            .columns
            .iter()
            .filter(|(_, spec)| spec.get("clean").is_some() && spec.get("lookup").is_none());
        let not_null =
            |name: &str| table.relation.column(name).is_some_and(|column| column.not_null);
        target.skip_if_null = texts.map(|(name, _)| name).find(|name| not_null(name)).cloned();
        // Its rows may repeat; the same thing twice is one.
        let names = target.columns.iter().map(|(name, _)| name);
        let by = names.filter(|name| !table.relation.primary_key.contains(name)).cloned();
        target.unique = Some(Unique { by: by.collect(), ignores_case: false });
    }
}
