//! Values in PostgreSQL's binary form.
//!
//! Source: the `*_recv` functions of PostgreSQL's src/backend/utils/adt.

use rows::copy::Encoder;

use super::{Kind, Value};
use crate::clean::Number;

impl Value<'_> {
    /// Appends the value as one field of a binary COPY.
    pub fn encode(&self, kind: &Kind, row: &mut Encoder) {
        match self {
            Value::Null => row.null(),
            Value::Text(text) if *kind == Kind::Jsonb => row.field(|buffer| {
                buffer.push(1); // the version of jsonb's binary form
                buffer.extend_from_slice(text.as_bytes());
            }),
            Value::Text(text) => row.bytes(text.as_bytes()),
            Value::Boolean(value) => row.bytes(&[u8::from(*value)]),
            Value::Integer(value) => {
                // The width was checked when the value was made.
                let bytes = value.to_be_bytes();
                match kind {
                    Kind::Integer(2) => row.bytes(&bytes[6..]),
                    Kind::Integer(4) => row.bytes(&bytes[4..]),
                    _ => row.bytes(&bytes),
                }
            }
            Value::Float(value) if *kind == Kind::Float(4) => {
                #[expect(clippy::cast_possible_truncation, reason = "the column is real")]
                row.bytes(&(*value as f32).to_be_bytes());
            }
            Value::Float(value) => row.bytes(&value.to_be_bytes()),
            Value::Number(number) => row.field(|buffer| encode_number(*number, buffer)),
            Value::Date(days) => row.bytes(&days.to_be_bytes()),
            Value::Timestamp(microseconds) => row.bytes(&microseconds.to_be_bytes()),
            Value::Uuid(value) => row.bytes(&value.to_be_bytes()),
        }
    }
}

/// As PostgreSQL's `numeric_recv` reads it: base-10000 digits, most significant first.
fn encode_number(number: Number, buffer: &mut Vec<u8>) {
    let scale = number.scale;
    let padding = (4 - scale % 4) % 4;
    let mut rest = number.mantissa.unsigned_abs() * 10_u128.pow(padding);
    let mut digits: Vec<i16> = Vec::with_capacity(12);
    while rest > 0 {
        digits.push(i16::try_from(rest % 10_000).expect("below 10000"));
        rest /= 10_000;
    }
    let fraction_digits = i16::try_from((scale + padding) / 4).expect("the scale is below 16384");
    let count = i16::try_from(digits.len()).expect("at most ten digits");
    let weight = if digits.is_empty() { 0 } else { count - fraction_digits - 1 };
    let trailing = digits.iter().take_while(|&&digit| digit == 0).count();
    let kept = &digits[trailing..];
    let header = [
        i16::try_from(kept.len()).expect("at most ten digits"),
        weight,
        if number.mantissa < 0 { 0x4000 } else { 0 },
        i16::try_from(scale).expect("the scale is below 16384"),
    ];
    for part in header.iter().chain(kept.iter().rev()) {
        buffer.extend_from_slice(&part.to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::{Number, encode_number};

    #[test]
    fn numbers_are_encoded_as_postgresql_does() {
        #[track_caller]
        fn case(mantissa: i128, scale: u32, expected: &[i16]) {
            let mut buffer = Vec::new();
            encode_number(Number { mantissa, scale }, &mut buffer);
            let words: Vec<i16> =
                buffer.chunks(2).map(|word| i16::from_be_bytes([word[0], word[1]])).collect();
            assert_eq!(words, expected);
        }
        case(0, 0, &[0, 0, 0, 0]);
        case(12345, 1, &[2, 0, 0, 1, 1234, 5000]);
        case(-5, 3, &[1, -1, 0x4000, 3, 50]);
        case(100_000_000, 0, &[1, 2, 0, 0, 1]);
    }
}
