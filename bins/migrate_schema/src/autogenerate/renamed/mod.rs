//! `-- @rename from: old_name`: what people say of a name in a schema file. It stands on a line of
//! its own above a definition, or behind one on the same line, and speaks of that table, column,
//! constraint, label or other object.

mod mark;

use catalog::{Catalog, Hint, Id, Kind};
use common::Result;
use sql_script::Script;

use mark::{Mark, Part, marks};

/// The renames that a file speaks of, as names of the desired catalog.
///
/// # Errors
/// A mark is misspelt, or no definition follows it; file and line are named.
pub fn read(script: &Script, desired: &Catalog) -> Result<Vec<Hint>> {
    let marks = marks(script)?;
    marks.iter().map(|mark| resolve(mark, script, desired)).collect()
}

/// Finds the fact that is meant: unqualified names are looked for in every schema.
fn resolve(mark: &Mark, script: &Script, desired: &Catalog) -> Result<Hint> {
    let kinds = kinds(&mark.object.keyword, mark.part.as_ref());
    let mut found: Vec<Id> = desired
        .facts()
        .map(|fact| &fact.id)
        .filter(|id| kinds.contains(&id.kind) && means(mark, id))
        .cloned()
        .collect();
    let name = &mark.object.name;
    let mut to = match (found.pop(), found.is_empty()) {
        (Some(id), true) => id,
        (None, _) => {
            return Err(script
                .refuse(mark.line, format_args!("`{name}` is not in the desired state"))
                .hint("A rename applies to an object that the schema files define. Nothing was written."));
        }
        (Some(_), false) => {
            return Err(script
                .refuse(mark.line, format_args!("more than one object is called `{name}`"))
                .hint("Write its schema in front of it. Nothing was written."));
        }
    };
    if let Some(Part::Label(label)) = &mark.part {
        to.path.push(label.clone());
    }
    let from =
        mark.from.as_ref().map(|from| from.schema.iter().chain([&from.name]).cloned().collect());
    Ok(Hint { to, from })
}

/// Whether the mark speaks of this fact, or of the one that holds the label.
fn means(mark: &Mark, id: &Id) -> bool {
    let object = &mark.object;
    let in_schema = object.schema.as_ref().is_none_or(|schema| id.path.first() == Some(schema));
    let names: Vec<&str> = match &mark.part {
        Some(Part::Column(part) | Part::Constraint(part)) => vec![&object.name, part],
        _ => vec![&object.name],
    };
    let routine = id.kind.is_routine();
    let last = id.path.len().saturating_sub(names.len());
    let ends = id.path[last..]
        .iter()
        .zip(&names)
        .all(|(found, name)| found == name || routine && found.split('(').next() == Some(*name));
    let on = object.on.as_ref().is_none_or(|on| {
        !matches!(id.kind, Kind::Trigger | Kind::Policy | Kind::Rule) || id.path.get(1) == Some(on)
    });
    in_schema && ends && on
}

/// What kinds of facts a keyword of SQL may stand for.
fn kinds(keyword: &str, part: Option<&Part>) -> &'static [Kind] {
    match (part, keyword) {
        (Some(Part::Column(_)), _) => &[Kind::Column],
        (Some(Part::Constraint(_)), "domain") => &[Kind::DomainConstraint],
        (Some(Part::Constraint(_)), _) => &[Kind::Constraint, Kind::ForeignKey],
        (Some(Part::Label(_)), _) => &[Kind::Enum],
        (None, "table") => &[Kind::Table, Kind::ForeignTable],
        (None, "view") => &[Kind::View, Kind::MaterializedView],
        (None, "index") => &[Kind::Index],
        (None, "sequence") => &[Kind::Sequence],
        (None, "type") => &[Kind::Enum, Kind::Composite, Kind::Range],
        (None, "domain") => &[Kind::Domain],
        (None, "function") => &[Kind::Function],
        (None, "procedure") => &[Kind::Procedure],
        (None, "aggregate") => &[Kind::Aggregate],
        (None, "schema") => &[Kind::Schema],
        (None, "trigger") => &[Kind::Trigger, Kind::EventTrigger],
        (None, "policy") => &[Kind::Policy],
        (None, "statistics") => &[Kind::Statistics],
        (None, "rule") => &[Kind::Rule],
        (None, "collation") => &[Kind::Collation],
        (None, _) => &[Kind::Publication],
    }
}
