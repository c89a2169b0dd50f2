//! One source row → values of every target, or the first thing that is wrong with it. A pure
//! function of the row and the survivors.

mod field;
mod foresight;
mod memo;

use common::{Error, Result};
use rows::copy::{Row, RowBatch};

use crate::clean::Rule;
use crate::keys::{Fingerprint, Key, OrderKey, fingerprint, fingerprint_of};
use crate::plan::{Order, Otherwise, Source, Target};
use crate::survivors::Lookups;
use crate::value::Value;
use field::bytes_of;
pub use field::{compute, readable};
use foresight::{Foresight, sought};
use memo::Memo;

/// Turns rows of one source into values.
pub struct Transformer<'p> {
    source: &'p Source,
    lookups: &'p Lookups,
    /// Per field, what its last texts became, where few texts come again and again.
    memos: Vec<Option<Memo<'p>>>,
    foresight: Foresight,
    buffer: Vec<u8>,
    /// Per field, how often `otherwise` stood in for a value that was refused.
    pub replaced: Vec<u64>,
}

/// The values of one row.
pub struct Values<'r> {
    fields: Vec<Computed<'r>>,
    /// Indexes of targets that `skip_if_null` leaves out.
    skipped: Vec<usize>,
}

#[derive(Clone, Default)]
struct Computed<'r> {
    value: Option<Value<'r>>,
    /// Of a value that was looked up, before it was replaced by what the lookup took.
    looked_up: Fingerprint,
}

/// Why a row is quarantined.
#[derive(Clone, Debug)]
pub struct Reject {
    pub target: String,
    pub column: String,
    pub rule: Rule,
    pub reason: String,
    /// The text that was refused, as it is in the source.
    pub value: Option<String>,
    pub sqlstate: Option<String>,
}

impl<'p> Transformer<'p> {
    pub fn new(source: &'p Source, lookups: &'p Lookups) -> Transformer<'p> {
        let memos: Vec<_> = source.fields.iter().map(Memo::of).collect();
        Transformer {
            source,
            lookups,
            foresight: Foresight::of(source, &memos),
            memos,
            buffer: Vec::new(),
            replaced: vec![0; source.fields.len()],
        }
    }

    pub fn key(&self, row: &Row) -> Result<Key> {
        match row.text(0)? {
            Some(text) => Ok(Key::new(text, self.source.key.is_integer)),
            None => Err(Error::new(format!(
                "a row of {} has no `{}`, which is its key",
                self.source.label, self.source.key.column
            ))),
        }
    }

    /// Prepares [`Transformer::transform_ahead`] for the rows of this batch.
    pub fn look_ahead(&mut self, rows: &RowBatch) {
        self.foresight.look_ahead(self.source, rows, self.lookups);
    }

    /// As [`Transformer::transform`], of the row at `place` in the batch that was looked ahead at.
    pub fn transform_ahead<'r>(
        &mut self,
        rows: &'r RowBatch,
        place: usize,
    ) -> Result<Result<Values<'r>, Reject>>
    where
        'p: 'r,
    {
        self.transform_at(rows.get(place), Some(place))
    }

    /// All values of a row, or the first refusal in the order of the mapping.
    ///
    /// # Errors
    /// `otherwise = "fail"` ends the run; so does a source that breaks its own encoding.
    pub fn transform<'r>(&mut self, row: Row<'r>) -> Result<Result<Values<'r>, Reject>>
    where
        'p: 'r,
    {
        self.transform_at(row, None)
    }

    fn transform_at<'r>(
        &mut self,
        row: Row<'r>,
        place: Option<usize>,
    ) -> Result<Result<Values<'r>, Reject>>
    where
        'p: 'r,
    {
        let source = self.source;
        let mut values =
            Values { fields: vec![Computed::default(); source.fields.len()], skipped: Vec::new() };
        for (index, target) in source.targets.iter().enumerate() {
            let skipped = match target.skip_if_null {
                None => false,
                Some(field) => match self.evaluate(field, row, place, &mut values)? {
                    Ok(()) => values.get(field).is_null(),
                    Err(rule) => return Ok(Err(self.reject(target, field, rule, row))),
                },
            };
            if skipped {
                values.skipped.push(index);
                continue;
            }
            for column in &target.columns {
                if let Err(rule) = self.evaluate(column.field, row, place, &mut values)? {
                    return Ok(Err(self.reject(target, column.field, rule, row)));
                }
                if column.not_null && values.get(column.field).is_null() {
                    return Ok(Err(self.reject(target, column.field, Rule::Missing, row)));
                }
            }
        }
        Ok(Ok(values))
    }

    fn reject(&self, target: &Target, field: usize, rule: Rule, row: Row) -> Reject {
        let column = target.columns.iter().find(|column| column.field == field);
        let field = &self.source.fields[field];
        let reason = match (&field.lookup, rule) {
            (Some(lookup), Rule::Lookup) => {
                format!("no row of {} with that {}", lookup.target_name, lookup.by)
            }
            _ => rule.sentence(&field.label),
        };
        Reject {
            target: target.name.clone(),
            column: column.map(|column| column.name.clone()).unwrap_or_default(),
            rule,
            reason,
            value: bytes_of(field, row).map(readable),
            sqlstate: None,
        }
    }

    /// Computes a field once per row.
    fn evaluate<'r>(
        &mut self,
        index: usize,
        row: Row<'r>,
        place: Option<usize>,
        values: &mut Values<'r>,
    ) -> Result<Result<(), Rule>>
    where
        'p: 'r,
    {
        if values.fields[index].value.is_some() {
            return Ok(Ok(()));
        }
        let source = self.source;
        let field = &source.fields[index];
        let refused = match self.value(index, row, place, &mut values.fields[index].looked_up) {
            Ok(value) => {
                values.fields[index].value = Some(value);
                return Ok(Ok(()));
            }
            Err(rule) => rule,
        };
        match &field.otherwise {
            Otherwise::Reject => Ok(Err(refused)),
            Otherwise::Use(value) => {
                self.replaced[index] += 1;
                values.fields[index].value = Some(value.clone());
                Ok(Ok(()))
            }
            Otherwise::Fail => {
                let key = row.text(0)?.unwrap_or_default();
                Err(Error::new(format!("{} {key}: {}", source.label, refused.sentence(&field.label)))
                    .detail(format!("value: {}", bytes_of(field, row).map_or_else(|| "NULL".to_owned(), readable)))
                    .hint("`otherwise = \"fail\"` ends the run here. Fix the row or the mapping, then run it again: it goes on where it stopped."))
            }
        }
    }

    /// A field's value; a looked-up one becomes what the lookup takes of the survivor.
    fn value<'r>(
        &mut self,
        index: usize,
        row: Row<'r>,
        place: Option<usize>,
        looked_up: &mut Fingerprint,
    ) -> Result<Value<'r>, Rule>
    where
        'p: 'r,
    {
        let field = &self.source.fields[index];
        let Some(lookup) = &field.lookup else {
            return self.remembered(index, row);
        };
        let foreseen = place.and_then(|place| self.foresight.sought(place, index));
        let sought = match foreseen {
            Some(sought) => *sought,
            None => {
                self.remembered(index, row).map(|value| sought(lookup, &value, &mut self.buffer))
            }
        };
        let Some(fingerprint) = sought? else {
            return Ok(Value::Null);
        };
        *looked_up = fingerprint;
        match &self.lookups[lookup.target] {
            Some(survivors) => {
                survivors.get(&fingerprint).map(|survivor| survivor.taken()).ok_or(Rule::Lookup)
            }
            // In the survey of its own source, the row looked up is this row or one like it.
            None => Ok(Value::Integer(0)),
        }
    }

    /// As [`compute`], but for texts that came before.
    fn remembered<'r>(&mut self, index: usize, row: Row<'r>) -> Result<Value<'r>, Rule>
    where
        'p: 'r,
    {
        let field = &self.source.fields[index];
        match &mut self.memos[index] {
            Some(memo) => memo.compute(field, row),
            None => compute(field, row),
        }
    }

    /// The fingerprint by which a row of a target is one with others.
    pub fn unique_fingerprint(&mut self, target: &Target, values: &Values) -> Option<Fingerprint> {
        let unique = target.unique.as_ref()?;
        if let [only] = unique.fields.as_slice()
            && self.source.fields[*only].lookup.is_none()
        {
            return Some(fingerprint([values.get(*only)], unique.ignore_case, &mut self.buffer));
        }
        self.buffer.clear();
        for &field in &unique.fields {
            if self.source.fields[field].lookup.is_some() {
                for half in values.fields[field].looked_up {
                    self.buffer.extend_from_slice(&half.to_be_bytes());
                }
            } else {
                values.get(field).fingerprint(unique.ignore_case, &mut self.buffer);
            }
        }
        Some(fingerprint_of(&self.buffer))
    }

    /// What `order_by` compares of a row.
    pub fn order_key(&self, target: &Target, values: &Values, row: &Row) -> Result<OrderKey> {
        Ok(match target.unique.as_ref().and_then(|unique| unique.order) {
            None => OrderKey::Missing,
            Some(Order::Field(field)) => OrderKey::of(values.get(field)),
            Some(Order::Expression(index)) => match row.text(index + 1)? {
                Some(text) => OrderKey::text(text),
                None => OrderKey::Missing,
            },
        })
    }
}

impl<'r> Values<'r> {
    pub fn get(&self, field: usize) -> &Value<'r> {
        self.fields[field].value.as_ref().unwrap_or(&Value::Null)
    }

    /// What the field's lookup looks for, where there is anything.
    pub fn looked_up(&self, field: usize) -> Option<Fingerprint> {
        let fingerprint = self.fields[field].looked_up;
        (fingerprint != Fingerprint::default()).then_some(fingerprint)
    }

    pub fn is_skipped(&self, target: usize) -> bool {
        self.skipped.contains(&target)
    }
}
