//! Every row of the new tables against what the mapping makes of the old ones, by its own path:
//! the old rows are read and cleaned once more, and neither side's order, collation or loader
//! plays a part.
//!
//! Rows are hashed into buckets by their key, and a bucket is the sum of its rows' hashes, so
//! that memory does not grow with rows. Where two buckets differ, their rows are read again and
//! the keys named.

mod canonical;
mod circle;
mod expected;
mod found;
mod name;

use common::progress::count;
use common::{Database, Pool, Result};
use migrate_data::catalog::Relation;
use migrate_data::ledger::gone;
use migrate_data::plan::{Plan, Target};
use migrate_data::snapshot;
use migrate_data::survivors::Lookups;
use migrate_data::value::Kind;
use rows::RowsHash;

use crate::findings::Findings;
use circle::Read;

/// Sums of row hashes, by the hash of the row's key.
pub type Buckets = Vec<Bucket>;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bucket {
    rows: u64,
    sum: RowsHash,
}

const BUCKETS: usize = 4096;

/// Which columns of a target are compared, and which of them name the row.
pub struct Shape<'p> {
    target: &'p Target,
    /// The table, without the rows that a later run let stay.
    from_clause: String,
    /// Indexes into the target's columns.
    columns: Vec<usize>,
    /// Indexes into `columns`.
    key: Vec<usize>,
}

/// What a target was found to hold.
pub struct Held<'p> {
    shape: Shape<'p>,
    buckets: Buckets,
}

impl Held<'_> {
    pub fn rows(&self) -> u64 {
        self.buckets.iter().map(|bucket| bucket.rows).sum()
    }

    pub fn target(&self) -> &Target {
        self.shape.target
    }

    /// Whether all columns of a relation were compared, and no others.
    fn covers(&self, relation: &Relation) -> bool {
        let target = self.shape.target;
        self.shape.columns.len() == relation.columns.len()
            && self.shape.columns.iter().all(|&column| {
                relation.columns.iter().any(|other| other.name == target.columns[column].name)
            })
    }
}

/// For each, whether the relation holds the rows that the target does. `false` may also mean that
/// the two could not be compared by sums, as where their types differ.
///
/// # Errors
/// A relation cannot be read.
pub fn are_equal(
    database: &Database,
    pairs: &[(&Held, Relation)],
    workers: usize,
) -> Result<Vec<bool>> {
    let covered = |(held, relation): &&(&Held, Relation)| held.covers(relation);
    let tables: Vec<_> = pairs
        .iter()
        .filter(covered)
        .map(|(held, relation)| found::Table { sql: relation.name.sql(), shape: &held.shape })
        .collect();
    let mut there = found::buckets(database, &tables, workers)?.into_iter();
    Ok(pairs
        .iter()
        .map(|(held, relation)| {
            held.covers(relation) && there.next().as_ref() == Some(&held.buckets)
        })
        .collect())
}

#[derive(Debug, Default)]
pub struct Compared {
    equal: i64,
    different: bool,
    left_out: Vec<String>,
}

impl Compared {
    /// `205,460 rows as the mapping makes them`.
    pub fn sentence(&self) -> String {
        let not = if self.different { "NOT all of " } else { "" };
        let rows = count(self.equal, "row");
        let mut sentence = format!("{not}{rows} as the mapping makes them");
        if !self.left_out.is_empty() {
            sentence = format!("{sentence} (not compared: {})", self.left_out.join(", "));
        }
        sentence
    }
}

/// Compares all targets of a run.
///
/// # Errors
/// Either side cannot be read.
pub fn verify<'p>(
    old: &Pool,
    new: &Pool,
    plan: &'p Plan,
    run: i64,
    workers: usize,
    findings: &mut Findings,
) -> Result<(Compared, Vec<Held<'p>>)> {
    let (snapshot, _coordinator) = snapshot::of_sources(old, plan, workers)?;
    let mut lookups: Lookups = (0..plan.target_count).map(|_| None).collect();
    let mut compared = Compared::default();
    let mut held = Vec::new();
    for circle in plan.circles() {
        let read = circle::survey(&snapshot, new, circle, run, workers, &mut lookups)?;
        for (source, Read { ranges, refused }) in circle.iter().zip(&read) {
            let shapes: Vec<_> = source
                .targets
                .iter()
                .map(|target| shape(target, new, run))
                .collect::<Result<_>>()?;
            let pass = expected::Pass {
                snapshot: &snapshot,
                source,
                ranges,
                refused,
                lookups: &lookups,
                shapes: &shapes,
                workers,
            };
            let expected = pass.buckets()?;
            let tables: Vec<_> = shapes
                .iter()
                .map(|shape| found::Table { sql: shape.from_clause.clone(), shape })
                .collect();
            let found = found::buckets(new.database(), &tables, workers)?;
            for (index, shape) in shapes.iter().enumerate() {
                let rows: u64 = found[index].iter().map(|bucket| bucket.rows).sum();
                compared.equal += i64::try_from(rows).unwrap_or(i64::MAX);
                compared.left_out.extend(left_out(shape));
                let differing: Vec<usize> = (0..BUCKETS)
                    .filter(|&bucket| expected[index][bucket] != found[index][bucket])
                    .collect();
                if !differing.is_empty() {
                    compared.different = true;
                    name::differences(&pass, new, index, &differing, findings)?;
                }
            }
            held.extend(
                shapes.into_iter().zip(found).map(|(shape, buckets)| Held { shape, buckets }),
            );
        }
        circle.iter().for_each(|source| plan.forget_unneeded(source, &mut lookups));
    }
    Ok((compared, held))
}

/// Every column with a form that both sides share; `jsonb` and types of which we know no binary
/// form are rewritten by PostgreSQL.
fn shape<'p>(target: &'p Target, new: &Pool, run: i64) -> Result<Shape<'p>> {
    let columns: Vec<usize> = (0..target.columns.len())
        .filter(|&index| is_compared(&target.columns[index].kind))
        .collect();
    let name = common::identifier::QualifiedName::parse(&target.name);
    let relation = match name {
        Some(name) => Relation::find(&mut new.session()?, &name)?,
        None => None,
    };
    let primary_key = relation.map(|relation| relation.primary_key).unwrap_or_default();
    let position =
        |name: &String| columns.iter().position(|&column| target.columns[column].name == *name);
    let key: Option<Vec<usize>> = primary_key.iter().map(position).collect();
    let all = (0..columns.len()).collect();
    let key = key.filter(|key| !key.is_empty()).unwrap_or(all);
    let from_clause = gone::without(&mut new.session()?, run, target)?;
    Ok(Shape { target, from_clause, columns, key })
}

fn is_compared(kind: &Kind) -> bool {
    !matches!(kind, Kind::Jsonb | Kind::Other)
}

fn left_out(shape: &Shape) -> Vec<String> {
    let columns = shape.target.columns.iter().filter(|column| !is_compared(&column.kind));
    columns.map(|column| format!("{}.{}", shape.target.name, column.name)).collect()
}
