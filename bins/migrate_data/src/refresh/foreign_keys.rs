//! Which foreign keys go away while rows change, since their checks cannot just wait.

use rows::foreign_keys::ForeignKey;

/// Rows of a table that go, or that go and come back changed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Leaving {
    pub table: u32,
    pub removed: i64,
    pub moved: i64,
    /// All of its columns are mapped, so that a row of it can be made again as it was.
    pub is_whole: bool,
}

/// Rows from which on a check of all is faster than one for each that goes, which reads the other
/// table where it has no index for it.
const MANY: i64 = 5_000;

/// Whether it would do something to rows that refer to others which only change, or lose what
/// cannot be made again; or whether so many go that all are checked anew at the end.
pub fn goes(key: &ForeignKey, leaving: &[Leaving]) -> bool {
    let of = |tables: &[u32]| {
        leaving.iter().find(|leaving| tables.contains(&leaving.table)).copied().unwrap_or_default()
    };
    let (parent, child) = (of(&key.parents), of(&key.children));
    if !key.acts_on_delete && !key.acts_on_update {
        return parent.removed + parent.moved > MANY;
    }
    let would_lose = key.restricts || !child.is_whole;
    parent.moved > 0 || (parent.removed > 0 && would_lose)
}
