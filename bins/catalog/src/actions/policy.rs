//! Row security policies.

use crate::step::{Alter, Changed, Step};
use crate::{Attribute, Fact};

pub fn create(fact: &Fact) -> Vec<Step> {
    let (table, name) = (fact.id.relation_sql(), fact.id.name_sql());
    let mut sql = format!("CREATE POLICY {name} ON {table}");
    if fact.is(Attribute::Restrictive) {
        sql += " AS RESTRICTIVE";
    }
    if let Some(command) = fact.get(Attribute::Command) {
        sql += &format!(" FOR {command}");
    }
    if let Some(roles) = fact.get(Attribute::Roles) {
        sql += &format!(" TO {roles}");
    }
    sql += &expressions(fact);
    vec![Step::exclusive(sql)]
}

fn expressions(fact: &Fact) -> String {
    let mut sql = String::new();
    if let Some(using) = fact.get(Attribute::Using) {
        sql += &format!(" USING ({using})");
    }
    if let Some(check) = fact.get(Attribute::Check) {
        sql += &format!(" WITH CHECK ({check})");
    }
    sql
}

/// An expression can be changed, but not taken away.
pub fn alter(to: &Fact, changed: &Changed) -> Alter {
    let gone = |attribute: Attribute| changed.has(attribute) && !to.is(attribute);
    if changed.any(&[Attribute::Restrictive, Attribute::Command])
        || gone(Attribute::Using)
        || gone(Attribute::Check)
    {
        return Alter::Rebuild;
    }
    let (table, name) = (to.id.relation_sql(), to.id.name_sql());
    let roles = if changed.has(Attribute::Roles) {
        format!(" TO {}", to.get(Attribute::Roles).unwrap_or("PUBLIC"))
    } else {
        String::new()
    };
    let expressions = expressions(to);
    Alter::InPlace(vec![Step::exclusive(format!(
        "ALTER POLICY {name} ON {table}{roles}{expressions}"
    ))])
}
