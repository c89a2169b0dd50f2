//! One source row's way, column by column.

use common::identifier::{literal, quote};
use common::{Error, Result, Session};
use rows::copy::{Decoder, Row};

use crate::ledger;
use crate::plan::{Field, FieldInput, Lookup, Otherwise, Plan, Source};
use crate::transform::{compute, readable};
use crate::value::Value;

/// Lines for people: the row's fate as the ledger has it, then each column of each target: what
/// the source holds and what the mapping makes of it.
///
/// # Errors
/// There is no such source or row.
pub fn explain(
    old: &mut Session,
    new: &mut Session,
    plan: &Plan,
    label: &str,
    key: &str,
) -> Result<Vec<String>> {
    let Some(source) = plan.sources.iter().find(|source| source.label == label) else {
        let labels: Vec<_> = plan.sources.iter().map(|source| source.label.as_str()).collect();
        return Err(Error::usage(format!("{label} is not a source of the mapping"))
            .hint(format!("The sources are {}.", labels.join(", "))));
    };
    let predicate = format!("{}::text = {}", source.key.sql, literal(key));
    let mut rows = Decoder::new(old.copy_out(&source.copy_sql(&predicate))?);
    let Some(row) = rows.next_row()? else {
        return Err(Error::usage(format!(
            "{label} has no row whose {} is {key}",
            source.key.column
        )));
    };
    let mut lines = vec![format!("{label} {key} → {}", fate(new, source, key)?)];
    for target in &source.targets {
        lines.push(format!("  {}", target.name));
        let width =
            target.columns.iter().map(|column| column.name.chars().count()).max().unwrap_or(0);
        for column in &target.columns {
            let field = &source.fields[column.field];
            let way = way(field, row, plan, new)?;
            lines.push(format!("    {:<width$}  {way}", column.name));
        }
    }
    Ok(lines)
}

/// What became of the row, as the books have it.
fn fate(new: &mut Session, source: &Source, key: &str) -> Result<String> {
    let Some(run) = ledger::last_run(new)? else {
        return Ok("not loaded yet".to_owned());
    };
    let quarantined = new.query_opt(
        "SELECT reason, target, column_name, rule, sqlstate FROM pgrefit.quarantine WHERE run = $1 AND source = $2 AND key = $3",
        &[&run.number, &source.label, &key],
    )?;
    if let Some(row) = quarantined {
        let [reason, target, column, rule]: [String; 4] =
            std::array::from_fn(|index| row.get(index));
        let sqlstate: Option<String> = row.get(4);
        let rule = sqlstate.unwrap_or(rule);
        return Ok(format!("quarantined: {reason} ({target}.{column}, {rule})"));
    }
    let merged = new.query_opt(
        "SELECT target, target_key FROM pgrefit.lineage WHERE run = $1 AND source = $2 AND source_key = $3",
        &[&run.number, &source.label, &key],
    )?;
    Ok(match merged {
        Some(row) => format!("merged into {} {}", row.get::<_, String>(0), row.get::<_, String>(1)),
        None if run.is_finished => "loaded".to_owned(),
        None => "loaded, or not yet: the run is not finished".to_owned(),
    })
}

/// `order_date '31/02/2021' ✗ is not a date (formats …)`, `user_email ' Ana@X.com' → 'ana@x.com' → users 1204`.
fn way(field: &Field, row: Row, plan: &Plan, new: &mut Session) -> Result<String> {
    let origin = match field.input {
        FieldInput::Surrogate => return Ok("numbered among the survivors".to_owned()),
        FieldInput::Constant => "constant".to_owned(),
        FieldInput::Key => format!("{} {}", field.label, shown(row.get(0))),
        FieldInput::Expression(index) => format!("{} {}", field.label, shown(row.get(index + 1))),
    };
    Ok(match compute(field, row) {
        Err(rule) => {
            let formats: Vec<_> =
                field.converter.formats.iter().map(crate::clean::Format::text).collect();
            let tried = if formats.is_empty() {
                String::new()
            } else {
                format!("; tried {}", formats.join("  "))
            };
            let instead = match &field.otherwise {
                Otherwise::Reject => String::new(),
                Otherwise::Fail => "; otherwise: fail".to_owned(),
                Otherwise::Use(Value::Null) => "; otherwise: NULL".to_owned(),
                Otherwise::Use(value) => format!("; otherwise: {value}"),
            };
            format!("{origin} ✗ {}{tried}{instead}", rule.sentence("").trim_start())
        }
        Ok(Value::Null) => format!("{origin} → NULL"),
        Ok(value) => match &field.lookup {
            None => format!("{origin} → {value}"),
            Some(lookup) => {
                format!("{origin} → {value} → {}", looked_up(lookup, &value, plan, new)?)
            }
        },
    })
}

fn shown(bytes: Option<&[u8]>) -> String {
    bytes.map_or_else(
        || "NULL".to_owned(),
        |bytes| literal(&readable(bytes)).trim_start().to_owned(),
    )
}

/// The row that a lookup finds in the new database.
fn looked_up(lookup: &Lookup, value: &Value, plan: &Plan, new: &mut Session) -> Result<String> {
    let target = plan.targets().find(|target| target.number == lookup.target);
    let taken =
        target.and_then(|target| target.taken.map(|taken| (target, &target.columns[taken].name)));
    let Some((target, taken)) = taken else {
        return Ok(lookup.target_name.clone());
    };
    let by = format!("{}::text", quote(&lookup.by));
    let (by, value) = if lookup.ignore_case {
        (format!("lower({by})"), value.to_string().to_lowercase())
    } else {
        (by, value.to_string())
    };
    let sql = format!("SELECT {}::text FROM {} WHERE {by} = $1 LIMIT 1", quote(taken), target.sql);
    Ok(match new.query_opt(&sql, &[&value])? {
        Some(row) => format!("{} {}", lookup.target_name, row.get::<_, String>(0)),
        None => format!("✗ no row of {} with that {}", lookup.target_name, lookup.by),
    })
}
