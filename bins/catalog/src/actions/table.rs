//! Tables and foreign tables, as a whole.

use super::settings::{changes, options_changes, options_clause, with_clause};
use super::{column, column_definition, constraint, dress, not_null};
use crate::name;
use crate::step::{Alter, Changed, SHARE_UPDATE_EXCLUSIVE, Step};
use crate::world::World;
use crate::{Attribute, Fact, Id, Kind};

/// CREATE TABLE with all its columns, and those of its defaults and constraints that can stand in
/// it; then what has no place in CREATE TABLE.
pub fn create_with(fact: &Fact, world: &World, folded: &[&Fact]) -> Vec<Step> {
    let columns = world.to.parts(Kind::Column, &fact.id.path);
    let default = |column: &Fact| {
        folded
            .iter()
            .copied()
            .find(|part| part.id.kind == Kind::Default && part.id.path == column.id.path)
    };
    let typed = fact.is(Attribute::OfType);
    let mut lines: Vec<String> = Vec::new();
    for column in &columns {
        if column.is(Attribute::Inherited) {
            lines.extend(column.is(Attribute::NotNullLocal).then(|| not_null::line(column)));
        } else if typed {
            lines.extend(column_definition::definition_in_typed(column, default(column), world));
        } else {
            lines.push(column_definition::definition(column, default(column), world));
        }
    }
    for check in inherited_checks(fact, world) {
        lines.push(constraint::line(check));
    }
    let constraints: Vec<&&Fact> =
        folded.iter().filter(|part| part.id.kind == Kind::Constraint).collect();
    lines.extend(constraints.iter().map(|part| constraint::line(part)));
    let inheritance = folded.iter().find(|part| part.id.kind == Kind::Inheritance);
    let parents = inheritance.map(|part| part.list(Attribute::Parents)).unwrap_or_default();
    let mut steps = vec![Step::new(statement(fact, &lines, &parents))];
    steps.extend(settled(fact));
    steps.extend(dress::create(fact, world));
    for column in columns {
        steps.extend(column::settle(column));
        steps.extend(dress::create(column, world));
    }
    for part in constraints {
        steps.extend(constraint::settle(part, world));
        steps.extend(dress::create(part, world));
    }
    steps
}

fn statement(fact: &Fact, lines: &[String], parents: &[String]) -> String {
    let kind = match fact.id.kind {
        Kind::ForeignTable => "FOREIGN TABLE",
        _ if fact.is(Attribute::Persistence) => "UNLOGGED TABLE",
        _ => "TABLE",
    };
    let mut sql = format!("CREATE {kind} {}", fact.id.sql());
    if let Some(of_type) = fact.get(Attribute::OfType) {
        sql += &format!(" OF {of_type}");
    }
    match (lines.is_empty(), fact.is(Attribute::OfType)) {
        (true, true) => {}
        (true, false) => sql += " ()",
        (false, _) => sql += &format!(" (\n    {}\n)", lines.join(",\n    ")),
    }
    if !parents.is_empty() {
        sql += &format!(" INHERITS ({})", parents.join(", "));
    }
    if let Some(key) = fact.get(Attribute::PartitionBy) {
        sql += &format!(" PARTITION BY {key}");
    }
    if let Some(server) = fact.get(Attribute::Server) {
        sql += &format!(
            " SERVER {}{}",
            name::quote(server),
            options_clause(fact, Attribute::ForeignOptions)
        );
    }
    if let Some(method) = fact.get(Attribute::AccessMethod) {
        sql += &format!(" USING {}", name::quote(method));
    }
    let mut options = fact.list(Attribute::Options);
    options.extend(fact.list(Attribute::ToastOptions));
    sql += &with_clause(&options);
    if let Some(tablespace) = fact.get(Attribute::Tablespace) {
        sql += &format!(" TABLESPACE {}", name::quote(tablespace));
    }
    sql
}

/// Checks that a partition must have before it can be attached; they are its parents' facts.
fn inherited_checks<'a>(fact: &Fact, world: &World<'a>) -> Vec<&'a Fact> {
    let mut checks: Vec<&Fact> = Vec::new();
    let mut path = fact.id.path.clone();
    let parent = |path| world.to.get(&Id { kind: Kind::Partition, path })?.parent();
    while let Some(above) = parent(path) {
        path = above;
        checks.extend(world.to.parts(Kind::Constraint, &path).into_iter().filter(|part| {
            part.get(Attribute::Type) == Some("CHECK")
                && !part.text(Attribute::Definition).contains("NO INHERIT")
        }));
    }
    checks
}

fn settled(fact: &Fact) -> Vec<Step> {
    let alter = format!("ALTER TABLE {}", fact.id.sql());
    let mut steps = Vec::new();
    if fact.is(Attribute::RowSecurity) {
        steps.push(Step::new(format!("{alter} ENABLE ROW LEVEL SECURITY")));
    }
    if fact.is(Attribute::ForceRowSecurity) {
        steps.push(Step::new(format!("{alter} FORCE ROW LEVEL SECURITY")));
    }
    if let Some(identity) = fact.get(Attribute::ReplicaIdentity) {
        steps.push(Step::new(format!("{alter} REPLICA IDENTITY {identity}")));
    }
    steps
}

pub fn drop(fact: &Fact) -> Vec<Step> {
    let step = Step::exclusive(format!("DROP {}", dress::object(fact)));
    // A foreign table's rows are elsewhere, a partitioned table's in its partitions.
    let holds_rows = fact.id.kind == Kind::Table && !fact.is(Attribute::PartitionBy);
    vec![if holds_rows { step.loses(fact.id.to_string()) } else { step }]
}

pub fn alter(from: &Fact, to: &Fact, changed: &Changed) -> Alter {
    if changed.any(&[Attribute::PartitionBy, Attribute::Server]) {
        return Alter::Rebuild;
    }
    let table = to.id.to_string();
    let sql = |clause: &str| format!("ALTER TABLE {} {clause}", to.id.sql());
    let mut steps = Vec::new();

    if changed.has(Attribute::OfType) {
        let clause =
            to.get(Attribute::OfType).map_or("NOT OF".to_owned(), |kind| format!("OF {kind}"));
        steps.push(Step::exclusive(sql(&clause)));
    }
    if changed.has(Attribute::Persistence) {
        let logged = if to.is(Attribute::Persistence) { "SET UNLOGGED" } else { "SET LOGGED" };
        steps.push(Step::exclusive(sql(logged)).rewrites(&table));
    }
    if changed.has(Attribute::AccessMethod) {
        // That of a partitioned table is only its partitions' to be.
        let partitioned = to.is(Attribute::PartitionBy);
        let by_default = if partitioned { "DEFAULT" } else { "heap" };
        let method = to.get(Attribute::AccessMethod).map_or(by_default.to_owned(), name::quote);
        let step = Step::exclusive(sql(&format!("SET ACCESS METHOD {method}")));
        steps.push(if partitioned { step } else { step.rewrites(&table) });
    }
    if changed.has(Attribute::Tablespace) {
        let space = name::quote(to.get(Attribute::Tablespace).unwrap_or("pg_default"));
        steps.push(Step::exclusive(sql(&format!("SET TABLESPACE {space}"))).rewrites(&table));
    }
    for attribute in [Attribute::Options, Attribute::ToastOptions] {
        for clause in changes(from, to, attribute) {
            steps.push(Step::new(sql(&clause)).lock(SHARE_UPDATE_EXCLUSIVE));
        }
    }
    for (attribute, on, off) in [
        (Attribute::RowSecurity, "ENABLE ROW LEVEL SECURITY", "DISABLE ROW LEVEL SECURITY"),
        (Attribute::ForceRowSecurity, "FORCE ROW LEVEL SECURITY", "NO FORCE ROW LEVEL SECURITY"),
    ] {
        if changed.has(attribute) {
            steps.push(Step::exclusive(sql(if to.is(attribute) { on } else { off })));
        }
    }
    if changed.has(Attribute::ReplicaIdentity) {
        let identity = to.get(Attribute::ReplicaIdentity).unwrap_or("DEFAULT");
        steps.push(Step::exclusive(sql(&format!("REPLICA IDENTITY {identity}"))));
    }
    if let Some(clause) = options_changes(from, to, Attribute::ForeignOptions) {
        steps.push(Step::exclusive(format!("ALTER FOREIGN TABLE {} {clause}", to.id.sql())));
    }
    Alter::InPlace(steps)
}
