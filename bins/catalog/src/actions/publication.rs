//! Publications, with their tables and schemas.

use crate::name::{list_with, quote};
use crate::step::{Alter, Changed, SHARE_UPDATE_EXCLUSIVE, Step};
use crate::{Attribute, Fact, Kind};

pub fn create(fact: &Fact) -> Vec<Step> {
    let all = if fact.is(Attribute::AllTables) { " FOR ALL TABLES" } else { "" };
    let mut settings = Vec::new();
    if let Some(publish) = fact.get(Attribute::Publish) {
        settings.push(format!("publish = '{publish}'"));
    }
    if fact.is(Attribute::ViaRoot) {
        settings.push("publish_via_partition_root = true".to_owned());
    }
    if let Some(columns) = fact.get(Attribute::GeneratedColumns) {
        settings.push(format!("publish_generated_columns = {columns}"));
    }
    let with = if settings.is_empty() {
        String::new()
    } else {
        format!(" WITH ({})", settings.join(", "))
    };
    vec![Step::new(format!("CREATE PUBLICATION {}{all}{with}", fact.id.sql()))]
}

pub fn alter(to: &Fact, changed: &Changed) -> Alter {
    if changed.has(Attribute::AllTables) {
        return Alter::Rebuild;
    }
    let mut settings = Vec::new();
    if changed.has(Attribute::Publish) {
        let publish = to.get(Attribute::Publish).unwrap_or("insert, update, delete, truncate");
        settings.push(format!("publish = '{publish}'"));
    }
    if changed.has(Attribute::ViaRoot) {
        settings.push(format!("publish_via_partition_root = {}", to.is(Attribute::ViaRoot)));
    }
    if changed.has(Attribute::GeneratedColumns) {
        let columns = to.get(Attribute::GeneratedColumns).unwrap_or("none");
        settings.push(format!("publish_generated_columns = {columns}"));
    }
    let settings = settings.join(", ");
    Alter::InPlace(vec![Step::new(format!("ALTER PUBLICATION {} SET ({settings})", to.id.sql()))])
}

/// What is published: `TABLE shop.users (id, email) WHERE (…)` or `TABLES IN SCHEMA shop`.
fn member(fact: &Fact) -> String {
    if fact.id.kind == Kind::PublicationSchema {
        return format!("TABLES IN SCHEMA {}", fact.id.name_sql());
    }
    let mut sql = format!("TABLE {}", list_with(&fact.id.path[1..], "."));
    if let Some(columns) = fact.get(Attribute::Columns) {
        sql += &format!(" ({columns})");
    }
    if let Some(filter) = fact.get(Attribute::Filter) {
        sql += &format!(" WHERE ({filter})");
    }
    sql
}

pub fn add_member(fact: &Fact) -> Vec<Step> {
    let sql = format!("ALTER PUBLICATION {} ADD {}", quote(&fact.id.path[0]), member(fact));
    vec![Step::new(sql).lock(SHARE_UPDATE_EXCLUSIVE)]
}

pub fn drop_member(fact: &Fact) -> Vec<Step> {
    let bare = Fact::new(fact.id.clone());
    let sql = format!("ALTER PUBLICATION {} DROP {}", quote(&fact.id.path[0]), member(&bare));
    vec![Step::new(sql).lock(SHARE_UPDATE_EXCLUSIVE)]
}
