//! Defaults of columns.

use crate::step::Step;
use crate::world::World;
use crate::{Attribute, Fact};

pub fn create(default: &Fact, world: &World) -> Vec<Step> {
    let expression = default.text(Attribute::Expression);
    vec![alter_default(default, &format!("SET DEFAULT {expression}"), world)]
}

pub fn drop(default: &Fact, world: &World) -> Vec<Step> {
    vec![alter_default(default, "DROP DEFAULT", world)]
}

/// Partitions and heirs have defaults of their own.
fn alter_default(default: &Fact, clause: &str, world: &World) -> Step {
    let (table, name) = (default.id.relation_sql(), default.id.name_sql());
    let only = if world.has_children(&default.id.path[..2]) { "ONLY " } else { "" };
    Step::exclusive(format!("ALTER TABLE {only}{table} ALTER COLUMN {name} {clause}"))
}

/// Whether every row needs a value of its own: a call of anything but what is known to be the
/// same within a statement.
pub fn is_volatile(expression: &str) -> bool {
    let stable = ["now()", "CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_USER", "LOCALTIMESTAMP"];
    let rest = stable.iter().fold(expression.to_owned(), |rest, known| rest.replace(known, ""));
    rest.match_indices('(').any(|(at, _)| {
        rest[..at]
            .chars()
            .next_back()
            .is_some_and(|c| c.is_ascii_alphanumeric() || c == '_' || c == '"')
            && !rest[..at].ends_with("numeric")
            && !rest[..at].ends_with("varying")
            && !rest[..at].ends_with("bit")
            && !rest[..at].ends_with("character")
    })
}

#[cfg(test)]
mod tests {
    use super::is_volatile;

    #[test]
    fn volatile_defaults_are_seen() {
        assert!(is_volatile("gen_random_uuid()"));
        assert!(is_volatile("nextval('s.t_id_seq'::regclass)"));
        assert!(!is_volatile("now()"));
        assert!(!is_volatile("'x'::character varying(10)"));
        assert!(!is_volatile("(1 + 2)"));
    }
}
