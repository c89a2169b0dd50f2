//! The reading side of a plan: source, key and the expressions that are read.

use common::identifier::quote;
use common::{Error, Result, Session};

use super::{Key, key};
use crate::catalog::Relation;
use crate::mapping::{self, Mapping};

pub struct SourceBuilder<'s> {
    pub label: String,
    pub from_clause: String,
    pub table: Option<String>,
    pub key: Key,
    pub expressions: Vec<String>,
    /// Names and types of the source's columns; a query's are found by describing it.
    pub columns: Vec<(String, String)>,
    old: &'s mut Session,
}

impl<'s> SourceBuilder<'s> {
    /// Finds the source and its key.
    ///
    /// # Errors
    /// Source or key does not exist, or the query is not one.
    pub fn open(
        mapping: &Mapping,
        target: &mapping::Target,
        old: &'s mut Session,
    ) -> Result<SourceBuilder<'s>> {
        let from_clause = target.source.from_clause();
        let relation = match &target.source {
            mapping::Source::Table(name) => {
                let found = Relation::find(old, name)?;
                Some(found.ok_or_else(|| {
                    mapping
                        .file
                        .error(
                            target.line,
                            format!("the source {name} does not exist in the old database"),
                        )
                        .hint("Nothing was loaded.")
                })?)
            }
            mapping::Source::Sql(_) => None,
        };
        let described = describe(old, &format!("SELECT * FROM {from_clause}"))
            .map_err(|error| at(mapping, target.line, "the source", &error))?;
        let label = match &target.source {
            mapping::Source::Table(_) => target.source.label(),
            mapping::Source::Sql(_) => format!("{} query", target.table),
        };
        let key = match target.key.as_slice() {
            [place] if place == "ctid" && described.iter().all(|(name, _)| name != place) => {
                key::place(mapping, target, &label, relation.as_ref(), old)?
            }
            names => {
                key::columns(mapping, target, &label, names, &described, relation.as_ref(), old)?
            }
        };
        Ok(SourceBuilder {
            label,
            from_clause,
            table: relation
                .filter(|relation| relation.is_table)
                .map(|relation| relation.name.sql()),
            key,
            expressions: Vec::new(),
            columns: described,
            old,
        })
    }

    /// The position of a source column among what is read.
    ///
    /// # Errors
    /// `mapping.toml:31: users.email reads old_users.mail, which does not exist`.
    pub fn column(
        &mut self,
        mapping: &Mapping,
        name: &str,
        reader: &str,
        line: usize,
    ) -> Result<usize> {
        if !self.columns.iter().any(|(column, _)| column == name) {
            let columns: Vec<_> = self.columns.iter().map(|(name, _)| name.as_str()).collect();
            return Err(mapping
                .file
                .error(
                    line,
                    format!("`{reader}` reads `{}.{name}`, which does not exist", self.label),
                )
                .hint(format!(
                    "The columns of {} are {}. Nothing was loaded.",
                    self.label,
                    columns.join(", ")
                )));
        }
        Ok(self.position(format!("s.{}", quote(name))))
    }

    /// The position of an expression among what is read, once PostgreSQL has understood it.
    ///
    /// # Errors
    /// PostgreSQL's own words, at the expression's line.
    pub fn expression(&mut self, mapping: &Mapping, sql: &str, line: usize) -> Result<usize> {
        if !self.expressions.iter().any(|known| known == sql) {
            describe(self.old, &format!("SELECT ({sql})::text FROM {}", self.from_clause))
                .map_err(|error| at(mapping, line, &format!("`{sql}`"), &error))?;
        }
        Ok(self.position(sql.to_owned()))
    }

    fn position(&mut self, sql: String) -> usize {
        match self.expressions.iter().position(|known| *known == sql) {
            Some(position) => position,
            None => {
                self.expressions.push(sql);
                self.expressions.len() - 1
            }
        }
    }
}

/// Names and types of a query's columns; the query is parsed, not run.
fn describe(old: &mut Session, sql: &str) -> Result<Vec<(String, String)>> {
    let statement = old.client().prepare(sql)?;
    let columns = statement.columns().iter();
    Ok(columns.map(|column| (column.name().to_owned(), column.type_().name().to_owned())).collect())
}

fn at(mapping: &Mapping, line: usize, what: &str, error: &Error) -> Error {
    mapping.file.error(line, format!("{what}: {}", error.primary())).hint("Nothing was loaded.")
}
