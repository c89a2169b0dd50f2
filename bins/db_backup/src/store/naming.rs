//! Names of backups and of the files in them.

use crate::private_files::FILTERED;

/// Bytes of an encoded schema or table name beyond which it is cut: two of them and the rest
/// stay below the 255 that file systems allow.
const LONGEST: usize = 90;

/// `shop_2026-11-21T220000Z`
pub fn name_of(database: &str, created: jiff::Timestamp) -> String {
    format!("{}_{}", encode_up_to(database, 150), created.strftime("%Y-%m-%dT%H%M%SZ"))
}

/// The hidden folder in which a backup is written, before it is one.
pub fn partial_name(name: &str) -> String {
    format!(".{name}.partial")
}

/// The part of a backup's name that tells when.
pub(super) fn time_of(name: &str) -> &str {
    name.rsplit('_').next().unwrap_or(name)
}

/// `data/public.orders.3.copy.gz`. Injective, on file systems that fold case too: a name that is
/// cut is told from others by the table's oid.
pub fn chunk_file(schema: &str, table: &str, oid: u32, number: usize, filtered: bool) -> String {
    let (schema_part, table_part) = (encode_up_to(schema, LONGEST), encode_up_to(table, LONGEST));
    let cut = schema_part.ends_with('~') || table_part.ends_with('~');
    let oid = if cut { format!("~{oid}") } else { String::new() };
    let suffix = if filtered { FILTERED } else { "" };
    format!("data/{schema_part}.{table_part}{oid}.{number}.copy.gz{suffix}")
}

/// Percent-encodes everything but a-z, 0-9, `_` and `-`; capitals too, so that `Users` and
/// `users` stay apart where case does not count.
pub fn encode(name: &str) -> String {
    let mut encoded = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' => encoded.push(char::from(byte)),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

fn encode_up_to(name: &str, longest: usize) -> String {
    let mut encoded = encode(name);
    if encoded.len() > longest {
        let half = encoded[longest - 2..longest].find('%');
        encoded.truncate(half.map_or(longest, |at| longest - 2 + at));
        encoded.push('~');
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::chunk_file;

    #[test]
    fn odd_names_become_safe_and_different_files() {
        #[track_caller]
        fn case(schema: &str, table: &str, expected: &str) {
            assert_eq!(chunk_file(schema, table, 7, 3, false), expected);
        }
        case("public", "orders", "data/public.orders.3.copy.gz");
        case("public", "Orders", "data/public.%4Frders.3.copy.gz");
        case("a.b", "c/..\n", "data/a%2Eb.c%2F%2E%2E%0A.3.copy.gz");
        let emoji = chunk_file("s", &"🦀".repeat(15), 7, 1, true);
        assert!(emoji.ends_with("~~7.1.copy.gz.filtered"), "{emoji}");
        let longest = chunk_file(&"🦀".repeat(15), &"🦀".repeat(15), u32::MAX, 9_999_999, true);
        assert!(longest.len() - "data/".len() <= 255, "{longest}");
        assert_ne!(emoji, chunk_file("s", &"🦀".repeat(15), 8, 1, true));
    }
}
