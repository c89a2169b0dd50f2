//! Access privileges, brought to what differs from the default, without oid and grantor.

use std::collections::BTreeMap;

use crate::Kind;

/// `app=r,PUBLIC=X,owner=arw*`: grantees in order of name, each with the letters of its rights;
/// `*` follows a right that may be passed on. The owner is called `owner`, whoever it is, and is
/// named only where it has lost rights of its own; a grantee that has lost its default rights has
/// no letters. `None` where everything is as by default.
pub fn beyond_default(kind: Kind, owner: &str, acl: &[String], version: u32) -> Option<String> {
    beyond(default_rights(kind, version), owner, acl)
}

/// The same for default privileges: those in one schema add to the ones for all schemas, which
/// stand in place of the server's own.
pub fn of_future_objects(
    path: &[String],
    role: &str,
    acl: &[String],
    version: u32,
) -> Option<String> {
    let kind = path.last().map_or("", String::as_str);
    let schema = path.get(1).map_or("", String::as_str);
    beyond(rights_of_future(kind, schema, version), role, acl)
}

/// What the owner and PUBLIC would have of objects made later, by the kind's word in SQL.
pub fn rights_of_future(kind: &str, schema: &str, version: u32) -> (&'static str, &'static str) {
    if !schema.is_empty() {
        return ("", "");
    }
    match kind {
        "TABLES" => default_rights(Kind::Table, version),
        "SEQUENCES" => default_rights(Kind::Sequence, version),
        "FUNCTIONS" => default_rights(Kind::Function, version),
        "TYPES" => default_rights(Kind::Enum, version),
        "SCHEMAS" => default_rights(Kind::Schema, version),
        _ => ("rw", ""),
    }
}

fn beyond((of_owner, of_public): (&str, &str), owner: &str, acl: &[String]) -> Option<String> {
    let mut rights: BTreeMap<String, String> = BTreeMap::new();
    for item in acl {
        let (grantee, letters) = split(item);
        let grantee = match grantee.as_str() {
            "" => "PUBLIC".to_owned(),
            name if name == owner => "owner".to_owned(),
            name => quote_grantee(name),
        };
        let all = rights.entry(grantee).or_default();
        *all = union(all, &letters);
    }
    for (grantee, default) in [("owner", of_owner), ("PUBLIC", of_public)] {
        let actual = rights.entry(grantee.to_owned()).or_default();
        if grantee == "owner" {
            // The owner's own rights may be passed on by nature.
            actual.retain(|letter| letter != '*');
        }
        let same = default.chars().all(|letter| actual.contains(letter))
            && actual.chars().all(|letter| default.contains(letter));
        if same {
            rights.remove(grantee);
        }
    }
    let list: Vec<String> =
        rights.into_iter().map(|(grantee, letters)| format!("{grantee}={letters}")).collect();
    (!list.is_empty()).then(|| list.join(","))
}

/// The letters that acldefault() of the server gives to the owner and to PUBLIC, in its order.
/// MAINTAIN is new in PostgreSQL 17.
pub fn default_rights(kind: Kind, version: u32) -> (&'static str, &'static str) {
    let of_table = if version < 170_000 { "arwdDxt" } else { "arwdDxtm" };
    match kind {
        Kind::Table | Kind::ForeignTable | Kind::View | Kind::MaterializedView => (of_table, ""),
        Kind::Sequence => ("rwU", ""),
        Kind::Function | Kind::Procedure | Kind::Aggregate => ("X", "X"),
        Kind::Enum | Kind::Domain | Kind::Composite | Kind::Range => ("U", "U"),
        Kind::Schema => ("UC", ""),
        Kind::ForeignDataWrapper | Kind::Server => ("U", ""),
        _ => ("", ""),
    }
}

/// `"odd name"=r*w/postgres` → `odd name`, `r*w`.
fn split(item: &str) -> (String, String) {
    let (grantee, rest) = match item.strip_prefix('"') {
        Some(quoted) => {
            let mut name = String::new();
            let mut rest = quoted;
            while let Some(end) = rest.find('"') {
                name.push_str(&rest[..end]);
                rest = &rest[end + 1..];
                match rest.strip_prefix('"') {
                    Some(after) => {
                        name.push('"');
                        rest = after;
                    }
                    None => break,
                }
            }
            (name, rest.strip_prefix('=').unwrap_or(rest))
        }
        None => {
            let (name, rest) = item.split_once('=').unwrap_or((item, ""));
            (name.to_owned(), rest)
        }
    };
    let letters = rest.split('/').next().unwrap_or_default();
    (grantee, letters.to_owned())
}

/// Rights that several grantors gave to one grantee.
fn union(a: &str, b: &str) -> String {
    let mut letters: BTreeMap<char, bool> = BTreeMap::new();
    let mut order = Vec::new();
    for text in [a, b] {
        let mut characters = text.chars().peekable();
        while let Some(letter) = characters.next() {
            let passed_on = characters.next_if_eq(&'*').is_some();
            if !letters.contains_key(&letter) {
                order.push(letter);
            }
            *letters.entry(letter).or_default() |= passed_on;
        }
    }
    order
        .iter()
        .map(|letter| if letters[letter] { format!("{letter}*") } else { letter.to_string() })
        .collect()
}

/// Names are kept apart by commas and equal signs, so those are quoted that hold one.
fn quote_grantee(name: &str) -> String {
    match name {
        "PUBLIC" | "owner" => common::identifier::quote(name),
        _ => crate::name::quote(name),
    }
}

#[cfg(test)]
mod tests {
    use super::beyond_default;
    use crate::Kind;

    #[test]
    fn grants_are_what_differs_from_the_default() {
        #[track_caller]
        fn case_of(version: u32, kind: Kind, acl: &[&str], expected: Option<&str>) {
            let acl: Vec<String> = acl.iter().map(|item| (*item).to_owned()).collect();
            assert_eq!(beyond_default(kind, "me", &acl, version).as_deref(), expected);
        }
        let case = |kind, acl: &[&str], expected| case_of(150_000, kind, acl, expected);
        case(Kind::Table, &["me=arwdDxt/me"], None);
        case_of(170_000, Kind::Table, &["me=arwdDxtm/me"], None);
        case_of(170_000, Kind::Table, &["me=arwdDxt/me"], Some("owner=arwdDxt"));
        case(Kind::Table, &["me=arwdDxt/me", "app=r*w/me"], Some("app=r*w"));
        case(Kind::Table, &["me=arw/me"], Some("owner=arw"));
        case(Kind::Function, &["=X/me", "me=X/me"], None);
        case(Kind::Function, &["me=X/me"], Some("PUBLIC="));
        case(Kind::Table, &["me=arwdDxt/me", "app=r/me", "app=w/boss"], Some("app=rw"));
        case(Kind::Column, &["\"a=b\"=r/me"], Some("\"a=b\"=r"));
        case(Kind::Schema, &["me=UC/me", "=U/me"], Some("PUBLIC=U"));
    }
}
