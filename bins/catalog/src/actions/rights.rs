//! GRANT and REVOKE between two states of an object's grants (see `crate::grants` for their text).

use std::collections::{BTreeMap, BTreeSet};

use crate::grants::{default_rights, rights_of_future};
use crate::name::quote;
use crate::step::Step;
use crate::{Fact, Kind};

/// What rights are given on, with the rights that a server of the version knows.
pub struct Target {
    /// `TABLE shop.users`
    object: String,
    /// `(email)` for a column.
    columns: String,
    /// What the owner and PUBLIC have by default.
    defaults: (&'static str, &'static str),
    /// All rights that there are.
    all: &'static str,
}

impl Target {
    pub fn of(fact: &Fact, version: u32) -> Target {
        let id = &fact.id;
        let object = match id.kind {
            Kind::Column => return Target::column(&id.relation_sql(), id.name()),
            Kind::View | Kind::MaterializedView | Kind::ForeignTable => {
                format!("TABLE {}", id.sql())
            }
            Kind::Domain => format!("TYPE {}", id.sql()),
            Kind::Aggregate => format!("FUNCTION {}", id.sql()),
            Kind::Server => format!("FOREIGN SERVER {}", id.sql()),
            kind => format!("{} {}", kind.noun(), id.sql()),
        };
        let defaults = default_rights(id.kind, version);
        Target { object, columns: String::new(), defaults, all: defaults.0 }
    }

    /// Objects that are made later; `TABLES`, `FUNCTIONS`, …. What the server gives by default
    /// counts for all schemas only: in one schema there are additions to it.
    pub fn future(kind: &str, schema: &str, version: u32) -> Target {
        let defaults = rights_of_future(kind, schema, version);
        let all = rights_of_future(kind, "", version).0;
        Target { object: kind.to_owned(), columns: String::new(), defaults, all }
    }

    pub fn column(relation: &str, column: &str) -> Target {
        Target {
            object: format!("TABLE {relation}"),
            columns: format!(" ({})", quote(column)),
            defaults: ("", ""),
            all: "",
        }
    }
}

/// Letters with whether they may be passed on.
type Rights = BTreeMap<char, bool>;

/// Revokes before it grants, as a grant option goes only with a new grant.
pub fn change(target: &Target, owner: &str, from: Option<&str>, to: Option<&str>) -> Vec<Step> {
    let (from, to) = (read(from, target), read(to, target));
    let grantees: BTreeSet<&String> = from.keys().chain(to.keys()).collect();
    let (mut revokes, mut grants) = (Vec::new(), Vec::new());
    let none = Rights::new();
    // Rights that were passed on go with their giver; who is to keep them gets them anew.
    let mut passed = String::new();
    for grantee in grantees {
        let (before, after) =
            (from.get(grantee).unwrap_or(&none), to.get(grantee).unwrap_or(&none));
        let role = if grantee == "owner" { quote(owner) } else { grantee.clone() };
        let lost: String = before.keys().filter(|right| !after.contains_key(right)).collect();
        if !lost.is_empty() {
            let rights = words(&lost, target);
            let passed_on = before.iter().filter(|(right, may)| **may && lost.contains(**right));
            let cascade = note(&mut passed, passed_on.map(|(right, _)| *right).collect());
            revokes.push(format!("REVOKE {rights} ON {} FROM {role}{cascade}", target.object));
        }
        let pass = |rights: &Rights, right: &char| rights.get(right).copied();
        let tied: String = before
            .keys()
            .filter(|right| pass(before, right) == Some(true) && pass(after, right) == Some(false))
            .collect();
        if !tied.is_empty() {
            let rights = words(&tied, target);
            let cascade = note(&mut passed, tied);
            revokes.push(format!(
                "REVOKE GRANT OPTION FOR {rights} ON {} FROM {role}{cascade}",
                target.object
            ));
        }
        for (passed_on, suffix) in [(false, ""), (true, " WITH GRANT OPTION")] {
            let new: String = after
                .iter()
                .filter(|(right, value)| {
                    **value == passed_on && before.get(*right).is_none_or(|had| !had && passed_on)
                })
                .map(|(right, _)| right)
                .collect();
            if !new.is_empty() {
                let rights = words(&new, target);
                grants.push(format!("GRANT {rights} ON {} TO {role}{suffix}", target.object));
            }
        }
    }
    for (grantee, rights) in to.iter().filter(|(grantee, _)| *grantee != "owner") {
        let kept = from.get(grantee).unwrap_or(&none);
        let again: String = passed
            .chars()
            .filter(|right| rights.contains_key(right) && kept.get(right) == rights.get(right))
            .collect();
        if !again.is_empty() {
            let rights = words(&again, target);
            grants.push(format!("GRANT {rights} ON {} TO {grantee}", target.object));
        }
    }
    revokes.into_iter().chain(grants).map(Step::new).collect()
}

/// ` CASCADE` where rights were passed on, which are added to the ones that were.
fn note(passed: &mut String, rights: String) -> &'static str {
    if rights.is_empty() {
        return "";
    }
    passed.extend(rights.chars().filter(|right| !passed.contains(*right)).collect::<Vec<_>>());
    " CASCADE"
}

/// Whether a right that somebody had before is gone: a REVOKE on a table takes the same right on
/// its columns with it.
pub fn takes_away(kind: Kind, from: Option<&str>, to: Option<&str>, version: u32) -> bool {
    let target = Target {
        object: String::new(),
        columns: String::new(),
        defaults: default_rights(kind, version),
        all: "",
    };
    let (from, to) = (read(from, &target), read(to, &target));
    from.iter().any(|(grantee, rights)| {
        rights.keys().any(|right| !to.get(grantee).is_some_and(|to| to.contains_key(right)))
    })
}

/// Grantees with their rights, those included that are so by default.
fn read(grants: Option<&str>, target: &Target) -> BTreeMap<String, Rights> {
    let mut all = BTreeMap::new();
    for (grantee, rights) in [("owner", target.defaults.0), ("PUBLIC", target.defaults.1)] {
        all.insert(grantee.to_owned(), letters(rights));
    }
    for item in items(grants.unwrap_or_default()) {
        if let Some((grantee, rights)) = item.rsplit_once('=') {
            all.insert(grantee.to_owned(), letters(rights));
        }
    }
    all
}

/// The parts between the commas that stand outside of quotes.
fn items(grants: &str) -> Vec<&str> {
    let (mut items, mut start, mut quoted) = (Vec::new(), 0, false);
    for (index, character) in grants.char_indices() {
        match character {
            '"' => quoted = !quoted,
            ',' if !quoted => {
                items.push(&grants[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    items.push(&grants[start..]);
    items
}

fn letters(rights: &str) -> Rights {
    let mut all = Rights::new();
    let mut characters = rights.chars().peekable();
    while let Some(letter) = characters.next() {
        all.insert(letter, characters.next_if_eq(&'*').is_some());
    }
    all
}

/// `SELECT, INSERT`; `ALL` where these are all that there are.
fn words(letters: &str, target: &Target) -> String {
    let all = target.all;
    if !all.is_empty() && all.chars().all(|letter| letters.contains(letter)) {
        return format!("ALL{}", target.columns);
    }
    // In the order in which people list them.
    let known = "rawdDxtmXUCcTsA";
    let words =
        known.chars().filter(|letter| letters.contains(*letter)).map(|letter| match letter {
            'r' => "SELECT",
            'a' => "INSERT",
            'w' => "UPDATE",
            'd' => "DELETE",
            'D' => "TRUNCATE",
            'x' => "REFERENCES",
            't' => "TRIGGER",
            'm' => "MAINTAIN",
            'X' => "EXECUTE",
            'U' => "USAGE",
            'C' => "CREATE",
            'c' => "CONNECT",
            'T' => "TEMPORARY",
            's' => "SET",
            _ => "ALTER SYSTEM",
        });
    words.map(|word| format!("{word}{}", target.columns)).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::{Target, change};
    use crate::{Fact, Id, Kind};

    #[test]
    fn revokes_come_before_grants() {
        #[track_caller]
        fn case(kind: Kind, from: Option<&str>, to: Option<&str>, expected: &[&str]) {
            let target = Target::of(&Fact::new(Id::new(kind, ["s", "t"])), 150_000);
            let steps = change(&target, "boss", from, to);
            let sql: Vec<&str> = steps.iter().map(|step| step.sql.as_str()).collect();
            assert_eq!(sql, expected);
        }
        case(Kind::Table, None, Some("app=r"), &["GRANT SELECT ON TABLE s.t TO app"]);
        case(
            Kind::Table,
            Some("app=rw"),
            Some("app=r*a"),
            &[
                "REVOKE UPDATE ON TABLE s.t FROM app",
                "GRANT INSERT ON TABLE s.t TO app",
                "GRANT SELECT ON TABLE s.t TO app WITH GRANT OPTION",
            ],
        );
        case(Kind::Table, None, Some("owner="), &["REVOKE ALL ON TABLE s.t FROM boss"]);
        case(
            Kind::Table,
            Some("app=r*"),
            Some("app=r"),
            &["REVOKE GRANT OPTION FOR SELECT ON TABLE s.t FROM app CASCADE"],
        );
        case(Kind::Enum, None, Some("PUBLIC="), &["REVOKE ALL ON TYPE s.t FROM PUBLIC"]);
        case(Kind::Table, None, Some("\"a,b\"=arwdDxt"), &["GRANT ALL ON TABLE s.t TO \"a,b\""]);
    }
}
