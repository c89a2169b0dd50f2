//! A column as it stands in CREATE TABLE and after ADD COLUMN.

use super::settings::options_clause;
use super::{not_null, sequence};
use crate::name::parse;
use crate::world::World;
use crate::{Attribute, Fact, Kind};

/// `email text DEFAULT ''::text NOT NULL`, as a line of CREATE TABLE or after ADD COLUMN.
pub fn definition(column: &Fact, default: Option<&Fact>, world: &World) -> String {
    let mut sql = format!("{} {}", column.id.name_sql(), column.text(Attribute::Type));
    if world.to.get(&relation(column, Kind::ForeignTable)).is_some() {
        sql += &options_clause(column, Attribute::ForeignOptions);
    }
    if let Some(compression) = column.get(Attribute::Compression) {
        sql += &format!(" COMPRESSION {compression}");
    }
    if let Some(collation) = column.get(Attribute::Collation) {
        sql += &format!(" COLLATE {collation}");
    }
    if let Some(generated) = column.get(Attribute::Generated) {
        sql +=
            &format!(" GENERATED ALWAYS AS ({}) {generated}", column.text(Attribute::Expression));
    }
    if let Some(identity) = identity(column) {
        sql += &format!(" {identity}");
    }
    if let Some(default) = default {
        sql += &format!(" DEFAULT {}", default.text(Attribute::Expression));
    }
    sql += &not_null::clause(column, world);
    sql
}

fn relation(part: &Fact, kind: Kind) -> crate::Id {
    crate::Id { kind, path: part.id.path[..2].to_vec() }
}

/// In a typed table only what the type does not say has a line.
pub fn definition_in_typed(column: &Fact, default: Option<&Fact>, world: &World) -> Option<String> {
    let mut sql = String::new();
    if let Some(default) = default {
        sql += &format!(" DEFAULT {}", default.text(Attribute::Expression));
    }
    sql += &not_null::clause(column, world);
    (!sql.is_empty()).then(|| format!("{} WITH OPTIONS{sql}", column.id.name_sql()))
}

/// `GENERATED ALWAYS AS IDENTITY (…)`.
pub fn identity(column: &Fact) -> Option<String> {
    let when = column.get(Attribute::Identity)?;
    let mut options = Vec::new();
    if let Some(name) = column.get(Attribute::IdentitySequence) {
        let path = parse(name);
        let by_default = format!("{}_{}_seq", column.id.path[1], column.id.name());
        if path.first() != column.id.path.first() || path.last() != Some(&by_default) {
            options.push(format!("SEQUENCE NAME {name}"));
        }
    }
    options.extend(sequence::set_options(column, sequence::Numbers::OfIdentity));
    let options =
        if options.is_empty() { String::new() } else { format!(" ({})", options.join(" ")) };
    Some(format!("GENERATED {when} AS IDENTITY{options}"))
}
