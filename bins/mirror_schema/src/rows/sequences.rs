//! New rows of the mirrors go on where the source's do.

use std::collections::{BTreeMap, BTreeSet};

use catalog::{Attribute, Catalog, Kind};
use common::{Result, Session};

use crate::fold::names::fold;
use crate::sides::{Sides, State};

/// Where a sequence is: its last value, and whether that was given out.
type Position = (i64, bool);

/// Sets the sequences that are not where the source's are.
pub fn set(sides: &mut Sides, state: &State) -> Result<()> {
    for mirror in &sides.mirrors.clone() {
        let there = of_mirror(&state.wanted.catalog, &mirror.name);
        let now = positions(&mut sides.to, &mirror.name)?;
        for (name, position) in positions(&mut sides.from, &mirror.source)? {
            let (place, (value, called)) = (fold(&name), position);
            let sql = format!("{}.{}", catalog::quote(&mirror.name), catalog::quote(&place));
            if there.contains(&sql) && now.get(&place) != Some(&position) {
                let set = "SELECT setval(to_regclass($1), $2, $3)";
                sides.to.execute(set, &[&sql, &value, &called])?;
            }
        }
    }
    Ok(())
}

fn positions(session: &mut Session, schema: &str) -> Result<BTreeMap<String, Position>> {
    let rows = session.query(include_str!("../sql/sequences.sql"), &[&schema])?;
    Ok(rows.iter().map(|row| (row.get(0), (row.get(1), row.get(2)))).collect())
}

/// A mirror's sequences, those of identity columns among them, as SQL.
fn of_mirror(catalog: &Catalog, mirror: &str) -> BTreeSet<String> {
    let own = catalog.of_kind(Kind::Sequence).map(|sequence| sequence.id.sql());
    let identity =
        catalog.of_kind(Kind::Column).filter_map(|column| column.get(Attribute::IdentitySequence));
    let prefix = format!("{}.", catalog::quote(mirror));
    own.chain(identity.map(str::to_owned)).filter(|name| name.starts_with(&prefix)).collect()
}
