//! Indexes of partitions, whose names PostgreSQL makes: of two over the same columns each is known
//! by the parent's index that it is attached to.

use std::collections::HashMap;

use crate::{Attribute, Catalog, Id, Kind};

/// An index under the name that another one, attached in the same place, has in the desired state.
pub fn differently(catalog: &Catalog, to: &Catalog) -> Option<(Id, Id)> {
    let place = |catalog: &Catalog, id: &Id| {
        let fact = catalog.get(id)?;
        Some([fact.get(Attribute::Parent)?.to_owned(), fact.text(Attribute::Table).to_owned()])
    };
    let wanted: HashMap<[String; 2], &Id> = to
        .of_kind(Kind::IndexPartition)
        .filter_map(|fact| Some((place(to, &fact.id)?, &fact.id)))
        .collect();
    catalog.of_kind(Kind::IndexPartition).find_map(|fact| {
        let wanted = wanted.get(&place(catalog, &fact.id)?).filter(|id| ***id != fact.id)?;
        let table = fact.table();
        let index = |catalog: &Catalog, id: &Id| {
            catalog.index(&table, &id.path).map(|fact| fact.id.clone())
        };
        // One that changes is made anew with its parent's.
        let whole =
            |catalog: &Catalog| Some(catalog.above(fact)?.text(Attribute::Definition).to_owned());
        if whole(catalog) != whole(to) {
            return None;
        }
        let pair = (index(catalog, &fact.id)?, index(to, wanted)?);
        (pair.0.kind == pair.1.kind).then_some(pair)
    })
}
