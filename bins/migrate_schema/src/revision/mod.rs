//! One revision: a SQL file with a header, an upgrade part and a downgrade part.

mod parse;

use std::ops::Range;
use std::path::Path;

use common::settings::variable;
use common::{Error, Result, identifier};
use sql_script::{Header, Script, Statement};

use crate::graph::Node;
use crate::graph::plan::Direction;

#[derive(Debug)]
pub struct Revision {
    pub script: Script,
    pub node: Node,
    /// Whether one transaction holds the whole revision; else each statement is on its own.
    pub transactional: bool,
    /// Numbers that people may choose per run, such as `rows`.
    settings: Vec<String>,
    upgrade: Range<usize>,
    downgrade: Downgrade,
    headers: Vec<Header>,
}

#[derive(Debug)]
enum Downgrade {
    Part(Range<usize>),
    Irreversible(String),
}

impl Revision {
    /// # Errors
    /// The file is not a revision; file and line are named.
    pub fn read(path: &Path) -> Result<Revision> {
        parse::parse(Script::read(path)?)
    }

    pub fn is_irreversible(&self) -> bool {
        matches!(self.downgrade, Downgrade::Irreversible(_))
    }

    /// The line of a header, for messages about it.
    pub fn line(&self, key: &str) -> usize {
        parse::line_of(&self.headers, key)
    }

    /// What must not change once it ran: the upgrade, and what it comes after. A mended downgrade
    /// or message is no edit.
    pub fn checksum(&self) -> String {
        let place = |names: &[String]| {
            let mut names = names.to_vec();
            names.sort();
            names.join(" ")
        };
        let upgrade = &self.script.text[self.upgrade.clone()];
        let after = format!("{};{}", place(&self.node.down), place(&self.node.depends_on));
        sql_script::checksum(&format!("{after}\n{}", upgrade.trim()))
    }

    /// `-- settings: rows` hands the environment's ROWS to the revision as `pgrefit.rows`; what is
    /// not set there is left to the SQL, which says `current_setting('pgrefit.rows', true)`.
    pub fn set_settings(&self) -> String {
        let set = |name: &String| {
            let value = variable(&name.to_uppercase())?;
            Some(format!("SET pgrefit.{name} = {};\n", identifier::literal(&value)))
        };
        self.settings.iter().filter_map(set).collect()
    }

    /// The file down to the end of its upgrade, so that a byte is at the same place in both.
    pub fn up_to_downgrade(&self) -> &str {
        &self.script.text[..self.upgrade.end]
    }

    /// The statements of one direction.
    ///
    /// # Errors
    /// The revision cannot be undone, or holds what no revision may hold.
    pub fn statements(&self, direction: Direction) -> Result<Vec<Statement>> {
        let part = match (direction, &self.downgrade) {
            (Direction::Upgrade, _) => self.upgrade.clone(),
            (Direction::Downgrade, Downgrade::Part(part)) => part.clone(),
            (Direction::Downgrade, Downgrade::Irreversible(reason)) => {
                return Err(Error::usage(format!(
                    "revision {} cannot be undone: {reason}",
                    self.node.id
                ))
                .detail(format!("{} says `-- +downgrade irreversible`", self.script.path.display()))
                .hint("Nothing was undone. To go back, restore a backup from before it."));
            }
        };
        let statements = self.script.statements_in(part)?;
        if direction == Direction::Downgrade
            && statements.is_empty()
            && !self.script.statements_in(self.upgrade.clone())?.is_empty()
        {
            return Err(Error::usage(format!("revision {} has an empty downgrade", self.node.id))
                .hint(format!(
                    "Write it in {}, or say `-- +downgrade irreversible: REASON`. Nothing was undone.",
                    self.script.path.display()
                )));
        }
        if self.transactional {
            self.refuse_what_must_come_alone(&statements)?;
        }
        self.refuse_nameless_indexes(&statements)?;
        Ok(statements)
    }

    /// CALL and DO may well stay inside; the others the server would refuse half way.
    fn refuse_what_must_come_alone(&self, statements: &[Statement]) -> Result<()> {
        let routine = |sql: &str| {
            let word = sql.split_whitespace().next().unwrap_or_default();
            word.eq_ignore_ascii_case("do") || word.eq_ignore_ascii_case("call")
        };
        let inside = |statement: &&Statement| {
            statement.alone
                && !routine(self.script.sql(statement))
                && !self.script.sql(statement).to_lowercase().starts_with("reindex")
        };
        match statements.iter().find(inside) {
            None => Ok(()),
            Some(statement) => Err(self
                .script
                .refuse(statement.line, "this statement cannot run inside a transaction")
                .hint("Write `-- transaction: off` in the header of a revision that holds only such statements. Nothing of this revision was run.")),
        }
    }

    /// Without a name an index that a killed run left invalid could not be found again.
    fn refuse_nameless_indexes(&self, statements: &[Statement]) -> Result<()> {
        let nameless = |statement: &&Statement| {
            statement.concurrent_index.as_ref().is_some_and(|index| index.name.is_none())
        };
        match statements.iter().find(nameless) {
            None => Ok(()),
            Some(statement) => Err(self
                .script
                .refuse(statement.line, "an index that is built concurrently needs a name")
                .hint("A build that was killed is found by its name and run again. Nothing of this revision was run.")),
        }
    }
}
