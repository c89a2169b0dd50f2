//! The statements of an upgrade or downgrade as a script for psql, for databases that only
//! someone else may touch. The same text that a run would send, bookkeeping included.

use std::collections::BTreeSet;

use common::{Error, Result};

use crate::graph::plan::{Direction, Step, steps};
use crate::graph::{Graph, Set, target};
use crate::journal::{self, Entry, Time};
use crate::revisions::Revisions;
use crate::version;

const VERSION_TABLE: &str = "alembic_version";

/// `TO`, from an empty database, or `FROM:TO`; FROM may be several rows, as `a,b:TO`.
pub fn upgrade(revisions: &Revisions, range: &str) -> Result<()> {
    let (from, to) = range.split_once(':').unwrap_or(("base", range));
    let applied = at(&revisions.graph, from)?;
    let to = if to.is_empty() { "head" } else { to };
    let wanted = target::upgrade(&revisions.graph, &applied, to)?;
    print(revisions, &applied, &wanted)
}

/// `FROM:TO`.
pub fn downgrade(revisions: &Revisions, range: &str) -> Result<()> {
    let Some((from, to)) = range.split_once(':') else {
        return Err(Error::usage("a downgrade as a script needs to know where the database is")
            .hint("Write a range: `migrate_schema downgrade FROM:TO --sql`."));
    };
    let applied = at(&revisions.graph, from)?;
    let wanted = target::downgrade(&revisions.graph, &applied, to)?;
    print(revisions, &applied, &wanted)
}

fn at(graph: &Graph, name: &str) -> Result<Set> {
    match name {
        "" | "base" => Ok(Set::new()),
        "heads" => Ok(graph.all()),
        names => {
            let rows = names.split(',').map(|name| target::resolve(graph, name.trim()));
            Ok(graph.ancestors(rows.collect::<Result<Vec<_>>>()?))
        }
    }
}

fn print(revisions: &Revisions, applied: &Set, wanted: &Set) -> Result<()> {
    let graph = &revisions.graph;
    let heads = graph.minimal_heads(applied).into_iter();
    let rows: BTreeSet<String> = heads.map(|row| graph.id(row).to_owned()).collect();
    let mut text = String::from("\\set ON_ERROR_STOP on\n\n");
    if applied.is_empty() {
        text.push_str(&format!(
            "CREATE TABLE IF NOT EXISTS {VERSION_TABLE} {};\n\n",
            version::CREATE
        ));
    }
    text.push_str(&bookkeeping::script(bookkeeping::Part::Revisions));
    text.push('\n');
    for step in steps(graph, &rows, applied, wanted) {
        text.push_str(&one(revisions, &step)?);
    }
    print!("{text}");
    Ok(())
}

fn one(revisions: &Revisions, step: &Step) -> Result<String> {
    let file = revisions.file(step.revision);
    let direction = step.direction;
    let statements = file.statements(direction)?;
    let word = if direction == Direction::Upgrade { "upgrade" } else { "downgrade" };
    let mut text = format!("-- {word} {}: {}\n", file.node.id, file.node.message);
    let entry = |statement, checksum| Entry {
        revision: &file.node.id,
        direction: direction.word(),
        statement,
        checksum: Some(checksum),
        time: Time::ThisTransaction,
    };
    let mut lines = Vec::new();
    text.push_str(&file.set_settings());
    text.push_str(if file.transactional { "BEGIN;\n" } else { "" });
    for (index, statement) in statements.iter().enumerate() {
        let sql = file.script.sql(statement);
        text.push_str(&format!("{sql};\n"));
        lines.push(entry(Some(index + 1), sql_script::checksum(sql)));
    }
    lines.push(entry(None, file.checksum()));
    text.push_str(if file.transactional { "" } else { "BEGIN;\n" });
    text.push_str("RESET SESSION AUTHORIZATION; RESET ROLE;\n");
    text.push_str(&journal::change_rows(VERSION_TABLE, &step.rows));
    text.push_str(&format!("{};\nCOMMIT;\nRESET ALL;\n\n", journal::insert(&lines)));
    Ok(text)
}
