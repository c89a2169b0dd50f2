//! What tells a row from all others, and when two values are the same.

use std::collections::BTreeMap;

use common::{Result, Session};

use super::table::{Column, Table};

/// The key of a table in the mirror.
#[derive(Clone, Debug)]
pub struct Key {
    pub columns: Vec<Column>,
    /// A changed row keeps its place: no other unique index can stand in its way, and each of its
    /// columns takes a value by UPDATE.
    pub in_place: bool,
}

/// Types of which two values are the same where their hashes are: all others are compared by what
/// they print. `1.0` and `1.00` are equal numbers, and yet not the same value.
const EXACT: [&str; 11] = [
    "bigint",
    "boolean",
    "bytea",
    "date",
    "integer",
    "oid",
    "smallint",
    "time without time zone",
    "timestamp with time zone",
    "timestamp without time zone",
    "uuid",
];

/// Types whose values go into a range of whole numbers.
const INTEGERS: [&str; 3] = ["bigint", "integer", "smallint"];

impl Column {
    /// `timestamp(3) without time zone` without its precision.
    fn base_type(&self) -> String {
        match (self.type_name.find('('), self.type_name.find(')')) {
            (Some(open), Some(close)) if open < close => {
                format!("{}{}", &self.type_name[..open], &self.type_name[close + 1..])
            }
            _ => self.type_name.clone(),
        }
    }

    pub fn is_integer(&self) -> bool {
        INTEGERS.contains(&self.type_name.as_str())
    }

    /// Whether `=` says that two values are the same.
    fn is_told_by_equality(&self) -> bool {
        let base = self.base_type();
        EXACT.contains(&base.as_str()) || base == "text" || base == "character varying"
    }

    /// An expression over this column, given its name on that side, which is equal, and has an
    /// equal hash, just where the values are the same. Text of two databases with different
    /// encodings is compared in UTF-8.
    pub fn exact(&self, name: &str, recode: bool) -> String {
        let base = self.base_type();
        match base.as_str() {
            base if EXACT.contains(&base) => format!("{name}::{base}"),
            // Its cast to text drops blanks at the end.
            "bpchar" => format!("CASE WHEN {name} IS NOT NULL THEN format('%s', {name}) END"),
            _ if recode => format!("convert_to({name}::text, 'UTF8')"),
            _ => format!("{name}::text COLLATE \"C\""),
        }
    }

    /// The same of two rows of the mirror, so that its index may be used.
    pub fn same(&self, one: &str, other: &str) -> String {
        let name = &self.target;
        if self.is_told_by_equality() {
            return format!("{one}.{name} = {other}.{name}");
        }
        let of = |row: &str| self.exact(&format!("{row}.{name}"), false);
        format!("{} = {}", of(one), of(other))
    }
}

/// The keys of the tables that have one, by the tables' paths.
pub fn keys(target: &mut Session, tables: &[Table]) -> Result<BTreeMap<Vec<String>, Key>> {
    let mut schemas: Vec<&str> = tables.iter().map(|table| table.path[0].as_str()).collect();
    schemas.dedup();
    let rows = target.query(include_str!("../sql/keys.sql"), &[&schemas])?;
    let mut keys = BTreeMap::new();
    for row in rows {
        let (path, names, others): (Vec<String>, Vec<String>, bool) =
            (row.get(0), row.get(1), row.get(2));
        if let Some(table) = tables.iter().find(|table| table.path == path)
            && let Some(key) = key(table, &names, others)
        {
            keys.insert(path, key);
        }
    }
    Ok(keys)
}

/// None where a column of it is generated, as its values are not copied.
fn key(table: &Table, names: &[String], others: bool) -> Option<Key> {
    let column = |name: &String| {
        let name = catalog::quote(name);
        table.columns.iter().find(|column| column.target == name).cloned()
    };
    let columns: Vec<Column> = names.iter().map(column).collect::<Option<_>>()?;
    let is_key = |column: &Column| columns.iter().any(|key| key.target == column.target);
    let in_place = !others
        && columns.iter().all(Column::is_told_by_equality)
        && !table.columns.iter().any(|column| column.always && !is_key(column));
    Some(Key { columns, in_place })
}

#[cfg(test)]
mod tests {
    use super::super::table::Column;

    #[test]
    fn values_are_compared_as_exactly_as_their_type_asks_for() {
        #[track_caller]
        fn case(type_name: &str, expression: &str) {
            let column = Column {
                source: "a".to_owned(),
                target: "a".to_owned(),
                type_name: type_name.to_owned(),
                always: false,
            };
            assert_eq!(column.exact("a", false), expression, "{type_name}");
        }
        case("integer", "a::integer");
        case("timestamp(3) without time zone", "a::timestamp without time zone");
        case("numeric(10,2)", "a::text COLLATE \"C\"");
        case("character varying(40)", "a::text COLLATE \"C\"");
        case("timestamp(3) without time zone[]", "a::text COLLATE \"C\"");
        case("bpchar", "CASE WHEN a IS NOT NULL THEN format('%s', a) END");
    }
}
