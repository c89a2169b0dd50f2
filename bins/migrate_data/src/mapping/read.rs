//! TOML → [`Mapping`]. Every key is known or refused: a misspelt one would silently do nothing.

use common::Result;
use common::identifier::QualifiedName;
use jiff::tz::TimeZone;
use toml::de::{DeTable, DeValue};

use super::file::{Entry, Node, entries};
use super::{
    Keep, Mapping, MappingFile, MaxRejects, OrderBy, Reference, Settings, Source, Target, Unique,
    column,
};
use crate::clean::{Decimal, NullWords};

/// What `null_words` stands for where the file does not list its own.
const NULL_WORDS: [&str; 8] = ["", "n/a", "na", "null", "none", "-", "--", "?"];

/// What columns inherit from the top of the file.
pub struct Defaults {
    pub null_words: NullWords,
    pub decimal: Decimal,
}

pub fn mapping(file: MappingFile) -> Result<Mapping> {
    let (settings, targets) = {
        let root = DeTable::parse(&file.text).map_err(|error| {
            let line = error.span().map_or(1, |span| file.line(&span));
            file.error(line, error.message())
        })?;
        let entries = entries(&file, root.get_ref());
        let (tables, scalars): (Vec<_>, Vec<_>) = entries
            .into_iter()
            .partition(|entry| matches!(entry.node.value.get_ref(), DeValue::Table(_)));
        let (settings, defaults) = settings(&scalars)?;
        let targets =
            tables.iter().map(|entry| target(entry, &defaults)).collect::<Result<Vec<_>>>()?;
        (settings, targets)
    };
    if targets.is_empty() {
        return Err(file.error(1, "no target table").hint(
            "A target is a table of the new database: [users], with `from`, `key` and [users.columns].",
        ));
    }
    Ok(Mapping { file, settings, targets })
}

fn settings(scalars: &[Entry]) -> Result<(Settings, Defaults)> {
    let mut settings = Settings { time_zone: TimeZone::UTC, max_rejects: None };
    let words = NULL_WORDS.iter().map(|&word| word.to_owned()).collect();
    let mut defaults = Defaults { null_words: NullWords::new(words), decimal: Decimal::Auto };
    for Entry { key, node, .. } in scalars {
        match *key {
            "time_zone" => settings.time_zone = time_zone(node)?,
            "null_words" => defaults.null_words = NullWords::new(node.strings(key)?),
            "max_rejects" => settings.max_rejects = Some(max_rejects(node)?),
            "decimal" => defaults.decimal = decimal(node)?,
            other => {
                return Err(node
                    .error(format!("`{other}` is not a setting"))
                    .hint("The settings are time_zone, null_words, max_rejects and decimal."));
            }
        }
    }
    Ok((settings, defaults))
}

fn time_zone(node: &Node) -> Result<TimeZone> {
    let name = node.string("time_zone")?;
    TimeZone::get(name).map_err(|error| {
        node.error(format!("`{name}` is not a time zone: {error}"))
            .hint("Names are those of the IANA database, such as UTC or Europe/London.")
    })
}

fn max_rejects(node: &Node) -> Result<MaxRejects> {
    if matches!(node.value.get_ref(), DeValue::Integer(_)) {
        return node.integer("max_rejects").map(MaxRejects::Rows);
    }
    let text = node.string("max_rejects")?;
    let number = text.trim().strip_suffix('%').and_then(|number| number.trim().parse().ok());
    match number {
        Some(percent) if (0.0..=100.0).contains(&percent) => Ok(MaxRejects::Percent(percent)),
        _ => Err(node.error(format!(
            "`max_rejects` is neither a number of rows nor a percentage such as \"5 %\": `{text}`"
        ))),
    }
}

pub fn decimal(node: &Node) -> Result<Decimal> {
    match node.string("decimal")? {
        "auto" => Ok(Decimal::Auto),
        "." => Ok(Decimal::Point),
        "," => Ok(Decimal::Comma),
        other => Err(node.error(format!("`decimal` is \"auto\", \".\" or \",\", not `{other}`"))),
    }
}

fn target(entry: &Entry, defaults: &Defaults) -> Result<Target> {
    let name = entry.key;
    let table = QualifiedName::parse(name).ok_or_else(|| {
        entry.node.file.error(entry.line, format!("`{name}` is not a table's name"))
    })?;
    let mut source = None;
    let mut key = None;
    let mut columns = Vec::new();
    let mut target = Target {
        table,
        line: entry.line,
        source: Source::Sql(String::new()),
        key: Vec::new(),
        key_line: entry.line,
        unique: None,
        skip_if_null: None,
        main: false,
        columns: Vec::new(),
    };
    for Entry { key: word, line, node } in entry.node.entries(name)? {
        match word {
            "from" => {
                let text = node.string(word)?;
                let table = QualifiedName::parse(text)
                    .ok_or_else(|| node.error(format!("`{text}` is not a table's name")))?;
                source = Some(Source::Table(table));
            }
            "from_sql" => source = Some(Source::Sql(node.string(word)?.trim().to_owned())),
            "key" => {
                key = Some(node.strings(word)?).filter(|key| !key.is_empty());
                target.key_line = line;
            }
            "unique" => target.unique = Some(unique(&node)?),
            "skip_if_null" => target.skip_if_null = Some(reference(&node, word)?),
            "main" => target.main = node.boolean(word)?,
            "columns" => {
                for column in node.entries(word)? {
                    columns.push(column::read(&column, name, defaults)?);
                }
            }
            other => {
                return Err(node
                    .file
                    .error(line, format!("`{other}` is not a key of a target"))
                    .hint(
                        "The keys are from, from_sql, key, unique, skip_if_null, main and columns.",
                    ));
            }
        }
    }
    let missing = |what: &str, hint: &str| {
        entry.node.file.error(entry.line, format!("[{name}] has no {what}")).hint(hint)
    };
    target.source = source.ok_or_else(|| {
        missing(
            "`from`",
            "`from = \"old_users\"` names the source table; `from_sql` gives a query instead.",
        )
    })?;
    target.key = key.ok_or_else(|| {
        missing("`key`", "`key = \"id\"` names a source row in the ledger and the quarantine; `key = \"ctid\"` is for a table without a key.")
    })?;
    if columns.is_empty() {
        return Err(missing("columns", "The columns have a table of their own: [users.columns]."));
    }
    target.columns = columns;
    Ok(target)
}

fn unique(node: &Node) -> Result<Unique> {
    let mut unique =
        Unique { by: Vec::new(), keep: Keep::First, order_by: None, ignore_case: false };
    for Entry { key, line, node } in node.entries("unique")? {
        match key {
            "by" => {
                for column in node.list() {
                    unique.by.push(reference(&column, key)?);
                }
            }
            "keep" => {
                unique.keep = match node.string(key)? {
                    "first" => Keep::First,
                    "latest" => Keep::Latest,
                    other => {
                        return Err(
                            node.error(format!("`keep` is \"first\" or \"latest\", not `{other}`"))
                        );
                    }
                }
            }
            "order_by" => {
                unique.order_by = Some(match node.value.get_ref() {
                    DeValue::Table(table) if table.len() == 1 && table.contains_key("sql") => {
                        let sql = node.entries(key)?;
                        OrderBy::Sql(sql[0].node.string("sql")?.to_owned())
                    }
                    _ => OrderBy::Column(reference(&node, key)?),
                });
            }
            "ignore_case" => unique.ignore_case = node.boolean(key)?,
            other => {
                return Err(node
                    .file
                    .error(line, format!("`{other}` is not a key of `unique`"))
                    .hint("The keys are by, keep, order_by and ignore_case."));
            }
        }
    }
    if unique.by.is_empty() {
        return Err(node.error("`unique` has no `by`"));
    }
    if unique.keep == Keep::Latest && unique.order_by.is_none() {
        return Err(node
            .error("`keep = \"latest\"` has no `order_by`")
            .hint("`order_by` names the target column whose greatest value survives."));
    }
    Ok(unique)
}

fn reference(node: &Node, name: &str) -> Result<Reference> {
    Ok(Reference { column: node.string(name)?.to_owned(), line: node.line() })
}
