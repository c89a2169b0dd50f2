//! What every object can wear: owner, comment, grants.

use serde_json::{Map, Value};

use super::{domain, rights};
use crate::name::{list_with, literal, parse, quote};
use crate::step::Step;
use crate::world::World;
use crate::{Attribute, Fact, Id, Kind};

pub fn knows(attribute: Attribute) -> bool {
    matches!(
        attribute,
        Attribute::Owner
            | Attribute::Comment
            | Attribute::IndexComment
            | Attribute::IdentityComment
            | Attribute::NotNullComment
            | Attribute::Grants
            | Attribute::ColumnComments
            | Attribute::ColumnAcls
            | Attribute::IdentityGrants
    )
}

/// After the object was made. It belongs to whoever made it, so an owner is only set where that
/// is someone else.
pub fn create(fact: &Fact, world: &World) -> Vec<Step> {
    let mut bare = Fact::new(fact.id.clone());
    if fact.is(Attribute::Owner) {
        bare.attributes.insert(Attribute::Owner, world.from.user.clone());
    }
    bare.attributes
        .extend(world.granted_by_default(&fact.id).map(|grants| (Attribute::Grants, grants)));
    alter(&bare, fact, world)
}

pub fn alter(from: &Fact, to: &Fact, world: &World) -> Vec<Step> {
    let mut steps = Vec::new();
    if let Some(owner) = to.get(Attribute::Owner)
        && from.get(Attribute::Owner) != Some(owner)
        && !world.follows_its_table(&to.id)
    {
        steps.push(Step::new(format!("ALTER {} OWNER TO {}", object(to), quote(owner))));
    }
    if from.get(Attribute::Comment) != to.get(Attribute::Comment) {
        steps.push(comment(&object(to), to.get(Attribute::Comment)));
    }
    if from.get(Attribute::IndexComment) != to.get(Attribute::IndexComment) {
        let index = list_with([&to.id.path[0], &to.id.path[2]], ".");
        steps.push(comment(&format!("INDEX {index}"), to.get(Attribute::IndexComment)));
    }
    steps.extend(comment_on_not_null(from, to));
    if let Some(sequence) = to.get(Attribute::IdentitySequence) {
        steps.extend(dress_identity(sequence, from, to, world));
    }
    let (before, after) =
        (map(from, Attribute::ColumnComments), map(to, Attribute::ColumnComments));
    for column in changed_keys(&before, &after) {
        let text = after.get(column).and_then(Value::as_str);
        steps.push(comment(&format!("COLUMN {}.{}", to.id.sql(), quote(column)), text));
    }
    let owner = to.get(Attribute::Owner).unwrap_or(&world.from.user);
    if from.get(Attribute::Grants) != to.get(Attribute::Grants) {
        let target = rights::Target::of(to, world.from.version);
        steps.extend(rights::change(
            &target,
            owner,
            from.get(Attribute::Grants),
            to.get(Attribute::Grants),
        ));
    }
    let (before, after) = (map(from, Attribute::ColumnAcls), map(to, Attribute::ColumnAcls));
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
    let changed = from.get(Attribute::NotNullComment) != to.get(Attribute::NotNullComment);
    if !changed || !to.is(Attribute::NotNull) {
        return None;
    }
    let (noun, name) = match to.id.kind {
        Kind::Domain => ("DOMAIN ", domain::not_null_name(to)),
        _ => ("", to.get(Attribute::NotNullName)?.to_owned()),
    };
    let relation = to.id.relation_sql();
    let constraint = format!("CONSTRAINT {} ON {noun}{relation}", quote(&name));
    Some(comment(&constraint, to.get(Attribute::NotNullComment)))
}

/// The sequence of an identity column: it has its table's owner, and what it wears otherwise is
/// the column's.
fn dress_identity(sequence: &str, from: &Fact, to: &Fact, world: &World) -> Vec<Step> {
    let fact = Fact::new(Id { kind: Kind::Sequence, path: parse(sequence) });
    let mut steps = Vec::new();
    if from.get(Attribute::IdentityComment) != to.get(Attribute::IdentityComment) {
        steps.push(comment(&object(&fact), to.get(Attribute::IdentityComment)));
    }
    let by_default = world.granted_by_default(&fact.id).filter(|_| !from.is(Attribute::Identity));
    let (before, after) = (
        by_default.as_deref().or(from.get(Attribute::IdentityGrants)),
        to.get(Attribute::IdentityGrants),
    );
    if before != after {
        let table = world.to.relation(&to.id.path);
        let owner = table.and_then(|table| table.get(Attribute::Owner)).unwrap_or(&world.from.user);
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
    let arguments = match fact.text(Attribute::Signature) {
        "" => "*",
        arguments => arguments,
    };
    format!("{}.{}({arguments})", quote(&path[0]), quote(name))
}

fn map(fact: &Fact, attribute: Attribute) -> Map<String, Value> {
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
