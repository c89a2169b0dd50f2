//! Rows that want the same place in a unique key which the mapping does not keep: the one with the
//! smallest source key has it, and PostgreSQL would refuse the others.
//!
//! It would refuse whichever comes second, and who comes second is up to the workers. So once it
//! has refused one, the rows are read and compared here, and the losers quarantined beforehand.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use common::{Result, Session};
use postgres::error::SqlState;
use rows::{Snapshot, workers};

use crate::aside;
use crate::clean::Rule;
use crate::keys::{Fingerprint, Key, OrderKey, fingerprint};
use crate::mapping::Keep;
use crate::plan::{Plan, Source};
use crate::snapshot::{self, Range};
use crate::survey::Refused;
use crate::survivors::{Candidate, Contest, Lookups, Takes};
use crate::transform::{Reject, Transformer, Values};
use crate::value::Kind;

/// A unique key that the mapping does not keep.
#[derive(Clone, Debug)]
struct Contested {
    /// Of the index.
    name: String,
    is_primary: bool,
    /// Index among the targets of the source.
    target: usize,
    columns: Vec<String>,
    /// Indexes into the source's fields.
    fields: Vec<usize>,
}

/// The contested keys of a source's targets, always in the same order.
///
/// # Errors
/// The catalog cannot be read.
fn contested(new: &mut Session, plan: &Plan, source: &Source) -> Result<Vec<Contested>> {
    let mut contested = Vec::new();
    for (index, target) in source.targets.iter().enumerate() {
        for row in new.query(include_str!("rivals/keys.sql"), &[&target.oid])? {
            let columns: Vec<String> = row.get("columns");
            if aside::keeps_apart(plan, target.oid, &columns) {
                continue;
            }
            let field = |name: &String| {
                let column = target.columns.iter().find(|column| column.name == *name)?;
                is_told_by_value(&column.kind).then_some(column.field)
            };
            if let Some(fields) = columns.iter().map(field).collect() {
                let (name, is_primary) = (row.get("name"), row.get("is_primary"));
                contested.push(Contested { name, is_primary, target: index, columns, fields });
            }
        }
    }
    Ok(contested)
}

/// Values that are equal to PostgreSQL where they are to us.
fn is_told_by_value(kind: &Kind) -> bool {
    !matches!(kind, Kind::Character(_) | Kind::Float(_) | Kind::Json | Kind::Jsonb | Kind::Other)
}

/// How many rows PostgreSQL itself refused.
pub fn others(refused: &Refused) -> usize {
    refused.values().filter(|reject| !is_rival(reject)).count()
}

/// Whether a row was refused by us in the name of PostgreSQL.
fn is_rival(reject: &Reject) -> bool {
    let sqlstate = reject.sqlstate.as_deref();
    sqlstate == Some(SqlState::UNIQUE_VIOLATION.code()) && !reject.column.is_empty()
}

/// The rows of a source, by what is known so far.
pub struct Rows<'a> {
    pub snapshot: &'a Snapshot,
    pub source: &'a Source,
    pub ranges: &'a [Range],
    pub lookups: &'a Lookups,
    pub workers: usize,
}

impl Rows<'_> {
    /// Adds those who lose to `refused`, key after key. Whether there were any: then who survives
    /// must be found out once more.
    ///
    /// # Errors
    /// The source cannot be read.
    fn refuse_losers(&self, keys: &[Contested], refused: &mut Refused) -> Result<bool> {
        let mut any = false;
        for key in keys {
            let losers = self.losers(key, refused)?;
            any |= !losers.is_empty();
            refused.extend(losers);
        }
        Ok(any)
    }

    fn losers(&self, key: &Contested, refused: &Refused) -> Result<Vec<(Key, Reject)>> {
        let contest = Contest::new(Keep::First, Takes::Nothing);
        let offered = AtomicUsize::new(0);
        self.visit(
            key,
            refused,
            || contest.entrance(),
            |entrance, fingerprint, key, _| {
                offered.fetch_add(1, Ordering::Relaxed);
                let order = OrderKey::Missing;
                entrance.offer(Candidate { fingerprint, key, order, value: None });
            },
            drop,
        )?;
        let winners = contest.finish(self.workers)?;
        if winners.iter().count() == offered.into_inner() {
            return Ok(Vec::new());
        }
        let losers = Mutex::new(Vec::new());
        self.visit(
            key,
            refused,
            Vec::new,
            |own, fingerprint, row, values| {
                if winners.get(&fingerprint).is_some_and(|winner| *winner.key != row) {
                    own.push((row, self.reject(key, values)));
                }
            },
            |mut own| losers.lock().unwrap_or_else(PoisonError::into_inner).append(&mut own),
        )?;
        Ok(losers.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    /// As PostgreSQL would say it.
    fn reject(&self, key: &Contested, values: &Values) -> Reject {
        let target = &self.source.targets[key.target].name;
        let columns = key.columns.join(", ");
        let texts: Vec<_> = key.fields.iter().map(|&field| values.get(field).to_string()).collect();
        Reject {
            target: target.clone(),
            column: columns.clone(),
            rule: Rule::Server,
            reason: format!("{target}: violates {}", key.name),
            value: Some(format!("Key ({columns})=({}) already exists.", texts.join(", "))),
            sqlstate: Some(SqlState::UNIQUE_VIOLATION.code().to_owned()),
        }
    }

    /// Visits every row that has a place in the key.
    fn visit<S>(
        &self,
        key: &Contested,
        refused: &Refused,
        begin: impl Fn() -> S + Sync,
        visit: impl Fn(&mut S, Fingerprint, Key, &Values) + Sync,
        end: impl Fn(S) + Sync,
    ) -> Result<()> {
        let target = &self.source.targets[key.target];
        workers::share(self.workers, self.ranges, |ranges| {
            let mut stream = self.snapshot.stream()?;
            let mut transformer = Transformer::new(self.source, self.lookups);
            let mut buffer = Vec::new();
            let mut own = begin();
            for range in ranges {
                snapshot::for_each_row(&mut stream, self.source, range, |row| {
                    let row_key = transformer.key(&row)?;
                    if refused.contains_key(&row_key) {
                        return Ok(());
                    }
                    let Ok(values) = transformer.transform(row)? else { return Ok(()) };
                    if values.is_skipped(key.target)
                        || key.fields.iter().any(|&field| values.get(field).is_null())
                    {
                        return Ok(());
                    }
                    let one = transformer.unique_fingerprint(target, &values);
                    let survivor = match (one, &self.lookups[target.number]) {
                        (Some(one), Some(survivors)) => survivors.get(&one),
                        _ => None,
                    };
                    if survivor.is_none_or(|survivor| *survivor.key == row_key) {
                        let place = key.fields.iter().map(|&field| values.get(field));
                        visit(&mut own, fingerprint(place, false, &mut buffer), row_key, &values);
                    }
                    Ok(())
                })?;
            }
            end(own);
            Ok(())
        })
    }
}

/// What contests the keys of one source.
#[derive(Debug, Default)]
pub struct Rivalry {
    keys: Vec<Contested>,
    /// PostgreSQL has refused a row for one of them, or did so in an earlier run.
    is_on: bool,
}

impl Rivalry {
    /// # Errors
    /// The catalog cannot be read.
    pub fn of(
        new: &mut Session,
        plan: &Plan,
        source: &Source,
        refused: &Refused,
    ) -> Result<Rivalry> {
        let keys = contested(new, plan, source)?;
        Ok(Rivalry { keys, is_on: refused.values().any(is_rival) })
    }

    pub fn is_on(&self) -> bool {
        self.is_on
    }

    /// Rows with the same primary key would be taken for one by a later run.
    pub fn watch_primary_key(&mut self) {
        self.is_on |= self.keys.iter().any(|key| key.is_primary);
    }

    /// Whether it begins where PostgreSQL refuses a row for the sake of this constraint: it is one
    /// of these keys, and nobody has found out yet who loses.
    pub fn may_begin(&self, constraint: Option<&str>) -> bool {
        let is_contested = self.keys.iter().any(|key| Some(key.name.as_str()) == constraint);
        is_contested && !self.is_on
    }

    pub fn begin(&mut self) {
        self.is_on = true;
    }

    /// Forgets who lost, so that it is found out anew.
    pub fn forget(&self, refused: &mut Refused) {
        refused.retain(|_, reject| !is_rival(reject));
    }

    /// Adds those who lose by what is known now; whether there are any.
    ///
    /// # Errors
    /// The source cannot be read.
    pub fn refuse_losers(&self, rows: &Rows, refused: &mut Refused) -> Result<bool> {
        if !self.is_on {
            return Ok(false);
        }
        rows.refuse_losers(&self.keys, refused)
    }
}
