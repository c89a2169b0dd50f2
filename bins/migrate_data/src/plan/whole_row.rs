//! A source row as `row_to_json` shows it, made of what was read of it anyway.

use common::identifier::quote;
use rows::copy::Row;

/// Where each column of a source stands among what is read, in the order of the columns.
#[derive(Debug)]
pub struct WholeRow(Vec<Column>);

#[derive(Debug)]
struct Column {
    /// The name as JSON writes it, with the colon after it.
    name: Vec<u8>,
    /// In the row that COPY sends.
    position: usize,
    is_text: bool,
}

impl WholeRow {
    /// `None` where a column is not read as it is, or has a type of whose JSON only PostgreSQL
    /// knows: such rows are asked for once more.
    ///
    /// `described` holds names and types of the source's columns, `key` and `expressions` what is
    /// read, in SQL.
    pub fn of(
        described: &[(String, String)],
        key: &str,
        expressions: &[String],
    ) -> Option<WholeRow> {
        let columns = described.iter().map(|(name, type_name)| {
            let is_text = match type_name.as_str() {
                "text" | "varchar" => true,
                "int2" | "int4" | "int8" => false,
                _ => return None,
            };
            let sql = format!("s.{}", quote(name));
            let expression = || expressions.iter().position(|expression| *expression == sql);
            let position = if key == sql { 0 } else { expression()? + 1 };
            let mut quoted = Vec::new();
            push_string(name.as_bytes(), &mut quoted);
            quoted.push(b':');
            Some(Column { name: quoted, position, is_text })
        });
        columns.collect::<Option<Vec<_>>>().map(WholeRow)
    }

    /// Bytes that are not UTF-8 are replaced; the refused value keeps its own.
    pub fn json(&self, row: Row) -> String {
        let mut json = Vec::with_capacity(256);
        for (index, column) in self.0.iter().enumerate() {
            json.push(if index == 0 { b'{' } else { b',' });
            json.extend_from_slice(&column.name);
            match row.get(column.position) {
                None => json.extend_from_slice(b"null"),
                Some(text) if column.is_text => push_string(text, &mut json),
                Some(number) => json.extend_from_slice(number),
            }
        }
        json.push(b'}');
        String::from_utf8(json)
            .unwrap_or_else(|broken| String::from_utf8_lossy(broken.as_bytes()).into_owned())
    }
}

/// Source: `escape_json` of PostgreSQL's src/backend/utils/adt/json.c.
fn push_string(text: &[u8], json: &mut Vec<u8>) {
    json.push(b'"');
    for &byte in text {
        match byte {
            b'"' | b'\\' => json.extend_from_slice(&[b'\\', byte]),
            0x08 => json.extend_from_slice(b"\\b"),
            0x0c => json.extend_from_slice(b"\\f"),
            b'\n' => json.extend_from_slice(b"\\n"),
            b'\r' => json.extend_from_slice(b"\\r"),
            b'\t' => json.extend_from_slice(b"\\t"),
            0..0x20 => json.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ => json.push(byte),
        }
    }
    json.push(b'"');
}
