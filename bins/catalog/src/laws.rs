//! Laws between the queries that read the catalogs and the rules that change them.

use std::collections::BTreeSet;

use squawk_lexer::tokenize;

use crate::compare::{UNREACHABLE, by_name};
use crate::read::{BEFORE_15, FAMILIES, SINCE_15};
use crate::step::Alter;
use crate::world::World;
use crate::{Attribute, Catalog, Fact, Id, Kind, Options, actions};

/// Columns of a family's query that are no attributes: where pg_depend finds the fact, what it is
/// called, its place, and rights, which become `grants`.
const OTHERS: [&str; 9] =
    ["class", "oid", "sub", "kind", "path", "position", "acl", "identity_acl", "role"];

/// Attributes that no column has, as they are made of rights and of comments.
const MADE: [(Attribute, Kind); 7] = [
    (Attribute::Grants, Kind::Table),
    (Attribute::IdentityGrants, Kind::Column),
    (Attribute::Comment, Kind::Table),
    (Attribute::IndexComment, Kind::Constraint),
    (Attribute::IdentityComment, Kind::Column),
    (Attribute::NotNullComment, Kind::Column),
    (Attribute::ColumnComments, Kind::View),
];

/// What is read and then taken out again (`read/options.rs`): the definition of an index holds its
/// options.
const WHILE_READING: [(Kind, Attribute); 5] = [
    (Kind::Index, Attribute::Options),
    (Kind::Index, Attribute::AnyOption),
    (Kind::Constraint, Attribute::AnyOption),
    (Kind::Table, Attribute::AnyOption),
    (Kind::View, Attribute::AnyOption),
];

/// What a query says of itself: the kinds of its facts, and its columns' names.
struct Family {
    kinds: BTreeSet<Kind>,
    aliases: Vec<String>,
}

fn families() -> Vec<Family> {
    [FAMILIES, BEFORE_15, SINCE_15].concat().into_iter().map(family).collect()
}

fn family(sql: &str) -> Family {
    let mut family = Family { kinds: BTreeSet::new(), aliases: Vec::new() };
    for (place, item) in selected(sql) {
        if let [.., before, alias] = item.as_slice()
            && before.eq_ignore_ascii_case("AS")
        {
            family.aliases.push(alias.trim_matches('"').to_owned());
        }
        if place == 3 {
            let words = item.iter().filter_map(|token| token.strip_prefix('\''));
            let kinds = words
                .map(|word| serde_json::from_value::<Kind>(word.trim_end_matches('\'').into()));
            family.kinds.extend(kinds.filter_map(Result::ok));
        }
    }
    family
}

/// The items of each outermost SELECT as tokens, with their places.
fn selected(sql: &str) -> Vec<(usize, Vec<&str>)> {
    let (mut items, mut depth, mut place, mut at) = (Vec::new(), 0, None, 0);
    for token in tokenize(sql) {
        let text = &sql[at..at + token.len as usize];
        at += text.len();
        match (text, depth, place) {
            ("(" | "[", _, _) => depth += 1,
            (")" | "]", _, _) => depth -= 1,
            ("SELECT", 0, _) => {
                place = Some(0);
                items.push((0, Vec::new()));
            }
            ("FROM", 0, _) => place = None,
            (",", 0, Some(number)) => {
                place = Some(number + 1);
                items.push((number + 1, Vec::new()));
            }
            (text, _, Some(_)) if !text.trim().is_empty() && !text.starts_with("--") => {
                items.last_mut().expect("SELECT has begun an item").1.push(text);
            }
            _ => {}
        }
    }
    items
}

#[test]
fn every_column_that_a_query_reads_is_an_attribute_with_a_rule() {
    let mut known: BTreeSet<Attribute> = MADE.iter().map(|(attribute, _)| *attribute).collect();
    for (attribute, kind) in MADE {
        assert!(is_reached(kind, attribute), "no rule of a {kind} changes its {attribute}");
    }
    for family in families() {
        assert!(!family.kinds.is_empty(), "{:?}", family.aliases);
        for alias in family.aliases.iter().filter(|alias| !OTHERS.contains(&alias.as_str())) {
            let attribute = Attribute::named(alias).unwrap();
            known.insert(attribute);
            let taken_out = |kind: Kind| WHILE_READING.contains(&(kind, attribute));
            let reached =
                family.kinds.iter().any(|kind| taken_out(*kind) || is_reached(*kind, attribute));
            assert!(
                reached || attribute == UNREACHABLE,
                "no rule of {:?} changes `{alias}`",
                family.kinds
            );
        }
    }
    let unread: Vec<Attribute> =
        Attribute::all().filter(|attribute| !known.contains(attribute)).collect();
    assert_eq!(unread, [], "attributes that nothing reads");
}

#[test]
fn comments_become_attributes() {
    let sql = include_str!("read/sql/comments.sql");
    let words = sql.split('\'').filter(|word| word.ends_with("comment"));
    let attributes: Vec<Attribute> = words.map(|word| Attribute::named(word).unwrap()).collect();
    assert_eq!(
        attributes,
        [Attribute::NotNullComment, Attribute::IdentityComment, Attribute::Comment]
    );
}

/// Whether a change of this attribute alone, in a fact that has all of them, is brought about: by
/// a statement, or as the fact is made anew.
fn is_reached(kind: Kind, attribute: Attribute) -> bool {
    let shapes = [
        ("a", "b"),
        ("[\"a=1\"]", "[\"a=2\"]"),
        ("{\"a\": [\"app=r/me\"]}", "{\"a\": [\"app=w/me\"]}"),
    ];
    shapes.into_iter().any(|(value, other)| {
        let full = fact(kind, value);
        let (mut bare, mut changed) = (full.clone(), full.clone());
        bare.attributes.remove(&attribute);
        changed.set(attribute, other);
        [(&full, &bare), (&bare, &full), (&full, &changed)]
            .into_iter()
            .any(|(from, to)| is_changed(from, to))
    })
}

fn fact(kind: Kind, value: &str) -> Fact {
    let path: &[&str] = match kind {
        Kind::DefaultPrivileges => &["me", "", "TABLES"],
        Kind::UserMapping | Kind::Cast => &["x", "y"],
        kind if kind.is_part() || kind == Kind::DomainConstraint => &["s", "t", "x"],
        kind if kind.is_in_schema() => &["s", "x"],
        _ => &["x"],
    };
    let mut fact = Fact::new(Id::new(kind, path.iter().copied()));
    Attribute::all().for_each(|attribute| fact.set(attribute, value));
    fact
}

fn is_changed(from: &Fact, to: &Fact) -> bool {
    let catalog = |fact: &Fact| {
        let mut catalog = Catalog::new(180_000, "me");
        catalog.insert(fact.clone());
        catalog
    };
    let (before, after) = (catalog(from), catalog(to));
    let options = Options::default();
    let world = World::new(&before, &after, &options);
    let changes = by_name(&before, &after);
    changes.altered.iter().any(|(_, alterations)| {
        match actions::alter(from, to, alterations, &world) {
            Alter::InPlace(steps) => !steps.is_empty(),
            Alter::Rebuild => true,
        }
    })
}
