//! What rows look up, computed for many of them before the first lookup.
//!
//! A lookup among hundreds of thousands of survivors waits for memory, longer than all else that a
//! field takes. Memory answers many questions at once, if they are asked without waiting.

use std::hint::black_box;

use rows::copy::RowBatch;

use super::compute;
use super::memo::Memo;
use crate::clean::Rule;
use crate::keys::{Fingerprint, fingerprint};
use crate::plan::{Lookup, Source};
use crate::survivors::Lookups;
use crate::value::Value;

/// What a field looks up: nothing where its value is NULL, or the rule that refuses the value.
pub type Sought = Result<Option<Fingerprint>, Rule>;

/// What the rows of a batch look up.
#[derive(Debug)]
pub struct Foresight {
    /// Fields of the source that look up, and do not remember what they found.
    fields: Vec<usize>,
    /// Row by row, as many as there are fields.
    sought: Vec<Sought>,
    buffer: Vec<u8>,
}

impl Foresight {
    pub(super) fn of(source: &Source, memos: &[Option<Memo>]) -> Foresight {
        let looks_up =
            |index: &usize| source.fields[*index].lookup.is_some() && memos[*index].is_none();
        let fields = (0..source.fields.len()).filter(looks_up).collect();
        Foresight { fields, sought: Vec::new(), buffer: Vec::new() }
    }

    /// Computes what the rows look up and asks memory for it.
    pub fn look_ahead(&mut self, source: &Source, rows: &RowBatch, lookups: &Lookups) {
        self.sought.clear();
        for row in rows.iter() {
            for &index in &self.fields {
                let field = &source.fields[index];
                let Some(lookup) = &field.lookup else { continue };
                let value = compute(field, row);
                self.sought.push(value.map(|value| sought(lookup, &value, &mut self.buffer)));
            }
        }
        for (place, &index) in self.fields.iter().enumerate() {
            let lookup = source.fields[index].lookup.as_ref();
            let Some(survivors) = lookup.and_then(|lookup| lookups[lookup.target].as_ref()) else {
                continue;
            };
            let of_field = self.sought.iter().skip(place).step_by(self.fields.len());
            let fingerprints = of_field.filter_map(|sought| sought.as_ref().ok()?.as_ref());
            black_box(fingerprints.fold(0, |sum, one| sum ^ survivors.touch(one)));
        }
    }

    /// What a field of one row of the batch looks up, if it was computed.
    pub fn sought(&self, row: usize, field: usize) -> Option<&Sought> {
        let place = self.fields.iter().position(|index| *index == field)?;
        self.sought.get(row * self.fields.len() + place)
    }
}

/// What a lookup looks for.
pub fn sought(lookup: &Lookup, value: &Value, buffer: &mut Vec<u8>) -> Option<Fingerprint> {
    (!value.is_null()).then(|| fingerprint([value], lookup.ignore_case, buffer))
}
