//! What every object can wear: owner, comment, grants.

use serde_json::{Map, Value};

use super::{domain, rights};
use crate::name::{list_with, literal, parse, quote};
use crate::step::Step;
use crate::world::World;
use crate::{Fact, Id, Kind};

pub fn knows(attribute: &str) -> bool {
    matches!(
        attribute,
        "owner"
            | "comment"
            | "index_comment"
            | "identity_comment"
            | "not_null_comment"
            | "grants"
            | "column_comments"
            | "column_acls"
            | "identity_grants"
    )
}

/// After the object was made. It belongs to whoever made it, so an owner is only set where that
/// is someone else.
pub fn create(fact: &Fact, world: &World) -> Vec<Step> {
    let mut bare = Fact::new(fact.id.clone());
    if fact.is("owner") {
        bare.attributes.insert("owner".to_owned(), world.from.user.clone());
    }
    bare.attributes
        .extend(world.granted_by_default(&fact.id).map(|grants| ("grants".to_owned(), grants)));
    alter(&bare, fact, world)
}

pub fn alter(from: &Fact, to: &Fact, world: &World) -> Vec<Step> {
    let mut steps = Vec::new();
    if let Some(owner) = to.get("owner")
        && from.get("owner") != Some(owner)
        && !world.follows_its_table(&to.id)
    {
        steps.push(Step::new(format!("ALTER {} OWNER TO {}", object(to), quote(owner))));
    }
    if from.get("comment") != to.get("comment") {
        steps.push(comment(&object(to), to.get("comment")));
    }
    if from.get("index_comment") != to.get("index_comment") {
        let index = list_with([&to.id.path[0], &to.id.path[2]], ".");
        steps.push(comment(&format!("INDEX {index}"), to.get("index_comment")));
    }
    steps.extend(comment_on_not_null(from, to));
    if let Some(sequence) = to.get("identity_sequence") {
        steps.extend(dress_identity(sequence, from, to, world));
    }
    let (before, after) = (map(from, "column_comments"), map(to, "column_comments"));
    for column in changed_keys(&before, &after) {
        let text = after.get(column).and_then(Value::as_str);
        steps.push(comment(&format!("COLUMN {}.{}", to.id.sql(), quote(column)), text));
    }
    let owner = to.get("owner").unwrap_or(&world.from.user);
    if from.get("grants") != to.get("grants") {
        let target = rights::Target::of(to, world.from.version);
        steps.extend(rights::change(&target, owner, from.get("grants"), to.get("grants")));
    }
    let (before, after) = (map(from, "column_acls"), map(to, "column_acls"));
    for column in changed_keys(&before, &after) {
        let target = rights::Target::column(&to.id.sql(), column);
        let grants = |acls: &Map<String, Value>| {
            let acl: Vec<String> = serde_json::from_value(acls.get(column)?.clone()).ok()?;
            crate::grants::beyond_default(Kind::Column, owner, &acl, world.from.version)
        };
        let (before, after) = (grants(&before), grants(&after));
        steps.extend(rights::change(&target, owner, before.as_deref(), after.as_deref()));
    }
    steps
}

fn comment_on_not_null(from: &Fact, to: &Fact) -> Option<Step> {
    let changed = from.get("not_null_comment") != to.get("not_null_comment");
    if !changed || !to.is("not_null") {
        return None;
    }
    let (noun, name) = match to.id.kind {
        Kind::Domain => ("DOMAIN ", domain::not_null_name(to)),
        _ => ("", to.get("not_null_name")?.to_owned()),
    };
    let relation = to.id.relation_sql();
    let constraint = format!("CONSTRAINT {} ON {noun}{relation}", quote(&name));
    Some(comment(&constraint, to.get("not_null_comment")))
}

/// The sequence of an identity column: it has its table's owner, and what it wears otherwise is
/// the column's.
fn dress_identity(sequence: &str, from: &Fact, to: &Fact, world: &World) -> Vec<Step> {
    let fact = Fact::new(Id { kind: Kind::Sequence, path: parse(sequence) });
    let mut steps = Vec::new();
    if from.get("identity_comment") != to.get("identity_comment") {
        steps.push(comment(&object(&fact), to.get("identity_comment")));
    }
    let by_default = world.granted_by_default(&fact.id).filter(|_| !from.is("identity"));
    let (before, after) =
        (by_default.as_deref().or(from.get("identity_grants")), to.get("identity_grants"));
    if before != after {
        let table = world.to.relation(&to.id.path);
        let owner = table.and_then(|table| table.get("owner")).unwrap_or(&world.from.user);
        let target = rights::Target::of(&fact, world.from.version);
        steps.extend(rights::change(&target, owner, before, after));
    }
    steps
}

fn comment(object: &str, text: Option<&str>) -> Step {
    let text = text.map_or("NULL".to_owned(), literal);
    Step::new(format!("COMMENT ON {object} IS {text}"))
}

/// The object in SQL's words: `TABLE shop.users`, `TRIGGER audit ON shop.users`.
pub fn object(fact: &Fact) -> String {
    let id = &fact.id;
    let noun = id.kind.noun();
    match id.kind {
        Kind::Constraint | Kind::ForeignKey | Kind::Trigger | Kind::Rule | Kind::Policy => {
            format!("{noun} {} ON {}", id.name_sql(), id.relation_sql())
        }
        Kind::DomainConstraint => {
            format!("{noun} {} ON DOMAIN {}", id.name_sql(), id.relation_sql())
        }
        Kind::Aggregate => format!("{noun} {}", aggregate(fact)),
        _ => format!("{noun} {}", id.sql()),
    }
}

/// An aggregate without arguments is written `f(*)`; those after ORDER BY count, too.
pub fn aggregate(fact: &Fact) -> String {
    let Id { path, .. } = &fact.id;
    let (name, _) = crate::name::split_signature(fact.id.name());
    let arguments = match fact.text("signature") {
        "" => "*",
        arguments => arguments,
    };
    format!("{}.{}({arguments})", quote(&path[0]), quote(name))
}

fn map(fact: &Fact, attribute: &str) -> Map<String, Value> {
    fact.get(attribute).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

fn changed_keys<'a>(
    before: &'a Map<String, Value>,
    after: &'a Map<String, Value>,
) -> Vec<&'a String> {
    let mut keys: Vec<&String> = before.keys().chain(after.keys()).collect();
    keys.sort();
    keys.dedup();
    keys.retain(|key| before.get(*key) != after.get(*key));
    keys
}
