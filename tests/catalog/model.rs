//! A small schema that random edits walk through, and its SQL.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::extras::Extra;

pub const TYPES: [&str; 9] = [
    "smallint",
    "integer",
    "bigint",
    "numeric(10,2)",
    "text",
    "varchar(40)",
    "date",
    "boolean",
    "jsonb",
];
pub const DEFAULTS: [&str; 9] =
    ["1", "2", "3", "4.5", "'it''s'", "'x'", "'2020-02-29'", "true", "'{}'"];

#[derive(Clone, Debug, Default)]
pub struct Model {
    /// How many names were given, so that no name comes back for something else.
    pub named: usize,
    pub tables: BTreeMap<String, Table>,
    pub enums: BTreeMap<String, Vec<String>>,
    pub functions: BTreeMap<String, Function>,
    /// In the order in which they were made: a view stands on a table or on an earlier view.
    pub views: Vec<View>,
    pub extras: BTreeMap<String, Extra>,
}

#[derive(Clone, Debug, Default)]
pub struct Table {
    pub columns: Vec<Column>,
    pub key: Option<String>,
    pub checks: BTreeMap<String, String>,
    pub indexes: BTreeMap<String, Index>,
    /// Column, referenced table.
    pub foreign_keys: BTreeMap<String, (String, String)>,
    pub policy: Option<String>,
    pub trigger: Option<(String, String)>,
    pub comment: Option<String>,
    pub grant: Option<String>,
    /// Partitioned by its first column, with so many partitions.
    pub partitions: Option<usize>,
    pub unlogged: bool,
}

#[derive(Clone, Debug)]
pub struct Column {
    pub name: String,
    pub kind: Kind,
    pub not_null: bool,
    pub default: bool,
    pub identity: bool,
    pub comment: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    Plain(usize),
    Enum(String),
    Domain(String),
    /// Generated from the text of another column.
    Generated(String),
}

#[derive(Clone, Debug)]
pub struct Index {
    pub column: String,
    pub unique: bool,
    pub partial: bool,
    pub expression: bool,
}

#[derive(Clone, Debug)]
pub struct Function {
    pub body: usize,
    pub bigint: bool,
}

#[derive(Clone, Debug)]
pub struct View {
    pub name: String,
    pub source: String,
    pub columns: Vec<String>,
    pub filter: Option<usize>,
    pub materialized: bool,
    pub indexed: bool,
    pub comment: Option<String>,
}

impl Model {
    pub fn sql(&self) -> String {
        let mut sql = String::new();
        self.write(&mut sql).expect("a string takes everything");
        sql
    }

    fn write(&self, sql: &mut String) -> std::fmt::Result {
        for (name, labels) in &self.enums {
            let labels: Vec<String> = labels.iter().map(|label| format!("'{label}'")).collect();
            writeln!(sql, "CREATE TYPE {name} AS ENUM ({});", labels.join(", "))?;
        }
        for (name, function) in &self.functions {
            let result = if function.bigint { "bigint" } else { "integer" };
            let body = function.body;
            writeln!(
                sql,
                "CREATE FUNCTION {name}(integer) RETURNS {result} IMMUTABLE LANGUAGE sql AS $$ SELECT ($1 + {body})::{result} $$;"
            )?;
        }
        for (name, extra) in self.extras.iter().filter(|(_, extra)| extra.comes_first()) {
            extra.write(name, sql)?;
        }
        if self.tables.values().any(|table| table.trigger.is_some()) {
            writeln!(
                sql,
                "CREATE FUNCTION tick() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;"
            )?;
        }
        for (name, table) in &self.tables {
            table.write(name, sql)?;
        }
        for (name, table) in &self.tables {
            for (key, (column, other)) in &table.foreign_keys {
                writeln!(
                    sql,
                    "ALTER TABLE {name} ADD CONSTRAINT {key} FOREIGN KEY ({column}) REFERENCES {other};"
                )?;
            }
        }
        for (name, extra) in self.extras.iter().filter(|(_, extra)| !extra.comes_first()) {
            extra.write(name, sql)?;
        }
        for view in &self.views {
            let kind = if view.materialized { "MATERIALIZED VIEW" } else { "VIEW" };
            let filter = view
                .filter
                .map_or(String::new(), |n| format!(" WHERE {}::text <> '{n}'", view.columns[0]));
            writeln!(
                sql,
                "CREATE {kind} {} AS SELECT {} FROM {}{filter};",
                view.name,
                view.columns.join(", "),
                view.source
            )?;
            if view.materialized && view.indexed {
                writeln!(sql, "CREATE INDEX {0}_idx ON {0} ({1});", view.name, view.columns[0])?;
            }
            if let Some(comment) = &view.comment {
                writeln!(sql, "COMMENT ON {kind} {} IS '{comment}';", view.name)?;
            }
        }
        Ok(())
    }
}

impl Table {
    fn write(&self, name: &str, sql: &mut String) -> std::fmt::Result {
        let mut parts: Vec<String> = self.columns.iter().map(Column::sql).collect();
        if let Some(key) = &self.key {
            parts.push(format!("CONSTRAINT {name}_pk PRIMARY KEY ({key})"));
        }
        parts.extend(
            self.checks
                .iter()
                .map(|(check, expression)| format!("CONSTRAINT {check} CHECK ({expression})")),
        );
        let unlogged = if self.unlogged && self.partitions.is_none() { "UNLOGGED " } else { "" };
        let by = self
            .partitions
            .map_or(String::new(), |_| format!(" PARTITION BY HASH ({})", self.columns[0].name));
        writeln!(sql, "CREATE {unlogged}TABLE {name} (\n    {}\n){by};", parts.join(",\n    "))?;
        for part in 0..self.partitions.unwrap_or(0) {
            writeln!(
                sql,
                "CREATE TABLE {name}_p{part} PARTITION OF {name} FOR VALUES WITH (MODULUS 8, REMAINDER {part});"
            )?;
        }
        for (index, what) in &self.indexes {
            let column = &what.column;
            let on = if what.expression {
                format!("(({column}::text || 'x'))")
            } else {
                format!("({column})")
            };
            let unique = if what.unique && self.partitions.is_none() { "UNIQUE " } else { "" };
            let only =
                if what.partial { format!(" WHERE {column} IS NOT NULL") } else { String::new() };
            writeln!(sql, "CREATE {unique}INDEX {index} ON {name} {on}{only};")?;
        }
        if let Some(column) = &self.policy {
            writeln!(
                sql,
                "ALTER TABLE {name} ENABLE ROW LEVEL SECURITY;\nCREATE POLICY {name}_policy ON {name} USING ({column} IS NOT NULL);"
            )?;
        }
        if let Some((trigger, column)) = &self.trigger {
            writeln!(
                sql,
                "CREATE TRIGGER {trigger} BEFORE UPDATE OF {column} ON {name} FOR EACH ROW EXECUTE FUNCTION tick();"
            )?;
        }
        if let Some(comment) = &self.comment {
            writeln!(sql, "COMMENT ON TABLE {name} IS '{comment}';")?;
        }
        for column in &self.columns {
            if let Some(comment) = &column.comment {
                writeln!(sql, "COMMENT ON COLUMN {name}.{} IS '{comment}';", column.name)?;
            }
        }
        if let Some(what) = &self.grant {
            writeln!(sql, "GRANT {what} ON {name} TO catalog_reader;")?;
        }
        Ok(())
    }
}

impl Column {
    fn sql(&self) -> String {
        let name = &self.name;
        let (kind, default) = match &self.kind {
            Kind::Plain(kind) => (TYPES[*kind].to_owned(), DEFAULTS[*kind].to_owned()),
            Kind::Enum(name) => (name.clone(), format!("'{name}_first'")),
            Kind::Domain(name) => (name.clone(), "NULL".to_owned()),
            Kind::Generated(from) => {
                return format!("{name} text GENERATED ALWAYS AS ({from} || 'x') STORED");
            }
        };
        let identity = if self.identity { " GENERATED BY DEFAULT AS IDENTITY" } else { "" };
        let default = if self.default && !self.identity {
            format!(" DEFAULT {default}")
        } else {
            String::new()
        };
        let not_null = if self.not_null || self.identity { " NOT NULL" } else { "" };
        format!("{name} {kind}{identity}{default}{not_null}")
    }
}
