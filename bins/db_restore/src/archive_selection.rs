//! Which entries of the archive a restore of chosen tables takes: the tables, what belongs to
//! them, and what they cannot exist without.

use std::collections::{HashMap, HashSet};

use crate::archive::{Archive, Entry, Key};

/// What has no use without the one thing it belongs to, and comes with it.
const BELONGINGS: [&str; 17] = [
    "ACL",
    "CHECK CONSTRAINT",
    "COMMENT",
    "CONSTRAINT",
    "DEFAULT",
    "FK CONSTRAINT",
    "INDEX",
    "INDEX ATTACH",
    "MATERIALIZED VIEW DATA",
    "POLICY",
    "ROW SECURITY",
    "RULE",
    "SECURITY LABEL",
    "SEQUENCE OWNED BY",
    "STATISTICS",
    "TABLE ATTACH",
    "TRIGGER",
];

/// What can be named as a table.
const RELATIONS: [&str; 5] = ["TABLE", "VIEW", "MATERIALIZED VIEW", "FOREIGN TABLE", "SEQUENCE"];

/// The entries of the archive that are relations, by schema and name.
pub fn relation<'a>(archive: &'a Archive, schema: Option<&str>, name: &str) -> Vec<&'a Entry> {
    let fits = |entry: &&Entry| {
        RELATIONS.contains(&entry.kind.as_str())
            && entry.tag == name
            && schema.is_none_or(|schema| entry.schema.as_deref() == Some(schema))
    };
    archive.entries.iter().filter(fits).collect()
}

/// The chosen entries with all that belongs to them, and all that any of these needs, up to what
/// `there` holds already: that is used as it is.
///
/// A foreign key belongs to its table and needs the table it points to, which so comes too.
pub fn closure(archive: &Archive, chosen: &[i32], there: &HashSet<Key>) -> HashSet<i32> {
    let by_id = archive.by_id();
    let mut belongings: HashMap<i32, Vec<&Entry>> = HashMap::new();
    for entry in archive.entries.iter().filter(|entry| belongs(entry, &by_id)) {
        for need in &entry.needs {
            belongings.entry(*need).or_default().push(entry);
        }
    }
    let mut taken = HashSet::new();
    let mut open = chosen.to_vec();
    while let Some(id) = open.pop() {
        let Some(entry) = by_id.get(&id) else { continue };
        if there.contains(&entry.key()) || !taken.insert(id) {
            continue;
        }
        open.extend(&entry.needs);
        open.extend(belongings.get(&id).into_iter().flatten().map(|entry| entry.id));
    }
    taken
}

/// A partition belongs to its table by being attached to it; an identity column's sequence needs
/// the table, and other sequences are needed by it.
fn belongs(entry: &Entry, by_id: &HashMap<i32, &Entry>) -> bool {
    match entry.kind.as_str() {
        "SEQUENCE" => {
            entry.needs.iter().filter_map(|need| by_id.get(need)).any(|need| need.kind == "TABLE")
        }
        kind => BELONGINGS.contains(&kind),
    }
}
