//! Which files the rows go into.

use common::{Result, Session};
use db_backup::large_objects;
use db_backup::private_files::FILTERED;
use db_backup::store::chunk_file;

use crate::source::{self, Place, Relation, Selection};

/// Bytes on disk that make one chunk: small enough that no worker is the last one for long, large
/// enough that a file is worth having.
const CHUNK: u64 = 16 * 1024 * 1024;

/// ctid ranges are read without a look at the rest of the table since PostgreSQL 14.
const CTID_RANGES: i32 = 140_000;

/// One file to be written.
pub struct Piece {
    pub of: Of,
    /// `COPY … TO STDOUT`
    pub sql: String,
    pub file: String,
    pub predicate: Option<String>,
    /// Its share of the bytes on disk.
    pub estimate: u64,
}

/// What a piece belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// Index into the selection's relations.
    Table(usize),
    LargeObjectMetadata,
    LargeObjectContent,
}

pub struct Plan {
    /// In the order in which they are to be begun: those of the largest tables first.
    pub pieces: Vec<Piece>,
    /// Bytes on disk of all that is copied.
    pub size: u64,
    pub large_objects: u64,
}

/// Cuts the tables, and the large objects where everything is wanted.
pub fn plan(
    session: &mut Session,
    selection: &Selection,
    place: &Place,
    filtered: bool,
) -> Result<Plan> {
    let encoding = &place.database.encoding;
    let mut copied = selection.copied.clone();
    copied.sort_by_key(|index| std::cmp::Reverse(selection.relations[*index].size));
    let mut pieces = Vec::new();
    for index in copied {
        let relation = &selection.relations[index];
        let predicates = if relation.heap
            && place.server_version_num >= CTID_RANGES
            && relation.condition.is_none()
        {
            ranges(relation)
        } else {
            vec![relation.condition.clone().filter(|condition| !condition.is_empty())]
        };
        let estimate = relation.size / predicates.len() as u64;
        for (number, predicate) in predicates.into_iter().enumerate() {
            let file =
                chunk_file(&relation.schema, &relation.name, relation.oid, number + 1, filtered);
            let sql = relation.copy_out(predicate.as_deref(), encoding);
            pieces.push(Piece { of: Of::Table(index), sql, file, predicate, estimate });
        }
    }
    let large_objects = if selection.whole {
        cut_large_objects(session, &mut pieces, encoding, filtered)?
    } else {
        0
    };
    let size = pieces.iter().map(|piece| piece.estimate).sum();
    Ok(Plan { pieces, size, large_objects })
}

/// Ranges of blocks; the last one is open, for what the table grew by since it was measured.
fn ranges(relation: &Relation) -> Vec<Option<String>> {
    let wanted = relation.size.div_ceil(CHUNK);
    let parts = wanted.clamp(1, relation.blocks.max(1));
    let bound = |part: u64| relation.blocks * part / parts;
    let predicate = |part: u64| {
        let low = (part > 0).then(|| format!("ctid >= '({},0)'", bound(part)));
        let high = (part + 1 < parts).then(|| format!("ctid < '({},0)'", bound(part + 1)));
        let both: Vec<_> = low.into_iter().chain(high).collect();
        (!both.is_empty()).then(|| format!("WHERE {}", both.join(" AND ")))
    };
    (0..parts).map(predicate).collect()
}

fn cut_large_objects(
    session: &mut Session,
    pieces: &mut Vec<Piece>,
    encoding: &str,
    filtered: bool,
) -> Result<u64> {
    let found = source::large_objects(session, CHUNK)?;
    if found.count == 0 {
        return Ok(0);
    }
    let suffix = if filtered { FILTERED } else { "" };
    pieces.push(Piece {
        of: Of::LargeObjectMetadata,
        sql: source::large_object_metadata_sql(encoding),
        file: format!("large_objects.copy.gz{suffix}"),
        predicate: None,
        estimate: 0,
    });
    let estimate = found.size / found.ranges.len() as u64;
    for (number, range) in found.ranges.into_iter().enumerate() {
        pieces.push(Piece {
            of: Of::LargeObjectContent,
            sql: large_objects::content_sql(range, encoding),
            file: format!("large_objects.{}.copy.gz{suffix}", number + 1),
            predicate: Some(format!("WHERE oid BETWEEN {} AND {}", range.0, range.1)),
            estimate,
        });
    }
    Ok(found.count)
}

#[cfg(test)]
mod tests {
    use super::ranges;
    use crate::source::{Kind, Relation};

    #[test]
    fn ranges_hold_every_block_once_and_what_comes_after() {
        #[track_caller]
        fn case(size: u64, blocks: u64, expected: &[&str]) {
            let relation = Relation {
                oid: 1,
                schema: "public".to_owned(),
                name: "t".to_owned(),
                kind: Kind::Table,
                parent: None,
                heap: true,
                condition: None,
                columns: Vec::new(),
                size,
                blocks,
                readable: true,
                hidden_rows: false,
            };
            let found: Vec<_> =
                ranges(&relation).into_iter().map(Option::unwrap_or_default).collect();
            assert_eq!(found, expected);
        }
        case(0, 0, &[""]);
        case(8192, 1, &[""]);
        // 900 GB of TOAST behind two blocks.
        case(900 << 30, 2, &["WHERE ctid < '(1,0)'", "WHERE ctid >= '(1,0)'"]);
        let (first, second, last) = (
            "WHERE ctid < '(2730,0)'",
            "WHERE ctid >= '(2730,0)' AND ctid < '(5461,0)'",
            "WHERE ctid >= '(5461,0)'",
        );
        case(48 << 20, 8192, &[first, second, last]);
    }
}
