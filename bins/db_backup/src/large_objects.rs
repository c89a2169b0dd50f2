//! The content of large objects, as COPY text.

use rows::copy_text;

/// `COPY (…) TO STDOUT` of (oid, offset, bytea) in pieces, of the large objects of a range of oids.
pub fn content_sql((first, last): (u32, u32), encoding: &str) -> String {
    let sql = include_str!("large_object_content.sql");
    let range = format!("BETWEEN {first} AND {last}");
    copy_text::query_out(&sql.replace("BETWEEN 0 AND 4294967295", &range), encoding)
}
