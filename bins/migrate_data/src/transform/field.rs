//! One field of one row, before lookups: what its text becomes.

use std::borrow::Cow;

use rows::copy::Row;

use crate::clean::{Rule, clean};
use crate::plan::{Field, FieldInput};
use crate::value::Value;

/// The field as the source sends it.
pub fn bytes_of<'r>(field: &Field, row: Row<'r>) -> Option<&'r [u8]> {
    match field.input {
        FieldInput::Key => row.get(0),
        FieldInput::Expression(index) => row.get(index + 1),
        FieldInput::Constant | FieldInput::Surrogate => None,
    }
}

/// Text as it is; other bytes as PostgreSQL writes them, `\\x…`, so that none is lost.
pub fn readable(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().fold("\\x".to_owned(), |text, byte| format!("{text}{byte:02x}")),
    }
}

/// Clean, translate synonyms, convert; a lookup's value is not yet looked up.
pub fn compute<'r>(field: &'r Field, row: Row<'r>) -> Result<Value<'r>, Rule> {
    match field.input {
        // Filled in when the survivor is known.
        FieldInput::Surrogate => return Ok(Value::Integer(0)),
        FieldInput::Constant => return Ok(missing(field)),
        FieldInput::Key | FieldInput::Expression(_) => {}
    }
    // The server converts to UTF-8, but for a database whose encoding is SQL_ASCII.
    let text = bytes_of(field, row).map(std::str::from_utf8).transpose();
    let cleaned = clean(&field.clean, text.map_err(|_not_utf8| Rule::Encoding)?)?;
    let Some(text) = cleaned else {
        return Ok(missing(field));
    };
    let Some(values) = &field.values else {
        return convert(field, text);
    };
    if text.trim().is_empty() {
        return Ok(missing(field));
    }
    convert(field, canonical(values, text.trim()).ok_or(Rule::Enum)?.into())
}

fn convert<'r>(field: &'r Field, text: Cow<'r, str>) -> Result<Value<'r>, Rule> {
    Ok(match field.converter.convert(text)? {
        Value::Null => missing(field),
        Value::Text(text) if text.is_empty() && field.default.is_some() => missing(field),
        converted => converted,
    })
}

/// The canonical value of a synonym; most are written in small letters already.
fn canonical<'v>(values: &'v [(String, String)], word: &str) -> Option<&'v str> {
    let find = |word: &str| values.iter().find(|(synonym, _)| synonym == word);
    let found = find(word).or_else(|| find(&word.to_lowercase()));
    found.map(|(_, canonical)| canonical.as_str())
}

fn missing(field: &Field) -> Value<'static> {
    field.default.clone().unwrap_or(Value::Null)
}
