//! Row security policies.

use crate::Fact;
use crate::step::{Alter, Changed, Step};

pub fn create(fact: &Fact) -> Vec<Step> {
    let (table, name) = (fact.id.relation_sql(), fact.id.name_sql());
    let mut sql = format!("CREATE POLICY {name} ON {table}");
    if fact.is("restrictive") {
        sql += " AS RESTRICTIVE";
    }
    if let Some(command) = fact.get("command") {
        sql += &format!(" FOR {command}");
    }
    if let Some(roles) = fact.get("roles") {
        sql += &format!(" TO {roles}");
    }
    sql += &expressions(fact);
    vec![Step::exclusive(sql)]
}

fn expressions(fact: &Fact) -> String {
    let mut sql = String::new();
    if let Some(using) = fact.get("using") {
        sql += &format!(" USING ({using})");
    }
    if let Some(check) = fact.get("check") {
        sql += &format!(" WITH CHECK ({check})");
    }
    sql
}

/// An expression can be changed, but not taken away.
pub fn alter(to: &Fact, changed: &Changed) -> Alter {
    let gone = |attribute: &str| changed.has(attribute) && !to.is(attribute);
    if changed.any(&["restrictive", "command"]) || gone("using") || gone("check") {
        return Alter::Rebuild;
    }
    let (table, name) = (to.id.relation_sql(), to.id.name_sql());
    let roles = if changed.has("roles") {
        format!(" TO {}", to.get("roles").unwrap_or("PUBLIC"))
    } else {
        String::new()
    };
    let expressions = expressions(to);
    Alter::InPlace(vec![Step::exclusive(format!(
        "ALTER POLICY {name} ON {table}{roles}{expressions}"
    ))])
}
