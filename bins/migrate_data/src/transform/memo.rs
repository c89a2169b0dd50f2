//! What the last texts of a field became. A status or a quantity has few texts, which come again
//! and again; cleaning and translating each anew would take most of a row's time.

use rows::copy::Row;
use xxhash_rust::xxh3::xxh3_64;

use super::field::{bytes_of, compute};
use crate::clean::Rule;
use crate::plan::Field;
use crate::value::{Kind, Value};

pub struct Memo<'p>(Vec<Option<Known<'p>>>);

/// A text, as long as it is short, and what it became.
struct Known<'p> {
    text: Box<[u8]>,
    became: Result<Value<'p>, Rule>,
}

const PLACES: usize = 256;
const LONGEST: usize = 48;

impl<'p> Memo<'p> {
    /// A memo for a field that is worth one: its values are few, and take some cleaning.
    pub fn of(field: &Field) -> Option<Memo<'p>> {
        let few = match field.converter.kind {
            _ if field.values.is_some() => true,
            Kind::Boolean => true,
            Kind::Integer(_) => !field.clean.is_empty(),
            _ => false,
        };
        few.then(|| Memo((0..PLACES).map(|_| None).collect()))
    }

    /// As [`compute`].
    pub fn compute<'r>(&mut self, field: &'p Field, row: Row<'r>) -> Result<Value<'r>, Rule>
    where
        'p: 'r,
    {
        let text = match bytes_of(field, row) {
            Some(text) if text.len() <= LONGEST => text,
            _ => return compute(field, row),
        };
        #[expect(clippy::cast_possible_truncation, reason = "any bits will do")]
        let place = &mut self.0[xxh3_64(text) as usize % PLACES];
        if let Some(known) = place
            && *known.text == *text
        {
            return known.became.clone();
        }
        let became = compute(field, row).map(|value| kept(field, value));
        *place = Some(Known { text: text.into(), became: became.clone() });
        became
    }
}

/// The same value, free of its row; a synonym's meaning is the mapping's own text.
fn kept<'p>(field: &'p Field, value: Value) -> Value<'p> {
    if let (Value::Text(text), Some(values)) = (&value, &field.values)
        && let Some((_, meaning)) = values.iter().find(|(_, meaning)| meaning == text)
    {
        return Value::Text(meaning.into());
    }
    value.into_owned()
}
