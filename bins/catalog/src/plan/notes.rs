//! What is worth a sentence, though no statement comes of it.

use super::fates::Fates;
use crate::world::World;
use crate::{Attribute, Id, Kind};

pub(crate) fn notes(fates: &Fates, world: &World) -> Vec<String> {
    let mut notes = Vec::new();
    for table in world.to.of_kind(Kind::Table) {
        if fates.creates(&table.id) || !world.from.holds(&table.id) {
            continue;
        }
        notes.extend(order_of_columns(&table.id, fates, world));
    }
    notes.extend(columns_of_their_own(fates, world));
    let unfilled = fates.of.iter().filter(|(id, fate)| {
        id.kind == Kind::Column && fate.create && !world.is_new_relation(&id.path)
    });
    for (id, _) in unfilled {
        let Some(column) = world.to.get(id) else { continue };
        let default = Id { kind: Kind::Default, path: id.path.clone() };
        let filled = [Attribute::Identity, Attribute::Generated].iter().any(|how| column.is(*how));
        if column.is(Attribute::NotNull) && !filled && !world.to.holds(&default) {
            notes.push(format!(
                "{id} is NOT NULL and has no default: it cannot be added to a table that holds rows"
            ));
        }
    }
    notes
}

/// A column that was an heir's own stays so, too, when its parent gets one: no statement makes it
/// inherited alone.
fn columns_of_their_own(fates: &Fates, world: &World) -> Vec<String> {
    let heirs = world.to.of_kind(Kind::Inheritance).map(|heir| &heir.id);
    let columns = heirs.flat_map(|heir| world.to.parts(Kind::Column, &heir.path));
    let stays_own = |column: &&crate::Fact| {
        let before = world.from.get(&column.id).filter(|before| !before.is(Attribute::Inherited));
        column.is(Attribute::Inherited) && before.is_some() && !fates.creates(&column.id)
    };
    let say = |column: &crate::Fact| {
        format!(
            "{} stays its table's own as well as inherited; in the files it is only inherited",
            column.id
        )
    };
    columns.filter(stays_own).map(say).collect()
}

/// PostgreSQL adds columns at the end and moves none, so an order is said and never fought.
fn order_of_columns(table: &Id, fates: &Fates, world: &World) -> Option<String> {
    let names = |ids: Vec<&crate::Fact>| -> Vec<String> {
        ids.into_iter().map(|column| column.id.name().to_owned()).collect()
    };
    let wanted = names(world.to.parts(Kind::Column, &table.path));
    let stays = |id: &Id| world.to.holds(id) && !fates.drops(id);
    let before = world.from.parts(Kind::Column, &table.path);
    let mut reached = names(before.into_iter().filter(|column| stays(&column.id)).collect());
    let added: Vec<String> =
        wanted.iter().filter(|name| !reached.contains(name)).cloned().collect();
    reached.extend(added);
    (reached != wanted).then(|| {
        let (reached, wanted) = (reached.join(", "), wanted.join(", "));
        format!("{table} keeps its columns in the order {reached}; the files have {wanted}")
    })
}
