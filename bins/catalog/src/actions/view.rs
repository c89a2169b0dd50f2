//! Views and materialized views.

use super::settings::{changes, with_clause};
use crate::name::quote;
use crate::step::{Alter, Changed, Step};
use crate::{Attribute, Fact, Kind};

pub fn create(fact: &Fact) -> Vec<Step> {
    let mut steps = vec![Step::new(statement(fact, "CREATE"))];
    steps.extend(statistics(&Fact::new(fact.id.clone()), fact));
    steps
}

fn statement(fact: &Fact, verb: &str) -> String {
    let mut sql = format!("{verb} {} {}", fact.id.kind.noun(), fact.id.sql());
    if let Some(method) = fact.get(Attribute::AccessMethod) {
        sql += &format!(" USING {}", quote(method));
    }
    sql += &with_clause(&fact.list(Attribute::Options));
    if let Some(tablespace) = fact.get(Attribute::Tablespace) {
        sql += &format!(" TABLESPACE {}", quote(tablespace));
    }
    sql += &format!(" AS\n{}", fact.text(Attribute::Definition));
    if fact.is(Attribute::Unpopulated) {
        sql += "\n  WITH NO DATA";
    }
    sql
}

/// A view is replaced where its columns stay, new ones at the end; a materialized view never.
pub fn alter(from: &Fact, to: &Fact, changed: &Changed) -> Alter {
    let is_view = to.id.kind == Kind::View;
    let noun = to.id.kind.noun();
    if changed.any(&[Attribute::Definition, Attribute::Columns]) {
        let grows = to.list(Attribute::Columns).starts_with(&from.list(Attribute::Columns));
        if !is_view || !grows {
            return Alter::Rebuild;
        }
        return Alter::InPlace(vec![Step::exclusive(statement(to, "CREATE OR REPLACE"))]);
    }
    let mut steps = Vec::new();
    for clause in changes(from, to, Attribute::Options) {
        steps.push(Step::exclusive(format!("ALTER {noun} {} {clause}", to.id.sql())));
    }
    if changed.has(Attribute::AccessMethod) {
        let method = quote(to.get(Attribute::AccessMethod).unwrap_or("heap"));
        steps.push(Step::exclusive(format!(
            "ALTER {noun} {} SET ACCESS METHOD {method}",
            to.id.sql()
        )));
    }
    if changed.has(Attribute::Tablespace) {
        let space = quote(to.get(Attribute::Tablespace).unwrap_or("pg_default"));
        steps.push(Step::exclusive(format!("ALTER {noun} {} SET TABLESPACE {space}", to.id.sql())));
    }
    steps.extend(statistics(from, to));
    if changed.has(Attribute::Unpopulated) {
        let no_data = if to.is(Attribute::Unpopulated) { " WITH NO DATA" } else { "" };
        steps.push(Step::exclusive(format!("REFRESH MATERIALIZED VIEW {}{no_data}", to.id.sql())));
    }
    Alter::InPlace(steps)
}

/// Each `column SET STATISTICS target`.
fn statistics(from: &Fact, to: &Fact) -> Vec<Step> {
    let (before, after) =
        (from.list(Attribute::ColumnStatistics), to.list(Attribute::ColumnStatistics));
    let alter = format!("ALTER {} {} ALTER COLUMN", to.id.kind.noun(), to.id.sql());
    let of =
        |entry: &str| entry.rsplit_once(' ').map_or(String::new(), |(head, _)| head.to_owned());
    let gone = before
        .iter()
        .filter(|old| !after.iter().any(|new| of(new) == of(old)))
        .map(|old| Step::new(format!("{alter} {} -1", of(old))));
    let set = after
        .iter()
        .filter(|new| !before.contains(new))
        .map(|new| Step::new(format!("{alter} {new}")));
    gone.chain(set).collect()
}
