//! Types and functions that the source's tables use and that live outside of the mirrored schemas.

use std::collections::{BTreeMap, BTreeSet};

use catalog::{Attribute, Catalog, Fact, Id, Kind};
use common::{Result, Session};

use crate::fold::names::Names;

/// What stands in where the target lacks an extension: the type that its values look like.
const STAND_INS: [(&str, &str, &str); 2] =
    [("citext", "citext", "text"), ("ltree", "ltree", "text")];

/// Finds for every name that leads out of the mirrors what it is in the target.
#[derive(Debug, Default)]
pub struct Outside {
    /// Extensions of the source that the target lacks.
    pub lacking: BTreeSet<String>,
    /// Types that become others, in words.
    pub notes: Vec<String>,
}

impl Outside {
    /// Completes `names`.
    pub fn find(
        source: &Catalog,
        sessions: (&mut Session, &mut Session),
        names: &mut Names,
    ) -> Result<Outside> {
        let mut outside = Outside::default();
        outside.extensions(sessions, names)?;
        outside.other_schemas(source, names);
        Ok(outside)
    }

    fn extensions(
        &mut self,
        (source, target): (&mut Session, &mut Session),
        names: &mut Names,
    ) -> Result<()> {
        let members = source.query(include_str!("sql/members.sql"), &[])?;
        if members.is_empty() {
            return Ok(());
        }
        let there: BTreeMap<String, String> = target
            .query("SELECT extname::text, extnamespace::regnamespace::text FROM pg_catalog.pg_extension", &[])?
            .iter()
            .map(|row| (row.get(0), row.get(1)))
            .collect();
        for row in members {
            let (extension, schema, name): (String, String, String) =
                (row.get(0), row.get(1), row.get(2));
            match there.get(&extension) {
                Some(place) => {
                    let sql = format!("{place}.{}", catalog::quote(&name));
                    names.lead_out(&schema, &name, sql);
                }
                None => self.stand_in(&extension, &schema, &name, names),
            }
        }
        Ok(())
    }

    fn stand_in(&mut self, extension: &str, schema: &str, name: &str, names: &mut Names) {
        self.lacking.insert(extension.to_owned());
        let stand_in = STAND_INS.iter().find(|(e, n, _)| (*e, *n) == (extension, name));
        if let Some((_, _, sql)) = stand_in {
            names.lead_out(schema, name, (*sql).to_owned());
            self.notes.push(format!(
                "type {schema}.{name} becomes {sql}: the target lacks the extension {extension}"
            ));
        }
    }

    /// A domain of a schema that is not mirrored becomes the type below it, an enum becomes text.
    fn other_schemas(&mut self, source: &Catalog, names: &mut Names) {
        let used: BTreeSet<&Id> = source
            .of_kind(Kind::Column)
            .filter(|column| names.mirror_of(&column.id.path[0]).is_some())
            .flat_map(|column| &column.depends_on)
            .filter(|id| id.kind.is_type() && names.mirror_of(&id.path[0]).is_none())
            .collect();
        for id in used {
            let Some(sql) = source.get(id).and_then(|fact| below(source, fact)) else { continue };
            self.notes.push(format!("{id} becomes {sql}: its schema is not mirrored"));
            names.lead_out(&id.path[0], &id.path[1], sql);
        }
    }
}

/// The built-in type that holds the same values.
fn below(source: &Catalog, fact: &Fact) -> Option<String> {
    match fact.id.kind {
        Kind::Enum => Some("text".to_owned()),
        Kind::Domain => {
            let base = fact.text(Attribute::Type);
            let next = source.get(&Id { kind: Kind::Domain, path: catalog::parse(base) });
            next.map_or(Some(base.to_owned()), |domain| below(source, domain))
        }
        _ => None,
    }
}
