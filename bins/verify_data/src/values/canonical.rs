//! A row as bytes that the cleaned value and the stored one share.

use migrate_data::clean::Number;
use migrate_data::value::{Kind, Value};
use rows::RowsHash;

use super::{BUCKETS, Bucket, Buckets, Shape};

/// One row: all compared columns, and where each ends.
#[derive(Clone, Debug, Default)]
pub struct Row {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Row {
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    pub fn push_expected(&mut self, value: &Value, kind: &Kind) {
        if !value.is_null() {
            self.bytes.push(1);
            expected(value, kind, &mut self.bytes);
        }
        self.ends.push(self.bytes.len());
    }

    pub fn push_found(&mut self, field: Option<&[u8]>, kind: &Kind) {
        if let Some(field) = field {
            self.bytes.push(1);
            found(field, kind, &mut self.bytes);
        }
        self.ends.push(self.bytes.len());
    }

    /// The bytes of one column, empty for NULL.
    pub fn column(&self, index: usize) -> &[u8] {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.bytes[start..self.ends[index]]
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn key(&self, shape: &Shape) -> Vec<u8> {
        shape.key.iter().flat_map(|&index| self.column(index).iter().copied().chain([0])).collect()
    }

    pub fn bucket(&self, shape: &Shape, buffer: &mut Vec<u8>) -> usize {
        buffer.clear();
        for &index in &shape.key {
            buffer.extend_from_slice(self.column(index));
            buffer.push(0);
        }
        (RowsHash::of(buffer).0 % BUCKETS as u128) as usize
    }

    /// Adds the row to its bucket.
    pub fn add(&self, shape: &Shape, buckets: &mut Buckets, buffer: &mut Vec<u8>) {
        let bucket = &mut buckets[self.bucket(shape, buffer)];
        buffer.clear();
        buffer.extend_from_slice(&self.bytes);
        for end in &self.ends {
            buffer.extend_from_slice(&end.to_le_bytes());
        }
        bucket.rows += 1;
        bucket.sum += RowsHash::of(buffer);
    }
}

/// Adds up what several workers found.
pub fn merge(total: &mut Buckets, part: &[Bucket]) {
    for (total, part) in total.iter_mut().zip(part) {
        total.rows += part.rows;
        total.sum += part.sum;
    }
}

fn expected(value: &Value, kind: &Kind, bytes: &mut Vec<u8>) {
    match value {
        Value::Null => {}
        Value::Text(text) if matches!(kind, Kind::Character(_)) => {
            bytes.extend_from_slice(text.trim_end_matches(' ').as_bytes());
        }
        Value::Text(text) => bytes.extend_from_slice(text.as_bytes()),
        Value::Boolean(value) => bytes.push(u8::from(*value)),
        Value::Integer(value) | Value::Timestamp(value) => {
            bytes.extend_from_slice(&value.to_be_bytes());
        }
        #[expect(clippy::cast_possible_truncation, reason = "the column is real")]
        Value::Float(value) if *kind == Kind::Float(4) => float(f64::from(*value as f32), bytes),
        Value::Float(value) => float(*value, bytes),
        Value::Number(value) => number(*value, bytes),
        Value::Date(days) => bytes.extend_from_slice(&i64::from(*days).to_be_bytes()),
        Value::Uuid(value) => bytes.extend_from_slice(&value.to_be_bytes()),
    }
}

/// From the binary form that COPY gives.
fn found(field: &[u8], kind: &Kind, bytes: &mut Vec<u8>) {
    match kind {
        Kind::Character(_) => {
            let length = field.len() - field.iter().rev().take_while(|&&byte| byte == b' ').count();
            bytes.extend_from_slice(&field[..length]);
        }
        Kind::Integer(_) | Kind::Date | Kind::Timestamp | Kind::TimestampTz => {
            bytes.extend_from_slice(&integer(field).to_be_bytes());
        }
        Kind::Float(4) => {
            let value = field.try_into().map(f32::from_be_bytes).unwrap_or_default();
            float(f64::from(value), bytes);
        }
        Kind::Float(_) => {
            float(field.try_into().map(f64::from_be_bytes).unwrap_or_default(), bytes);
        }
        Kind::Numeric(_) => match read_number(field) {
            Some(value) => number(value, bytes),
            // NaN, or more digits than any value of ours has: differs from all of them.
            None => bytes.extend_from_slice(field),
        },
        _ => bytes.extend_from_slice(field),
    }
}

/// Two, four or eight bytes, with their sign.
fn integer(field: &[u8]) -> i64 {
    let negative = field.first().is_some_and(|byte| byte & 0x80 != 0);
    let start: i64 = if negative { -1 } else { 0 };
    field.iter().fold(start, |value, byte| value << 8 | i64::from(*byte))
}

/// All that are not numbers are one, and so are both zeros.
fn float(value: f64, bytes: &mut Vec<u8>) {
    let value = if value.is_nan() { f64::NAN } else { value + 0.0 };
    bytes.extend_from_slice(&value.to_be_bytes());
}

fn number(value: Number, bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(&value.mantissa.to_be_bytes());
    bytes.extend_from_slice(&value.scale.to_be_bytes());
}

/// The inverse of the encoding: base-10000 digits, without regard to the display scale.
fn read_number(field: &[u8]) -> Option<Number> {
    let word = |index: usize| {
        field.get(2 * index..2 * index + 2).map(|word| i16::from_be_bytes([word[0], word[1]]))
    };
    let (count, weight, sign) = (word(0)?, word(1)?, word(2)?);
    if sign != 0 && sign != 0x4000 {
        return None;
    }
    let mut mantissa: i128 = 0;
    for index in 0..usize::try_from(count).ok()? {
        mantissa = mantissa.checked_mul(10_000)?.checked_add(i128::from(word(4 + index)?))?;
    }
    let mut scale = 4 * (i32::from(count) - i32::from(weight) - 1);
    while scale > 0 && mantissa % 10 == 0 && mantissa != 0 {
        mantissa /= 10;
        scale -= 1;
    }
    while scale < 0 && mantissa != 0 {
        mantissa = mantissa.checked_mul(10)?;
        scale += 1;
    }
    let scale = if mantissa == 0 { 0 } else { u32::try_from(scale).ok()? };
    Some(Number { mantissa: if sign == 0x4000 { -mantissa } else { mantissa }, scale })
}

/// A column as people read it.
pub fn show(column: &[u8], kind: &Kind) -> String {
    let Some((_, bytes)) = column.split_first() else {
        return "NULL".to_owned();
    };
    let long = || bytes.try_into().map(i64::from_be_bytes).unwrap_or_default();
    let value = match kind {
        Kind::Boolean => Value::Boolean(bytes == [1]),
        Kind::Integer(_) => Value::Integer(long()),
        Kind::Float(_) => {
            Value::Float(bytes.try_into().map(f64::from_be_bytes).unwrap_or_default())
        }
        Kind::Date => i32::try_from(long()).map_or(Value::Null, Value::Date),
        Kind::Timestamp | Kind::TimestampTz => Value::Timestamp(long()),
        Kind::Uuid => Value::Uuid(bytes.try_into().map(u128::from_be_bytes).unwrap_or_default()),
        Kind::Numeric(_) => match (bytes.first_chunk::<16>(), bytes.last_chunk::<4>()) {
            (Some(mantissa), Some(scale)) if bytes.len() == 20 => Value::Number(Number {
                mantissa: i128::from_be_bytes(*mantissa),
                scale: u32::from_be_bytes(*scale),
            }),
            _ => Value::Text("NaN".into()),
        },
        _ => return common::identifier::literal(&String::from_utf8_lossy(bytes)),
    };
    value.to_string()
}

#[cfg(test)]
mod tests {
    use migrate_data::clean::Number;
    use migrate_data::value::{Kind, Value};
    use proptest::prelude::{any, prop_assert_eq, proptest};
    use rows::copy::{Decoder, Encoder};

    use super::Row;

    /// What is encoded for the server and decoded again is what was expected of it.
    fn same(value: &Value, kind: &Kind) -> bool {
        let mut encoder = Encoder::new();
        encoder.start_row(1);
        value.encode(kind, &mut encoder);
        let stream = encoder.finish().to_vec();
        let mut decoder = Decoder::new(stream.as_slice());
        let row = decoder.next_row().expect("a row").expect("a row");
        let (mut expected, mut found) = (Row::default(), Row::default());
        expected.push_expected(value, kind);
        found.push_found(row.get(0), kind);
        expected.column(0) == found.column(0)
    }

    proptest! {
        #[test]
        fn both_sides_give_the_same_bytes(integer in any::<i64>(), float in any::<f64>(), mantissa in -10_i128.pow(30)..10_i128.pow(30), scale in 0_u32..20) {
            let normal = Number::parse(&Number { mantissa, scale }.to_string(), migrate_data::clean::Decimal::Point).expect("a number");
            prop_assert_eq!(same(&Value::Integer(integer), &Kind::Integer(8)), true);
            prop_assert_eq!(same(&Value::Integer(i64::from(integer as i16)), &Kind::Integer(2)), true);
            prop_assert_eq!(same(&Value::Float(float), &Kind::Float(8)), true);
            prop_assert_eq!(same(&Value::Float(float), &Kind::Float(4)), true);
            prop_assert_eq!(same(&Value::Number(normal), &Kind::Numeric(None)), true);
            prop_assert_eq!(same(&Value::Date(integer as i32), &Kind::Date), true);
            prop_assert_eq!(same(&Value::Timestamp(integer), &Kind::TimestampTz), true);
        }
    }
}
