//! Columns and their defaults.

use super::settings::{changes, options_changes, options_clause};
use super::{Alter, Changed, SHARE_UPDATE_EXCLUSIVE, Step, sequence};
use crate::name::{literal, parse, quote};
use crate::plan::World;
use crate::{Fact, Kind};

/// `email text DEFAULT ''::text NOT NULL`, as a line of CREATE TABLE or after ADD COLUMN.
pub fn definition(column: &Fact, default: Option<&Fact>, world: &World) -> String {
    let mut sql = format!("{} {}", column.id.name_sql(), column.text("type"));
    if world.to.get(&relation(column, Kind::ForeignTable)).is_some() {
        sql += &options_clause(column, "foreign_options");
    }
    if let Some(compression) = column.get("compression") {
        sql += &format!(" COMPRESSION {compression}");
    }
    if let Some(collation) = column.get("collation") {
        sql += &format!(" COLLATE {collation}");
    }
    if let Some(generated) = column.get("generated") {
        sql += &format!(" GENERATED ALWAYS AS ({}) {generated}", column.text("expression"));
    }
    if let Some(identity) = identity(column) {
        sql += &format!(" {identity}");
    }
    if let Some(default) = default {
        sql += &format!(" DEFAULT {}", default.text("expression"));
    }
    sql += &not_null(column);
    sql
}

fn relation(part: &Fact, kind: Kind) -> crate::Id {
    crate::Id { kind, path: part.id.path[..2].to_vec() }
}

/// In a typed table only what the type does not say has a line.
pub fn definition_in_typed(column: &Fact, default: Option<&Fact>) -> Option<String> {
    let mut sql = String::new();
    if let Some(default) = default {
        sql += &format!(" DEFAULT {}", default.text("expression"));
    }
    sql += &not_null(column);
    (!sql.is_empty()).then(|| format!("{} WITH OPTIONS{sql}", column.id.name_sql()))
}

/// ` NOT NULL`, with its name where PostgreSQL 18 would not give it by itself.
fn not_null(column: &Fact) -> String {
    if !column.is("not_null") {
        return String::new();
    }
    let name = match column.get("not_null_name") {
        Some(name) if name != default_not_null_name(column) => {
            format!(" CONSTRAINT {}", quote(name))
        }
        _ => String::new(),
    };
    let no_inherit = if column.is("not_null_no_inherit") { " NO INHERIT" } else { "" };
    format!("{name} NOT NULL{no_inherit}")
}

fn default_not_null_name(column: &Fact) -> String {
    format!("{}_{}_not_null", column.id.path[1], column.id.name())
}

/// `GENERATED ALWAYS AS IDENTITY (…)`.
fn identity(column: &Fact) -> Option<String> {
    let when = column.get("identity")?;
    let mut options = Vec::new();
    if let Some(name) = column.get("identity_sequence") {
        let path = parse(name);
        let by_default = format!("{}_{}_seq", column.id.path[1], column.id.name());
        if path.first() != column.id.path.first() || path.last() != Some(&by_default) {
            options.push(format!("SEQUENCE NAME {name}"));
        }
    }
    options.extend(sequence::set_options(column, "identity_"));
    let options =
        if options.is_empty() { String::new() } else { format!(" ({})", options.join(" ")) };
    Some(format!("GENERATED {when} AS IDENTITY{options}"))
}

/// ADD COLUMN, with its default in the same statement, so that rows get it at once and NOT NULL
/// holds.
pub fn create(column: &Fact, default: Option<&Fact>, world: &World) -> Vec<Step> {
    let table = column.id.relation_sql();
    let definition = definition(column, default, world);
    let add = Step::exclusive(format!("ALTER TABLE {table} ADD COLUMN {definition}"));
    let computed = column.get("generated") == Some("STORED") || column.is("identity");
    let volatile = default.is_some_and(|default| is_volatile(default.text("expression")));
    // The server looks at every row for a domain, even where there is nothing to see.
    let constrained = column.depends_on.iter().any(|on| on.kind == Kind::Domain);
    let add = if computed || volatile || constrained {
        add.rewrites(format!("table {table}"))
    } else {
        add
    };
    let mut steps = vec![add];
    steps.extend(settle(column));
    steps
}

/// Whether every row needs a value of its own: a call of anything but what is known to be the
/// same within a statement.
fn is_volatile(expression: &str) -> bool {
    let stable = ["now()", "CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_USER", "LOCALTIMESTAMP"];
    let rest = stable.iter().fold(expression.to_owned(), |rest, known| rest.replace(known, ""));
    rest.match_indices('(').any(|(at, _)| {
        rest[..at]
            .chars()
            .next_back()
            .is_some_and(|c| c.is_ascii_alphanumeric() || c == '_' || c == '"')
            && !rest[..at].ends_with("numeric")
            && !rest[..at].ends_with("varying")
            && !rest[..at].ends_with("bit")
            && !rest[..at].ends_with("character")
    })
}

/// What is set after the column is there.
pub fn settle(column: &Fact) -> Vec<Step> {
    let bare = Fact::new(column.id.clone());
    settings(&bare, column)
}

fn settings(from: &Fact, to: &Fact) -> Vec<Step> {
    let alter = format!("ALTER TABLE {} ALTER COLUMN {}", to.id.relation_sql(), to.id.name_sql());
    let mut steps = Vec::new();
    if from.get("storage") != to.get("storage") {
        let storage = to.get("storage").unwrap_or_else(|| default_storage(to.text("type")));
        steps.push(Step::exclusive(format!("{alter} SET STORAGE {storage}")));
    }
    if from.get("statistics") != to.get("statistics") {
        let target = to.get("statistics").unwrap_or("-1");
        let sql = format!("{alter} SET STATISTICS {target}");
        steps.push(Step::new(sql).lock(SHARE_UPDATE_EXCLUSIVE));
    }
    for clause in changes(from, to, "options") {
        steps.push(Step::new(format!("{alter} {clause}")).lock(SHARE_UPDATE_EXCLUSIVE));
    }
    steps
}

/// SET STORAGE DEFAULT came with PostgreSQL 16; before, the type's own must be named.
fn default_storage(column_type: &str) -> &'static str {
    let base = column_type.split('(').next().unwrap_or_default();
    if matches!(base, "numeric" | "inet" | "cidr") { "MAIN" } else { "EXTENDED" }
}

pub fn drop(column: &Fact, _world: &World) -> Vec<Step> {
    let (table, name) = (column.id.relation_sql(), column.id.name_sql());
    let step = Step::exclusive(format!("ALTER TABLE {table} DROP COLUMN {name}"));
    vec![if column.is("generated") { step } else { step.loses(column.id.to_string()) }]
}

pub fn create_default(default: &Fact, world: &World) -> Vec<Step> {
    let expression = default.text("expression");
    vec![alter_default(default, &format!("SET DEFAULT {expression}"), world)]
}

pub fn drop_default(default: &Fact, world: &World) -> Vec<Step> {
    vec![alter_default(default, "DROP DEFAULT", world)]
}

/// Partitions and heirs have defaults of their own.
fn alter_default(default: &Fact, clause: &str, world: &World) -> Step {
    let (table, name) = (default.id.relation_sql(), default.id.name_sql());
    let only = if world.has_children(&default.id.path[..2]) { "ONLY " } else { "" };
    Step::exclusive(format!("ALTER TABLE {only}{table} ALTER COLUMN {name} {clause}"))
}

pub fn alter(from: &Fact, to: &Fact, changed: &Changed, world: &World) -> Alter {
    if changed.any(&["generated", "expression"]) && !becomes_plain(from, to) {
        let in_place = world.from.version >= 170_000 && !changed.has("generated");
        if !in_place {
            return Alter::Rebuild;
        }
    }
    let table = to.id.relation_sql();
    let alter = format!("ALTER TABLE {table} ALTER COLUMN {}", to.id.name_sql());
    let mut steps = Vec::new();
    if becomes_plain(from, to) {
        steps.push(Step::exclusive(format!("{alter} DROP EXPRESSION")));
    }
    if from.is("identity") && !to.is("identity") {
        steps.push(Step::exclusive(format!("{alter} DROP IDENTITY")));
    }
    if changed.any(&["type", "collation"]) {
        steps.push(retype(from, to, world));
    }
    if changed.has("expression") && to.is("generated") {
        let sql = format!("{alter} SET EXPRESSION AS ({})", to.text("expression"));
        steps.push(Step::exclusive(sql).rewrites(format!("table {table}")));
    }
    if changed.has("not_null") {
        steps.extend(change_not_null(from, to, world));
    } else if let (Some(old), Some(new)) = (from.get("not_null_name"), to.get("not_null_name"))
        && old != new
    {
        let (old, new) = (quote(old), quote(new));
        steps
            .push(Step::exclusive(format!("ALTER TABLE {table} RENAME CONSTRAINT {old} TO {new}")));
    }
    steps.extend(change_identity(from, to, changed));
    if changed.has("compression") {
        let compression = to.get("compression").unwrap_or("default");
        steps.push(Step::exclusive(format!("{alter} SET COMPRESSION {compression}")));
    }
    if let Some(clause) = options_changes(from, to, "foreign_options") {
        let table = table.clone();
        steps.push(Step::exclusive(format!(
            "ALTER FOREIGN TABLE {table} ALTER COLUMN {} {clause}",
            to.id.name_sql()
        )));
    }
    steps.extend(settings(from, to));
    Alter::InPlace(steps)
}

fn becomes_plain(from: &Fact, to: &Fact) -> bool {
    from.get("generated") == Some("STORED") && !to.is("generated")
}

/// A scan under ACCESS EXCLUSIVE is spared by a check that is validated under a weaker lock.
fn change_not_null(from: &Fact, to: &Fact, world: &World) -> Vec<Step> {
    let table = to.id.relation_sql();
    let (alter, name) = (format!("ALTER TABLE {table}"), to.id.name_sql());
    if from.is("not_null") {
        return vec![Step::exclusive(format!("{alter} ALTER COLUMN {name} DROP NOT NULL"))];
    }
    if to.is("not_null_no_inherit")
        || to.get("not_null_name").is_some_and(|name| name != default_not_null_name(to))
    {
        return vec![Step::exclusive(format!(
            "{alter} ADD{}",
            not_null(to).replacen("NOT NULL", &format!("NOT NULL {name}"), 1)
        ))];
    }
    let set = Step::exclusive(format!("{alter} ALTER COLUMN {name} SET NOT NULL"));
    if !world.holds_rows(&to.id.path) {
        return vec![set];
    }
    let check = quote(&format!("{}_is_not_null", to.id.name()));
    vec![
        Step::exclusive(format!(
            "{alter} ADD CONSTRAINT {check} CHECK ({name} IS NOT NULL) NOT VALID"
        )),
        Step::new(format!("{alter} VALIDATE CONSTRAINT {check}")).lock(SHARE_UPDATE_EXCLUSIVE),
        set,
        Step::exclusive(format!("{alter} DROP CONSTRAINT {check}")),
    ]
}

fn change_identity(from: &Fact, to: &Fact, changed: &Changed) -> Vec<Step> {
    let table = to.id.relation_sql();
    let alter = format!("ALTER TABLE {table} ALTER COLUMN {}", to.id.name_sql());
    let Some(when) = to.get("identity") else { return Vec::new() };
    if !from.is("identity") {
        let add = identity(to).unwrap_or_default();
        let column = to.id.name_sql();
        // The rows that are there have numbers already.
        let next = format!(
            "SELECT setval(pg_get_serial_sequence({}, {}), max({column})) FROM {table} HAVING max({column}) IS NOT NULL",
            literal(&table),
            literal(to.id.name())
        );
        return vec![Step::exclusive(format!("{alter} ADD {add}")), Step::new(next)];
    }
    let mut steps = Vec::new();
    let mut clauses: Vec<String> = sequence::changed_options(from, to, changed, "identity_")
        .into_iter()
        .map(|option| format!("SET {option}"))
        .collect();
    if changed.has("identity") {
        clauses.insert(0, format!("SET GENERATED {when}"));
    }
    if !clauses.is_empty() {
        steps.push(Step::exclusive(format!("{alter} {}", clauses.join(" "))));
    }
    if let (Some(old), Some(new)) = (from.get("identity_sequence"), to.get("identity_sequence"))
        && old != new
    {
        let name = parse(new);
        let name = quote(name.last().map_or("", String::as_str));
        steps.push(Step::exclusive(format!("ALTER SEQUENCE {old} RENAME TO {name}")));
    }
    steps
}

/// A new type for the values that are there.
pub fn retype(from: &Fact, to: &Fact, world: &World) -> Step {
    let (name, new) = (to.id.name_sql(), to.text("type"));
    let collate =
        to.get("collation").map_or(String::new(), |collation| format!(" COLLATE {collation}"));
    let conversion = Conversion::between(from.text("type"), new);
    let using = match &conversion {
        _ if to.is("generated") || !world.holds_rows(&to.id.path) => String::new(),
        // The type has the same name as before and yet is another one.
        _ if from.text("type") == new && from.get("collation") == to.get("collation") => {
            format!(" USING {name}::text::{new}")
        }
        Conversion::Implicit => String::new(),
        Conversion::Cast => format!(" USING {name}::{new}"),
        Conversion::ByText => format!(" USING {name}::text::{new}"),
    };
    let table = to.id.relation_sql();
    let sql = format!("ALTER TABLE {table} ALTER COLUMN {name} TYPE {new}{collate}{using}");
    let mut step = Step::exclusive(sql);
    if !world.holds_rows(&to.id.path) {
        return step;
    }
    let replaced = from.text("type") == new && from.get("collation") == to.get("collation");
    if replaced || !keeps_bytes(from.text("type"), new) {
        step = step.rewrites(format!("table {table}"));
    }
    if loses_values(from.text("type"), new) {
        step =
            step.loses(format!("{} from {} to {new}: what does not fit", to.id, from.text("type")));
    }
    step
}

enum Conversion {
    Implicit,
    Cast,
    ByText,
}

/// Built-in types that a cast leads to from other built-in ones; text leads everywhere.
const BUILT_IN: [&str; 24] = [
    "smallint",
    "integer",
    "bigint",
    "numeric",
    "real",
    "double precision",
    "money",
    "text",
    "character varying",
    "character",
    "boolean",
    "date",
    "timestamp without time zone",
    "timestamp with time zone",
    "time without time zone",
    "time with time zone",
    "interval",
    "json",
    "jsonb",
    "uuid",
    "inet",
    "cidr",
    "bit",
    "xml",
];

impl Conversion {
    fn between(from: &str, to: &str) -> Conversion {
        let (from, to) = (base(from), base(to));
        let text = |kind: &str| matches!(kind, "text" | "character varying" | "character" | "name");
        if from == to || text(&from) && text(&to) {
            // An explicit cast would cut what is too long in silence.
            Conversion::Implicit
        } else if text(&from)
            || text(&to)
            || BUILT_IN.contains(&from.as_str()) && BUILT_IN.contains(&to.as_str())
        {
            Conversion::Cast
        } else {
            Conversion::ByText
        }
    }
}

/// `character varying(20)` → `character varying`; `timestamp(3) with time zone` → … without `(3)`.
fn base(kind: &str) -> String {
    match (kind.find('('), kind.find(')')) {
        (Some(open), Some(close)) if open < close => {
            format!("{}{}", &kind[..open], &kind[close + 1..])
        }
        _ => kind.to_owned(),
    }
}

fn modifiers(kind: &str) -> Vec<i64> {
    let inner = kind.split_once('(').and_then(|(_, rest)| rest.split_once(')'));
    inner.map_or(Vec::new(), |(inner, _)| {
        inner.split(',').filter_map(|part| part.trim().parse().ok()).collect()
    })
}

/// Whether PostgreSQL leaves the rows as they are (tablecmds.c, ATColumnChangeRequiresRewrite).
fn keeps_bytes(from: &str, to: &str) -> bool {
    let (from_base, to_base) = (base(from), base(to));
    let (old, new) = (modifiers(from), modifiers(to));
    match (from_base.as_str(), to_base.as_str()) {
        ("character varying" | "text", "text") => true,
        ("text" | "character varying", "character varying") => match (old.first(), new.first()) {
            (_, None) => true,
            (Some(old), Some(new)) => new >= old,
            (None, Some(_)) => false,
        },
        ("numeric", "numeric") => match (old.as_slice(), new.as_slice()) {
            (_, []) => true,
            ([p, s], [q, t]) => s == t && q >= p,
            _ => false,
        },
        (old_base, new_base) => {
            old_base == new_base && old == new || (old_base, new_base) == ("cidr", "inet")
        }
    }
}

/// Whether a value can come out as another one without an error: digits, a time of day, a zone.
pub(crate) fn loses_values(from: &str, to: &str) -> bool {
    let (from_base, to_base) = (base(from), base(to));
    let integer = |kind: &str| matches!(kind, "smallint" | "integer" | "bigint");
    let float = |kind: &str| matches!(kind, "real" | "double precision");
    match (from_base.as_str(), to_base.as_str()) {
        ("numeric", "numeric") => match (modifiers(from).as_slice(), modifiers(to).as_slice()) {
            (_, []) => false,
            ([_, s], [_, t]) => t < s,
            ([_], [_, _] | [_]) => false,
            _ => true,
        },
        ("numeric" | "double precision" | "real", to) if integer(to) => true,
        ("numeric", to) if float(to) => true,
        ("double precision", "real" | "numeric") => true,
        ("bigint", to) if float(to) => true,
        ("timestamp with time zone", "timestamp without time zone") => true,
        ("timestamp with time zone" | "timestamp without time zone", to) => {
            to == "date" || to.starts_with("time ")
        }
        (from, "boolean") if integer(from) => true,
        _ => false,
    }
}

/// Whether the kind of values changes, so that a default of the old kind would be in the way.
pub(crate) fn type_family_changes(from: &str, to: &str) -> bool {
    !matches!(Conversion::between(from, to), Conversion::Implicit)
}

#[cfg(test)]
mod tests {
    use super::{is_volatile, keeps_bytes, loses_values};

    #[test]
    fn types_that_rewrite_and_types_that_lose() {
        #[track_caller]
        fn case(from: &str, to: &str, keeps: bool, loses: bool) {
            assert_eq!(
                (keeps_bytes(from, to), loses_values(from, to)),
                (keeps, loses),
                "{from} → {to}"
            );
        }
        case("character varying(10)", "character varying(20)", true, false);
        case("character varying(20)", "character varying(10)", false, false);
        case("character varying(20)", "text", true, false);
        case("integer", "bigint", false, false);
        case("numeric(10,2)", "numeric(12,2)", true, false);
        case("numeric(10,2)", "numeric(10,1)", false, true);
        case("numeric", "integer", false, true);
        case("timestamp with time zone", "date", false, true);
        case("text", "integer", false, false);
    }

    #[test]
    fn volatile_defaults_are_seen() {
        assert!(is_volatile("gen_random_uuid()"));
        assert!(is_volatile("nextval('s.t_id_seq'::regclass)"));
        assert!(!is_volatile("now()"));
        assert!(!is_volatile("'x'::character varying(10)"));
        assert!(!is_volatile("(1 + 2)"));
    }
}
