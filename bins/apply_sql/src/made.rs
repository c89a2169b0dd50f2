//! What the scripts made, counted in the catalog rather than believed of them.

use common::progress::grouped;
use common::{Result, Session};

/// How many objects of one kind there are.
#[derive(Debug)]
pub struct Count {
    singular: String,
    plural: String,
    number: i64,
}

/// The objects of the database, by kind.
pub fn count(session: &mut Session) -> Result<Vec<Count>> {
    let rows = session.query(include_str!("made.sql"), &[])?;
    let count = |row: &postgres::Row| Count {
        singular: row.get(0),
        plural: row.get(1),
        number: row.get(2),
    };
    Ok(rows.iter().map(count).collect())
}

/// ` (25 partitions, 1 view)`, or nothing where there are no more objects than before.
pub fn since(before: &[Count], after: &[Count]) -> String {
    let made = after.iter().filter_map(|now| {
        let former = before.iter().find(|count| count.singular == now.singular);
        match now.number - former.map_or(0, |count| count.number) {
            ..=0 => None,
            1 => Some(format!("1 {}", now.singular)),
            more => Some(format!("{} {}", grouped(more), now.plural)),
        }
    });
    let made: Vec<_> = made.collect();
    if made.is_empty() { String::new() } else { format!(" ({})", made.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::{Count, since};

    #[test]
    fn only_what_grew_is_named() {
        let count = |number, singular: &str, plural: &str| Count {
            singular: singular.to_owned(),
            plural: plural.to_owned(),
            number,
        };
        let before = [count(4, "table", "tables"), count(2, "view", "views")];
        let after = [
            count(1, "partition", "partitions"),
            count(3, "table", "tables"),
            count(2, "view", "views"),
            count(1200, "index", "indexes"),
        ];
        assert_eq!(since(&before, &after), " (1 partition, 1,200 indexes)");
        assert_eq!(since(&after, &after), "");
    }
}
