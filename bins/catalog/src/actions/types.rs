//! Enums, composite types and ranges.

use crate::name::{literal, parse, qualified, quote};
use crate::step::{Alter, Step};
use crate::world::World;
use crate::{Attribute, Fact, Id, Kind};

pub fn create(fact: &Fact) -> Vec<Step> {
    let name = fact.id.sql();
    let sql = match fact.id.kind {
        Kind::Enum => {
            let labels: Vec<String> =
                fact.list(Attribute::Labels).iter().map(|label| literal(label)).collect();
            format!("CREATE TYPE {name} AS ENUM ({})", labels.join(", "))
        }
        Kind::Composite => {
            format!("CREATE TYPE {name} AS ({})", fact.list(Attribute::Fields).join(", "))
        }
        _ => format!("CREATE TYPE {name} AS RANGE ({})", fact.text(Attribute::Range)),
    };
    vec![Step::new(sql)]
}

/// Labels are added in place; one that is gone or has moved needs the type anew.
pub fn alter_enum(from: &Fact, to: &Fact) -> Alter {
    let (before, after) = (from.list(Attribute::Labels), to.list(Attribute::Labels));
    let name = to.id.sql();
    let mut remaining = before.iter().peekable();
    let mut steps = Vec::new();
    let mut previous: Option<&String> = None;
    for label in &after {
        if remaining.next_if(|old| *old == label).is_none() {
            if before.contains(label) {
                return Alter::Rebuild;
            }
            let place = match (previous, remaining.peek()) {
                (_, None) => String::new(),
                (Some(previous), _) => format!(" AFTER {}", literal(previous)),
                (None, Some(next)) => format!(" BEFORE {}", literal(next)),
            };
            steps.push(Step::new(format!("ALTER TYPE {name} ADD VALUE {}{place}", literal(label))));
        }
        previous = Some(label);
    }
    if remaining.next().is_some() { Alter::Rebuild } else { Alter::InPlace(steps) }
}

/// Fields are added and dropped in place; another type needs the composite anew where columns
/// hold it.
pub fn alter_composite(from: &Fact, to: &Fact, world: &World) -> Alter {
    let (before, after) = (fields(from), fields(to));
    let in_use = world.is_held_by_columns(&from.id);
    let kept: Vec<&(String, String)> =
        after.iter().filter(|(name, _)| before.iter().any(|(old, _)| old == name)).collect();
    let old_order: Vec<&String> = before
        .iter()
        .map(|(name, _)| name)
        .filter(|name| after.iter().any(|(new, _)| new == *name))
        .collect();
    let appended = after.iter().position(|field| !kept.contains(&field));
    let in_order = kept.iter().map(|(name, _)| name).collect::<Vec<_>>() == old_order
        && appended.is_none_or(|first| after[first..].iter().all(|field| !kept.contains(&field)));
    let retyped: Vec<&&(String, String)> = kept
        .iter()
        .filter(|(name, kind)| before.iter().any(|(old, was)| old == name && was != kind))
        .collect();
    if !in_order || in_use && !retyped.is_empty() {
        return Alter::Rebuild;
    }
    let alter = format!("ALTER TYPE {}", to.id.sql());
    let mut steps = Vec::new();
    for (name, _) in before.iter().filter(|(name, _)| !after.iter().any(|(new, _)| new == name)) {
        let step = Step::new(format!("{alter} DROP ATTRIBUTE {name}"));
        let what = format!("field {name} of {}", to.id);
        steps.push(if in_use { step.loses(what) } else { step });
    }
    for (name, kind) in retyped {
        steps.push(Step::new(format!("{alter} ALTER ATTRIBUTE {name} TYPE {kind}")));
    }
    for (name, kind) in after.iter().filter(|field| !kept.contains(field)) {
        steps.push(Step::new(format!("{alter} ADD ATTRIBUTE {name} {kind}")));
    }
    Alter::InPlace(steps)
}

/// Names, quoted, and types. A name in quotes may hold blanks.
fn fields(fact: &Fact) -> Vec<(String, String)> {
    fact.list(Attribute::Fields)
        .iter()
        .map(|field| {
            let end = match field.strip_prefix('"') {
                Some(quoted) => quoted.rfind("\" ").map_or(field.len(), |end| end + 2),
                None => field.find(' ').unwrap_or(field.len()),
            };
            (field[..end].to_owned(), field[end..].trim_start().to_owned())
        })
        .collect()
}

/// The name that a type has while its columns move to its successor.
pub fn set_aside(id: &Id) -> Id {
    let mut aside = id.clone();
    if let Some(name) = aside.path.last_mut() {
        *name = format!("{name}__old");
    }
    aside
}

/// Makes room for a type of the same name.
pub fn rename_aside(fact: &Fact) -> Vec<Step> {
    let rename = |id: &Id| {
        let aside = set_aside(id);
        Step::new(format!(
            "ALTER {} {} RENAME TO {}",
            id.kind.noun(),
            id.sql(),
            quote(aside.name())
        ))
    };
    let mut steps = vec![rename(&fact.id)];
    // A range's multirange has a name of its own, which goes with it.
    if let Some((_, multirange)) = fact.text(Attribute::Range).split_once("MULTIRANGE_TYPE_NAME = ")
    {
        let multirange = Id { kind: Kind::Range, path: parse(multirange) };
        let aside = set_aside(&multirange);
        // Its constructor without arguments would be in the way of its successor's.
        let constructor =
            format!("ALTER FUNCTION {}() RENAME TO {}", multirange.sql(), quote(aside.name()));
        steps.extend([rename(&multirange), Step::new(constructor)]);
    }
    steps
}

/// The labels that ALTER TYPE … ADD VALUE adds: not to be used before they are committed.
pub fn adds_labels(from: &Fact, to: &Fact) -> Vec<String> {
    let before = from.list(Attribute::Labels);
    to.list(Attribute::Labels).into_iter().filter(|label| !before.contains(label)).collect()
}

pub fn drop_aside(fact: &Fact) -> Step {
    let aside = set_aside(&fact.id);
    Step::new(format!("DROP {} {}", fact.id.kind.noun(), qualified(aside.kind, &aside.path)))
}

#[cfg(test)]
mod tests {
    use super::alter_enum;
    use crate::step::Alter;
    use crate::{Attribute, Fact, Id, Kind};

    #[test]
    fn labels_are_added_in_place() {
        #[track_caller]
        fn case(from: &[&str], to: &[&str], expected: Option<&[&str]>) {
            let with = |labels: &[&str]| {
                let mut fact = Fact::new(Id::new(Kind::Enum, ["s", "e"]));
                fact.set(Attribute::Labels, serde_json::to_string(labels).unwrap());
                fact
            };
            let sql = match alter_enum(&with(from), &with(to)) {
                Alter::InPlace(steps) => Some(steps.into_iter().map(|step| step.sql).collect()),
                Alter::Rebuild => None,
            };
            let expected: Option<Vec<String>> = expected
                .map(|steps| steps.iter().map(|step| format!("ALTER TYPE s.e {step}")).collect());
            assert_eq!(sql, expected, "{from:?} → {to:?}");
        }
        case(&["a", "b"], &["a", "b", "c"], Some(&["ADD VALUE 'c'"]));
        case(&["a", "b"], &["x", "a", "b"], Some(&["ADD VALUE 'x' BEFORE 'a'"]));
        case(&["a", "c"], &["a", "b", "c"], Some(&["ADD VALUE 'b' AFTER 'a'"]));
        case(
            &["a", "d"],
            &["a", "b", "c", "d"],
            Some(&["ADD VALUE 'b' AFTER 'a'", "ADD VALUE 'c' AFTER 'b'"]),
        );
        case(&["a", "b"], &["a", "z"], None);
        case(&["a", "b"], &["b", "a"], None);
        case(&["a", "b", "c"], &["a", "c"], None);
        case(&["a", "b"], &["c", "a"], None);
    }
}
