//! The source's facts as the mirror's: in lower case, without owners, grants and collations.

pub mod names; // which name becomes which
mod selection; // what belongs to the chosen tables, and what cannot come along
mod text; //      names inside of SQL

use std::collections::{BTreeMap, BTreeSet};

use catalog::{Attribute, Catalog, Fact, Id, Kind};
use common::Result;

use names::{Names, cut, fold, refuse_long, refuse_same};
use selection::select;

/// What is the target's own matter, and never compared.
const OF_THE_TARGET: [Attribute; 11] = [
    Attribute::AccessMethod,
    Attribute::Clustered,
    Attribute::Collation,
    Attribute::ForceRowSecurity,
    Attribute::Grants,
    Attribute::Invalid,
    Attribute::Owner,
    Attribute::ReplicaIdentity,
    Attribute::RowSecurity,
    Attribute::Tablespace,
    Attribute::ToastOptions,
];

/// Text that people wrote, or that holds no name.
const VERBATIM: [Attribute; 4] =
    [Attribute::Comment, Attribute::Labels, Attribute::Options, Attribute::Statistics];

/// A NOT NULL constraint has a name from PostgreSQL 18 on, which says nothing about the column.
fn is_left_out(attribute: Attribute) -> bool {
    OF_THE_TARGET.contains(&attribute) || attribute.name().starts_with("not_null_")
}

/// The mirrors as they should be.
pub struct Folded {
    pub catalog: Catalog,
    /// Every object of the source that is mirrored, with its place.
    pub places: BTreeMap<Id, Id>,
    /// What could not come along, and why, in words.
    pub left_out: Vec<String>,
}

/// # Errors
/// Two names are one in the mirror, a name is too long there, or a column's type cannot be made
/// in the target.
pub fn mirrored(
    source: Catalog,
    tables: &BTreeSet<Vec<String>>,
    names: &Names,
    lacking: &BTreeSet<String>,
    target_version: u32,
) -> Result<Folded> {
    let selection = select(source, tables, names, lacking)?;
    let places = places(selection.facts.keys(), names)?;
    let mut catalog = Catalog::new(target_version, "");
    let mirrors = places.values().filter_map(Id::schema).collect::<BTreeSet<_>>();
    for mirror in mirrors {
        catalog.insert(Fact::new(Id::new(Kind::Schema, [mirror])));
    }
    for fact in selection.facts.into_values() {
        catalog.insert(in_place(fact, &places, names));
    }
    Ok(Folded { catalog, places, left_out: selection.left_out })
}

/// What of the target's facts a mirror is compared with.
pub fn comparable(mut target: Catalog) -> Catalog {
    for (id, attributes) in target.attributes_mut() {
        match id.kind {
            Kind::Schema => attributes.clear(),
            _ => attributes.retain(|name, _| !is_left_out(*name)),
        }
    }
    target
}

/// Where each object goes.
///
/// # Errors
/// Two names are one there, be it after PostgreSQL cut them off, or a name would be cut off.
fn places<'a>(ids: impl Iterator<Item = &'a Id>, names: &Names) -> Result<BTreeMap<Id, Id>> {
    let mut places = BTreeMap::new();
    let mut taken: BTreeMap<(Namespace, Vec<String>), &Id> = BTreeMap::new();
    let mut long = None;
    for id in ids {
        let mut path: Vec<String> = id.path.iter().map(|name| fold(name)).collect();
        if let Some(mirror) = id.schema().and_then(|schema| names.mirror_of(schema)) {
            mirror.clone_into(&mut path[0]);
        }
        let place = Id { kind: id.kind, path };
        let mut kept = place.path.clone();
        if let Some(name) = kept.last_mut().filter(|name| cut(name).len() < name.len()) {
            *name = cut(name).to_owned();
            long.get_or_insert((id, place.name().to_owned()));
        }
        for namespace in namespaces(id.kind) {
            if let Some(other) = taken.insert((namespace, kept.clone()), id) {
                return Err(refuse_same(&other.to_string(), &id.to_string(), &kept.join(".")));
            }
        }
        places.insert(id.clone(), place);
    }
    match long {
        Some((id, name)) => Err(refuse_long(&id.to_string(), &name)),
        None => Ok(places),
    }
}

/// Objects of one namespace may not have one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Namespace {
    Relations,
    Types,
    Of(Kind),
}

fn namespaces(kind: Kind) -> Vec<Namespace> {
    match kind {
        Kind::Table => vec![Namespace::Relations, Namespace::Types],
        kind if kind.is_relation() => vec![Namespace::Relations],
        kind if kind.is_type() => vec![Namespace::Types],
        Kind::ForeignKey => vec![Namespace::Of(Kind::Constraint)],
        kind => vec![Namespace::Of(kind)],
    }
}

fn in_place(fact: Fact, places: &BTreeMap<Id, Id>, names: &Names) -> Fact {
    let mut folded = Fact::new(places[&fact.id].clone());
    folded.position = fact.position;
    folded.depends_on.extend(fact.depends_on.iter().filter_map(|id| places.get(id).cloned()));
    let said = fact.attributes.into_iter().filter(|(name, _)| !is_left_out(*name));
    let said = said.map(|(name, value)| match name {
        attribute if VERBATIM.contains(&attribute) => (name, value),
        Attribute::Parents | Attribute::Fields => (name, list(&value, names)),
        _ => (name, text::text(value, names)),
    });
    folded.attributes.extend(said);
    folded
}

/// A JSON array of names, as PostgreSQL prints JSON, with blanks.
fn list(value: &str, names: &Names) -> String {
    let items: Vec<String> = serde_json::from_str(value).unwrap_or_default();
    let item = |item: String| serde_json::json!(text::text(item, names)).to_string();
    format!("[{}]", items.into_iter().map(item).collect::<Vec<_>>().join(", "))
}
