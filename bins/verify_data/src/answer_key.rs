//! Schema `truth` of the old database, where a generator that knew the answers left them: every
//! row's fate, and every value of the new tables.

use std::cmp::Ordering;

use common::identifier::{QualifiedName, literal, quote};
use common::progress::{count, grouped};
use common::{Pool, Result, Session};
use migrate_data::catalog::Relation;
use migrate_data::ledger::audit;
use migrate_data::plan::Target;
use rows::copy::{Decoder, Row};

use crate::findings::{Findings, SHOWN};
use crate::values::{self, Held};

#[derive(Debug, Default)]
pub struct Answers {
    equal: i64,
    different: i64,
}

impl Answers {
    pub fn sentence(&self) -> String {
        if self.different == 0 {
            format!("{} equal the answer key", count(self.equal, "row"))
        } else {
            format!(
                "{} of {} differ from the answer key",
                grouped(self.different),
                count(self.equal + self.different, "row")
            )
        }
    }
}

/// Compares fates and values; `None` where the old database has no answer key.
///
/// Tables that hold the same rows are told by sums of hashes; only where these differ are rows
/// sorted and compared one by one.
///
/// # Errors
/// Either side cannot be read.
pub fn verify(
    old: &Pool,
    new: &mut Session,
    run: i64,
    held: &[Held],
    workers: usize,
    findings: &mut Findings,
) -> Result<Option<Answers>> {
    let database = old.database();
    let mut old = old.session()?;
    if Relation::find(&mut old, &answer_name("fates"))?.is_none() {
        return Ok(None);
    }
    let mut answers = Answers::default();
    compare_fates(&mut old, new, run, &mut answers, findings)?;
    let mut answered = Vec::new();
    for held in held {
        if let Some(answer) = Relation::find(&mut old, &answer_name(&held.target().name))? {
            answered.push((held, answer));
        }
    }
    let equal = values::are_equal(database, &answered, workers)?;
    for ((held, answer), is_equal) in answered.iter().zip(equal) {
        if is_equal {
            answers.equal += i64::try_from(held.rows()).unwrap_or(i64::MAX);
        } else {
            compare_rows(&mut old, new, held.target(), answer, &mut answers, findings)?;
        }
    }
    Ok(Some(answers))
}

fn answer_name(table: &str) -> QualifiedName {
    QualifiedName { schema: Some("truth".to_owned()), name: table.to_owned() }
}

/// One by one, in the order of the new table's key.
fn compare_rows(
    old: &mut Session,
    new: &mut Session,
    target: &Target,
    answer: &Relation,
    answers: &mut Answers,
    findings: &mut Findings,
) -> Result<()> {
    let own = QualifiedName::parse(&target.name).unwrap_or_else(|| answer_name(&target.name));
    let Some(table) = Relation::find(new, &own)? else {
        return Ok(());
    };
    let key = if table.primary_key.is_empty() {
        vec![answer.columns[0].name.clone()]
    } else {
        table.primary_key
    };
    let mut columns = key.clone();
    let names = answer.columns.iter().map(|column| column.name.clone());
    columns.extend(names.filter(|column| !key.contains(column)));
    compare(
        Stream::open(old, &rows_sql(&answer.name.sql(), &columns, key.len()))?,
        Stream::open(new, &rows_sql(&table.name.sql(), &columns, key.len()))?,
        key.len(),
        &mut Telling { what: &target.name, columns: &columns, findings, told: 0 },
        answers,
    )
}

/// All rows as text, in the byte order of their keys, which both servers share.
fn rows_sql(table: &str, columns: &[String], key: usize) -> String {
    let texts: Vec<_> = columns.iter().map(|column| format!("{}::text", quote(column))).collect();
    let order: Vec<_> = texts[..key].iter().map(|text| format!("{text} COLLATE \"C\"")).collect();
    format!(
        "COPY (SELECT {} FROM {table} ORDER BY {}) TO STDOUT (FORMAT binary)",
        texts.join(", "),
        order.join(", ")
    )
}

/// Merged rows with their survivors, quarantined ones with the column and rule; what is in neither
/// is loaded, and compared with the tables.
fn compare_fates(
    old: &mut Session,
    new: &mut Session,
    run: i64,
    answers: &mut Answers,
    findings: &mut Findings,
) -> Result<()> {
    let expected = "COPY (SELECT source, key, fate, into_key, target, column_name, rule FROM truth.fates WHERE fate <> 'loaded' \
        ORDER BY source COLLATE \"C\", key COLLATE \"C\") TO STDOUT (FORMAT binary)";
    let found = format!(
        "COPY (SELECT * FROM ({}) AS f ORDER BY source COLLATE \"C\", key COLLATE \"C\") TO STDOUT (FORMAT binary)",
        audit::fates_sql(run)
    );
    let columns =
        ["source", "key", "fate", "into_key", "target", "column_name", "rule"].map(str::to_owned);
    compare(
        Stream::open(old, expected)?,
        Stream::open(new, &found)?,
        2,
        &mut Telling { what: "fate of", columns: &columns, findings, told: 0 },
        answers,
    )
}

/// Rows of one side, one at a time, owned so that both sides can be held.
struct Stream<'s> {
    rows: Decoder<postgres::CopyOutReader<'s>>,
    current: Option<Vec<Option<String>>>,
}

impl<'s> Stream<'s> {
    fn open(session: &'s mut Session, sql: &str) -> Result<Stream<'s>> {
        let mut stream = Stream { rows: Decoder::new(session.copy_out(sql)?), current: None };
        stream.advance()?;
        Ok(stream)
    }

    fn advance(&mut self) -> Result<()> {
        self.current = match self.rows.next_row()? {
            Some(row) => Some(owned(&row)?),
            None => None,
        };
        Ok(())
    }
}

fn owned(row: &Row) -> Result<Vec<Option<String>>> {
    (0..row.len()).map(|index| Ok(row.text(index)?.map(str::to_owned))).collect()
}

/// How differences are told: the first few in words.
struct Telling<'a> {
    what: &'a str,
    columns: &'a [String],
    findings: &'a mut Findings,
    told: usize,
}

impl Telling<'_> {
    fn tell(&mut self, key: &[Option<String>], what: impl FnOnce() -> String) {
        self.told += 1;
        if self.told <= SHOWN {
            let key: Vec<_> = key.iter().map(|part| part.as_deref().unwrap_or("NULL")).collect();
            self.findings.add(format!("{} {}: {}", self.what, key.join(" "), what()));
        }
    }
}

/// Merges two sorted streams and counts rows that are equal and rows that are not.
fn compare(
    mut expected: Stream,
    mut found: Stream,
    key: usize,
    telling: &mut Telling,
    answers: &mut Answers,
) -> Result<()> {
    loop {
        let order = match (&expected.current, &found.current) {
            (None, None) => break,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(one), Some(other)) => one[..key].cmp(&other[..key]),
        };
        match (order, &expected.current, &found.current) {
            (Ordering::Equal, Some(one), Some(other)) if one == other => answers.equal += 1,
            (Ordering::Equal, Some(one), Some(other)) => {
                answers.different += 1;
                telling_difference(telling, one, other, key);
            }
            (Ordering::Less, Some(row), _) => {
                answers.different += 1;
                telling.tell(&row[..key], || "is missing; the answer key has it".to_owned());
            }
            (_, _, Some(row)) => {
                answers.different += 1;
                telling.tell(&row[..key], || "is not in the answer key".to_owned());
            }
            _ => break,
        }
        if order != Ordering::Greater {
            expected.advance()?;
        }
        if order != Ordering::Less {
            found.advance()?;
        }
    }
    if telling.told > SHOWN {
        let more = grouped(i64::try_from(telling.told - SHOWN).unwrap_or(i64::MAX));
        telling.findings.add(format!("  and {more} more of {}", telling.what));
    }
    Ok(())
}

fn telling_difference(
    telling: &mut Telling,
    expected: &[Option<String>],
    found: &[Option<String>],
    key: usize,
) {
    let columns = telling.columns.to_vec();
    telling.tell(&expected[..key], || {
        let shown = |value: &Option<String>| {
            value.as_ref().map_or_else(|| "NULL".to_owned(), |value| literal(value))
        };
        let differences =
            (key..expected.len()).filter(|&index| expected[index] != found[index]).map(|index| {
                format!(
                    "{} is {}, the answer key says {}",
                    columns[index],
                    shown(&found[index]),
                    shown(&expected[index])
                )
            });
        differences.collect::<Vec<_>>().join("; ")
    });
}
