//! What a schema holds besides tables and views, and what can be said of a table from outside: the
//! random walks edit these, too.

use std::fmt::Write;

use super::model::{Kind, Model, TYPES, Table};

#[derive(Clone, Debug)]
pub enum Extra {
    Aggregate { of: usize },
    Collation { lower: bool },
    Composite { fields: Vec<(String, usize)> },
    Domain { base: usize, not_null: bool, more_than: Option<usize>, default: bool },
    Procedure { body: usize },
    Range { of: usize },
    Sequence { start: usize, by: usize, cycle: bool },
    TextSearch { words: bool },
    ColumnGrant { table: String, column: String, all: bool },
    Heir { table: String, own: usize, default: bool },
    Rule { table: String, on_delete: bool },
    Settings { table: String, column: String, target: usize, fillfactor: usize },
    Statistics { table: String, columns: Vec<String>, kinds: usize },
    Unique { table: String, column: String, deferrable: bool },
}

/// How many kinds of them there are.
const KINDS: usize = 14;

/// Columns of these types may stand on a domain, a range or an aggregate.
const BASES: [usize; 4] = [1, 2, 3, 6];

impl Extra {
    /// Whether tables may stand on it, and not it on a table.
    pub fn comes_first(&self) -> bool {
        self.table().is_none()
    }

    fn table(&self) -> Option<&String> {
        match self {
            Extra::ColumnGrant { table, .. }
            | Extra::Heir { table, .. }
            | Extra::Rule { table, .. }
            | Extra::Settings { table, .. }
            | Extra::Statistics { table, .. }
            | Extra::Unique { table, .. } => Some(table),
            _ => None,
        }
    }

    pub fn write(&self, name: &str, sql: &mut String) -> std::fmt::Result {
        match self {
            Extra::Aggregate { of } => writeln!(
                sql,
                "CREATE AGGREGATE {name}(integer) (SFUNC = {}, STYPE = integer);",
                ["int4pl", "int4mul", "int4larger"][of % 3]
            ),
            Extra::Collation { lower } => {
                let locale = if *lower { "C" } else { "POSIX" };
                writeln!(sql, "CREATE COLLATION {name} (PROVIDER = libc, LOCALE = '{locale}');")
            }
            Extra::Composite { fields } => {
                let fields = fields.iter().map(|(field, kind)| format!("{field} {}", TYPES[*kind]));
                let fields = fields.collect::<Vec<_>>().join(", ");
                writeln!(sql, "CREATE TYPE {name} AS ({fields});")
            }
            Extra::Domain { base, not_null, more_than, default } => {
                let (kind, value) = (TYPES[*base], super::model::DEFAULTS[*base]);
                let default = if *default { format!(" DEFAULT {value}") } else { String::new() };
                let not_null = if *not_null { " NOT NULL" } else { "" };
                let check = more_than.filter(|_| *base < 4);
                let check = check
                    .map_or(String::new(), |n| format!(" CONSTRAINT more CHECK (VALUE > {n})"));
                writeln!(sql, "CREATE DOMAIN {name} AS {kind}{default}{not_null}{check};")
            }
            Extra::Procedure { body } => writeln!(
                sql,
                "CREATE PROCEDURE {name}(a integer DEFAULT {body}) LANGUAGE plpgsql AS $$ BEGIN PERFORM {body}; END $$;"
            ),
            Extra::Range { of } => {
                writeln!(sql, "CREATE TYPE {name} AS RANGE (SUBTYPE = {});", TYPES[BASES[of % 4]])
            }
            Extra::Sequence { start, by, cycle } => {
                let cycle = if *cycle { " CYCLE" } else { "" };
                writeln!(sql, "CREATE SEQUENCE {name} INCREMENT {by} START {start}{cycle};")
            }
            Extra::TextSearch { words } => {
                let tokens = if *words { "word, asciiword" } else { "email" };
                writeln!(
                    sql,
                    "CREATE TEXT SEARCH CONFIGURATION {name} (PARSER = default);\nALTER TEXT SEARCH CONFIGURATION {name} ADD MAPPING FOR {tokens} WITH simple;"
                )
            }
            Extra::ColumnGrant { table, column, all } => {
                let rights = if *all {
                    format!("SELECT ({column}), UPDATE ({column})")
                } else {
                    format!("INSERT ({column})")
                };
                writeln!(sql, "GRANT {rights} ON {table} TO catalog_writer;")
            }
            Extra::Heir { table, own, default } => {
                let default = if *default { " DEFAULT 7" } else { "" };
                let kind = TYPES[own % 3];
                writeln!(
                    sql,
                    "CREATE TABLE {name} ({name}_own {kind}{default}) INHERITS ({table});"
                )
            }
            Extra::Rule { table, on_delete } => {
                let event = if *on_delete { "DELETE" } else { "UPDATE" };
                writeln!(sql, "CREATE RULE {name} AS ON {event} TO {table} DO INSTEAD NOTHING;")
            }
            Extra::Settings { table, column, target, fillfactor } => writeln!(
                sql,
                "ALTER TABLE {table} ALTER {column} SET STATISTICS {target}, SET (fillfactor = {fillfactor});"
            ),
            Extra::Statistics { table, columns, kinds } => {
                let kinds = ["", " (ndistinct)", " (dependencies, mcv)"][kinds % 3];
                writeln!(
                    sql,
                    "CREATE STATISTICS {name}{kinds} ON {} FROM {table};",
                    columns.join(", ")
                )
            }
            Extra::Unique { table, column, deferrable } => {
                let deferrable = if *deferrable { " DEFERRABLE INITIALLY DEFERRED" } else { "" };
                writeln!(
                    sql,
                    "ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE ({column}){deferrable};"
                )
            }
        }
    }
}

impl Model {
    pub fn add_extra(&mut self, one: usize, two: usize) {
        let name = self.name("x");
        let table = || {
            let count = self.tables.len();
            (count > 0).then(|| self.tables.iter().nth(two % count.max(1)).expect("one of them"))
        };
        let column = |table: &Table| table.columns[one % table.columns.len()].name.clone();
        let extra = match (one % KINDS, table()) {
            (0, _) => Extra::Aggregate { of: two },
            (1, _) => Extra::Collation { lower: two.is_multiple_of(2) },
            (2, _) => Extra::Composite {
                fields: (0..1 + two % 3).map(|n| (format!("{name}_{n}"), (two + n) % 9)).collect(),
            },
            (3, _) => Extra::Domain {
                base: BASES[two % 4],
                not_null: false,
                more_than: two.is_multiple_of(2).then_some(two),
                default: two.is_multiple_of(3),
            },
            (4, _) => Extra::Procedure { body: two },
            (5, _) => Extra::Range { of: two },
            (6, _) => Extra::Sequence { start: 1 + two % 9, by: 1 + two % 3, cycle: false },
            (7, _) => Extra::TextSearch { words: two.is_multiple_of(2) },
            (_, None) => return,
            (8, Some((name, table))) => {
                let (table, column) = (name.clone(), column(table));
                Extra::ColumnGrant { table, column, all: two.is_multiple_of(2) }
            }
            (9, Some((name, table))) if table.partitions.is_none() => {
                Extra::Heir { table: name.clone(), own: two, default: two.is_multiple_of(2) }
            }
            (10, Some((name, _))) => {
                Extra::Rule { table: name.clone(), on_delete: two.is_multiple_of(2) }
            }
            (11, Some((name, table))) if table.partitions.is_none() => {
                let (table, column) = (name.clone(), column(table));
                Extra::Settings { table, column, target: two % 999, fillfactor: 50 + two % 50 }
            }
            (12, Some((name, table))) => {
                let columns = table.columns.iter().map(|c| c.name.clone()).take(2).collect();
                Extra::Statistics { table: name.clone(), columns, kinds: two }
            }
            (_, Some((name, table))) if table.partitions.is_none() => {
                let (table, column) = (name.clone(), column(table));
                Extra::Unique { table, column, deferrable: two.is_multiple_of(2) }
            }
            _ => return,
        };
        // One row of settings to a table.
        let settled = |other: &Extra| matches!((&extra, other), (Extra::Settings { table, .. }, Extra::Settings { table: other, .. }) if table == other);
        if !self.extras.values().any(settled) {
            self.extras.insert(name, extra);
        }
    }

    pub fn change_extra(&mut self, one: usize, two: usize) {
        let count = self.extras.len().max(1);
        let Some((name, extra)) = self.extras.iter_mut().nth(one % count) else { return };
        match extra {
            Extra::Aggregate { of } | Extra::Range { of } => *of = two,
            Extra::Collation { lower } => *lower = !*lower,
            Extra::Composite { fields } => match two % 3 {
                0 => fields.push((format!("{name}_{}", 3 + two), two % 9)),
                1 if fields.len() > 1 => drop(fields.remove(two % fields.len())),
                _ => fields[0].1 = two % 9,
            },
            Extra::Domain { base, not_null, more_than, default } => match two % 4 {
                0 => *base = BASES[two / 4 % 4],
                1 => *not_null = !*not_null,
                2 => *more_than = more_than.is_none().then_some(two),
                _ => *default = !*default,
            },
            Extra::Procedure { body } => *body = two,
            Extra::Sequence { start, by, cycle } => match two % 3 {
                0 => *start = 1 + two % 9,
                1 => *by = 1 + two % 5,
                _ => *cycle = !*cycle,
            },
            Extra::TextSearch { words } => *words = !*words,
            Extra::ColumnGrant { all, .. } => *all = !*all,
            Extra::Heir { own, default, .. } => match two % 2 {
                0 => *own = two,
                _ => *default = !*default,
            },
            Extra::Rule { on_delete, .. } => *on_delete = !*on_delete,
            Extra::Settings { target, fillfactor, .. } => {
                (*target, *fillfactor) = (two % 999, 50 + two % 50);
            }
            Extra::Statistics { kinds, .. } => *kinds = two,
            Extra::Unique { deferrable, .. } => *deferrable = !*deferrable,
        }
    }

    pub fn drop_extra(&mut self, one: usize) {
        let count = self.extras.len().max(1);
        let name = self.extras.keys().nth(one % count).cloned();
        let used = |name: &String| {
            let columns = self.tables.values().flat_map(|table| &table.columns);
            columns.into_iter().any(|column| column.kind == Kind::Domain(name.clone()))
        };
        if let Some(name) = name.filter(|name| !used(name)) {
            self.extras.remove(&name);
        }
    }

    /// The domains that a column may be of.
    pub fn domains(&self) -> Vec<String> {
        let domains = self.extras.iter().filter(|(_, extra)| matches!(extra, Extra::Domain { .. }));
        domains.map(|(name, _)| name.clone()).collect()
    }

    /// Takes away what speaks of tables and columns that are gone.
    pub fn mend_extras(&mut self) {
        let tables = &self.tables;
        self.extras.retain(|_, extra| {
            let Some(table) = extra.table() else { return true };
            let Some(table) = tables.get(table) else { return false };
            let holds = |name: &String| table.columns.iter().any(|column| column.name == *name);
            match extra {
                Extra::ColumnGrant { column, .. }
                | Extra::Settings { column, .. }
                | Extra::Unique { column, .. } => holds(column),
                Extra::Statistics { columns, .. } => columns.len() > 1 && columns.iter().all(holds),
                _ => true,
            }
        });
    }
}
