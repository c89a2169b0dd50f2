//! A column under a new type: the statement, whether the server writes every row anew, and whether
//! a value could come out as another one.

use crate::step::Step;
use crate::world::World;
use crate::{Attribute, Fact, Kind};

/// A new type for the values that are there.
pub fn retype(from: &Fact, to: &Fact, world: &World) -> Step {
    let (name, new) = (to.id.name_sql(), to.text(Attribute::Type));
    let collate = to
        .get(Attribute::Collation)
        .map_or(String::new(), |collation| format!(" COLLATE {collation}"));
    let conversion = Conversion::between(from.text(Attribute::Type), new);
    let using = match &conversion {
        _ if to.is(Attribute::Generated) || !world.holds_rows(&to.id.path) => String::new(),
        // The type has the same name as before and yet is another one.
        _ if from.text(Attribute::Type) == new
            && from.get(Attribute::Collation) == to.get(Attribute::Collation) =>
        {
            format!(" USING {name}::{}::{new}", base_of_domain(to, world).unwrap_or("text"))
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
    let replaced = from.text(Attribute::Type) == new
        && from.get(Attribute::Collation) == to.get(Attribute::Collation);
    if replaced || !keeps_bytes(from.text(Attribute::Type), new) {
        step = step.rewrites(format!("table {table}"));
    }
    if loses_values(from.text(Attribute::Type), new) {
        step = step.loses(format!(
            "{} from {} to {new}: what does not fit",
            to.id,
            from.text(Attribute::Type)
        ));
    }
    step
}

/// A domain made anew takes its values by way of what it stands on; every other type by text.
fn base_of_domain<'a>(column: &Fact, world: &World<'a>) -> Option<&'a str> {
    let mut types = column.depends_on.iter();
    let domain =
        types.find(|on| on.kind == Kind::Domain && on.sql() == column.text(Attribute::Type))?;
    // A type of the user's may be on its way to a successor itself.
    world.to.get(domain)?.get(Attribute::Type).filter(|base| !base.contains('.'))
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
pub fn loses_values(from: &str, to: &str) -> bool {
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
pub fn type_family_changes(from: &str, to: &str) -> bool {
    !matches!(Conversion::between(from, to), Conversion::Implicit)
}

#[cfg(test)]
mod tests {
    use super::{keeps_bytes, loses_values};

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
}
