//! `pgrefit.mirror`: which object of the source each object of a mirror was made of.
//!
//! PostgreSQL knows a column by its table's oid and its number, whatever it is called, so a renamed
//! column of the source is renamed in the mirror, too. There is one row per revision: after a
//! rollback the mirror's names are those of the revision that it is at.

use std::borrow::Cow;
use std::collections::BTreeMap;

use bookkeeping::Part;
use catalog::{Attribute, Catalog, Fact, Hint, Id};
use common::{Result, Session};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::mirror::Mirror;

/// What PostgreSQL knows an object by: its oid, and a column's number.
pub type Identity = (u32, i32);

/// The source's objects by name.
pub type Identities = BTreeMap<Id, Identity>;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Lineage {
    /// The mirror's objects with the identity of those they were made of.
    made_of: Vec<(Id, Identity)>,
    /// Objects that PostgreSQL prints in other words than the source's: hashes of what was wanted
    /// and of what it printed. They are equal as long as neither changes.
    in_other_words: Vec<(Id, u64, u64)>,
}

impl Lineage {
    /// That of the revision that the mirror is at, if it is known.
    pub fn read(
        target: &mut Session,
        mirror: &Mirror,
        revision: &str,
        source: &str,
    ) -> Result<Lineage> {
        if !bookkeeping::exists(target, Part::Mirrors)? {
            return Ok(Lineage::default());
        }
        let row = target
            .query_opt(include_str!("sql/lineage_of.sql"), &[&mirror.name, &revision, &source])?;
        let text: Option<String> = row.map(|row| row.get(0));
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
    }

    /// What a mirror will be made of.
    pub fn new(places: &BTreeMap<Id, Id>, identities: &Identities, mirror: &Mirror) -> Lineage {
        let of_mirror = |place: &Id| place.schema() == Some(mirror.name.as_str());
        let made_of = places
            .iter()
            .filter(|(_, place)| of_mirror(place))
            .filter_map(|(id, place)| Some((place.clone(), *identities.get(id)?)))
            .collect();
        Lineage { made_of, in_other_words: Vec::new() }
    }

    /// Written before the revision runs; a row whose revision never ran is never looked at.
    pub fn write(
        &self,
        target: &mut Session,
        mirror: &Mirror,
        revision: &str,
        source: &str,
    ) -> Result<()> {
        bookkeeping::prepare(target, Part::Mirrors)?;
        let text = serde_json::to_string(self).expect("names and numbers are JSON");
        target.execute(
            include_str!("sql/write_lineage.sql"),
            &[&mirror.name, &revision, &source, &text],
        )?;
        Ok(())
    }

    /// Renames since: objects whose identity stands at another name now.
    pub fn renames(&self, now: &Lineage) -> Vec<Hint> {
        let before: BTreeMap<(catalog::Kind, Identity), &Id> =
            self.made_of.iter().map(|(id, identity)| ((id.kind, *identity), id)).collect();
        let renamed = now.made_of.iter().filter_map(|(id, identity)| {
            let old = before.get(&(id.kind, *identity))?;
            let from = (old.name() != id.name()).then(|| vec![old.name().to_owned()])?;
            Some(Hint { to: id.clone(), from: Some(from) })
        });
        renamed.collect()
    }

    /// The mirror's facts, with what only its wording tells from the wanted as the wanted.
    pub fn in_our_words<'a>(
        &self,
        mut actual: Cow<'a, Catalog>,
        wanted: &Catalog,
    ) -> Cow<'a, Catalog> {
        for (id, ours, printed) in &self.in_other_words {
            if let (Some(ours_now), Some(printed_now)) = (wanted.get(id), actual.get(id))
                && (hash(ours_now), hash(printed_now)) == (*ours, *printed)
            {
                let mut same = printed_now.clone();
                same.attributes.clone_from(&ours_now.attributes);
                actual.to_mut().insert(same);
            }
        }
        actual
    }

    /// Remembers what PostgreSQL prints in other words than the source's, once it was made; the
    /// mirror's facts in our words.
    pub fn remember<'a>(&mut self, actual: Cow<'a, Catalog>, wanted: &Catalog) -> Cow<'a, Catalog> {
        let pair = |fact: &Fact| {
            let printed = actual.get(&fact.id)?;
            is_wording(fact, printed).then(|| (fact.id.clone(), hash(fact), hash(printed)))
        };
        self.in_other_words = wanted.facts().filter_map(pair).collect();
        self.in_our_words(actual, wanted)
    }
}

/// Whether two facts differ, and in nothing but definitions.
fn is_wording(wanted: &Fact, printed: &Fact) -> bool {
    const DEFINITIONS: [Attribute; 6] = [
        Attribute::Bound,
        Attribute::Default,
        Attribute::Definition,
        Attribute::Expression,
        Attribute::PartitionBy,
        Attribute::Range,
    ];
    let names = wanted.attributes.keys().chain(printed.attributes.keys());
    let mut differ = names.filter(|name| wanted.get(**name) != printed.get(**name)).peekable();
    differ.peek().is_some() && differ.all(|name| DEFINITIONS.contains(name))
}

/// Of what is compared.
fn hash(fact: &Fact) -> u64 {
    xxh3_64(serde_json::json!(fact.attributes).to_string().as_bytes())
}
