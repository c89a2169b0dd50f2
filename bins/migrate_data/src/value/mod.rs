//! Typed values of the new database: from cleaned text, to PostgreSQL's binary form.

mod convert;
mod encode;
mod show;

use std::borrow::Cow;
use std::sync::Arc;

use crate::clean::Number;
pub use convert::Converter;

/// A column's type, as far as values are checked and encoded for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// With the most characters it holds, where it has a limit.
    Text(Option<u32>),
    /// Text whose trailing blanks mean nothing.
    Character(Option<u32>),
    Boolean,
    /// 2, 4 or 8 bytes.
    Integer(u8),
    /// 4 or 8 bytes.
    Float(u8),
    /// With precision and scale, where it has them.
    Numeric(Option<(u32, u32)>),
    Date,
    Timestamp,
    TimestampTz,
    Uuid,
    Json,
    Jsonb,
    /// With its labels.
    Enum(Arc<Vec<String>>),
    /// Whatever PostgreSQL reads from text; such a table is loaded in COPY's text format.
    Other,
}

/// A value, or what will be one once a lookup is resolved.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    Null,
    Text(Cow<'a, str>),
    Boolean(bool),
    Integer(i64),
    Float(f64),
    Number(Number),
    /// Days since 2000-01-01.
    Date(i32),
    /// Microseconds since 2000-01-01 00:00:00, of UTC or of no place.
    Timestamp(i64),
    Uuid(u128),
}

impl Value<'_> {
    /// Appends what two equal values share, to be hashed; values of one column only are compared.
    pub fn fingerprint(&self, ignore_case: bool, buffer: &mut Vec<u8>) {
        match self {
            Value::Null => buffer.push(0),
            Value::Text(text) => {
                buffer.push(1);
                if ignore_case && text.is_ascii() {
                    buffer.extend(text.bytes().map(|byte| byte.to_ascii_lowercase()));
                } else if ignore_case {
                    buffer.extend_from_slice(text.to_lowercase().as_bytes());
                } else {
                    buffer.extend_from_slice(text.as_bytes());
                }
                buffer.push(0);
            }
            Value::Boolean(value) => buffer.extend_from_slice(&[2, u8::from(*value)]),
            Value::Integer(value) | Value::Timestamp(value) => {
                buffer.push(3);
                buffer.extend_from_slice(&value.to_be_bytes());
            }
            Value::Float(value) => {
                buffer.push(4);
                buffer.extend_from_slice(&value.to_be_bytes());
            }
            Value::Number(number) => {
                buffer.push(5);
                buffer.extend_from_slice(&number.mantissa.to_be_bytes());
                buffer.extend_from_slice(&number.scale.to_be_bytes());
            }
            Value::Date(days) => {
                buffer.push(6);
                buffer.extend_from_slice(&days.to_be_bytes());
            }
            Value::Uuid(value) => {
                buffer.push(7);
                buffer.extend_from_slice(&value.to_be_bytes());
            }
        }
    }

    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The same value, free of the row it came from.
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Value::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
            Value::Null => Value::Null,
            Value::Boolean(value) => Value::Boolean(value),
            Value::Integer(value) => Value::Integer(value),
            Value::Float(value) => Value::Float(value),
            Value::Number(value) => Value::Number(value),
            Value::Date(value) => Value::Date(value),
            Value::Timestamp(value) => Value::Timestamp(value),
            Value::Uuid(value) => Value::Uuid(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use proptest::prelude::{prop_assert_eq, proptest};

    use super::Value;

    proptest! {
        #[test]
        fn a_value_owned_is_the_same_value(text in "\\PC{0,20}") {
            let value = Value::Text(Cow::Borrowed(&text));
            prop_assert_eq!(value.clone().into_owned(), value);
        }
    }
}
