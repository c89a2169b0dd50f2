//! Tables of one source, those before that others refer to: foreign keys stand during a replay.

use common::{Result, Session};

use crate::plan::Source;

/// Indexes of the source's targets; in a circle of foreign keys, file order stands.
pub fn parents_first(new: &mut Session, source: &Source) -> Result<Vec<usize>> {
    let oids: Vec<u32> = source.targets.iter().map(|target| target.oid).collect();
    let rows = new.query(
        "SELECT DISTINCT conrelid, confrelid FROM pg_constraint \
         WHERE contype = 'f' AND conrelid = ANY ($1) AND confrelid = ANY ($1) AND conrelid <> confrelid",
        &[&oids],
    )?;
    let edges: Vec<(u32, u32)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    let mut order: Vec<usize> = Vec::new();
    while order.len() < oids.len() {
        let open = || (0..oids.len()).filter(|index| !order.contains(index));
        let placed = |oid: &u32| order.iter().any(|&index| oids[index] == *oid);
        let ready = |index: &usize| {
            edges
                .iter()
                .filter(|(child, _)| *child == oids[*index])
                .all(|(_, parent)| placed(parent))
        };
        let next = open().find(ready).or_else(|| open().next());
        order.extend(next);
    }
    Ok(order)
}
