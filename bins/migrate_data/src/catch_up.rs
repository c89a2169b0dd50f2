//! A finished run, run again: what changed in the old database since, carried over.

use common::progress::{count, grouped};
use common::{Outcome, Result, Session, note, say};
use migrate_data::ledger::{self, Run, Summary};
use migrate_data::plan::Plan;
use migrate_data::refresh::{Changes, Refreshed, Wanted, refresh};
use migrate_data::report::{self, Form};
use migrate_data::route::Route;
use serde_json::{Value, json};

use crate::result;

/// Brings a finished run up to date and says what that changed.
///
/// # Errors
/// Nothing was changed then.
pub fn bring_up_to_date(
    route: &Route,
    plan: &Plan,
    run: &Run,
    prune: bool,
    form: Form,
) -> Result<Outcome> {
    let wanted = Wanted { prune, retry_refused: false };
    let refreshed = refresh(route, plan, run, wanted)?;
    let mut new = route.writer()?;
    let summaries = ledger::summaries(&mut new, run.number)?;
    match &refreshed {
        Refreshed::TooManyRejects { source, quarantined, limit } => {
            too_many(source, *quarantined, limit);
            return Ok(Outcome::FellShort);
        }
        _ if form == Form::Machines => {
            print_json(&mut new, run.number, &summaries, &refreshed)?;
        }
        Refreshed::Unchanged => {
            let time = run.finished.as_deref().unwrap_or_default();
            say(format_args!("nothing to do: run {} finished at {time} UTC", run.number));
            result::print_result(&mut new, run.number, &summaries, "finished", Form::People)?;
        }
        Refreshed::Changed(changes) => {
            say(format_args!("run {} brought up to date", run.number));
            changes.iter().filter_map(sentence).for_each(|line| println!("  {line}"));
            result::print_result(&mut new, run.number, &summaries, "finished", Form::People)?;
        }
    }
    tell_gone(&mut new, run.number)?;
    result::accounted(&summaries)
}

/// Nothing is changed where more rows would be quarantined than allowed.
pub fn too_many(source: &str, quarantined: i64, limit: &str) {
    result::say_too_many(
        source,
        quarantined,
        limit,
        "Nothing was changed. Fix the mapping, or allow more with --max-rejects.",
    );
}

/// `users: 12 rows added, 3 changed, 1 removed`; `None` where nothing became of the table.
fn sentence(changes: &Changes) -> Option<String> {
    let parts: Vec<_> =
        [(changes.added, "added"), (changes.changed, "changed"), (changes.removed, "removed")]
            .into_iter()
            .filter(|(rows, _)| *rows > 0)
            .enumerate()
            .map(|(index, (rows, what))| match index {
                0 => format!("{} {what}", count(rows, "row")),
                _ => format!("{} {what}", grouped(rows)),
            })
            .collect();
    (!parts.is_empty()).then(|| format!("{}: {}", changes.target, parts.join(", ")))
}

/// What stays, and what deletes it.
pub fn tell_gone(new: &mut Session, run: i64) -> Result<()> {
    let gone = ledger::gone::all(new, run)?;
    let lines: Vec<_> = gone
        .iter()
        .map(|(target, source, rows)| {
            let come = if *rows == 1 { "comes" } else { "come" };
            format!("{} of {target} no longer {come} from any row of {source}", count(*rows, "row"))
        })
        .collect();
    if !lines.is_empty() {
        note(format_args!("{}\n  hint: `migrate_data --prune` deletes them.", lines.join("; ")));
    }
    Ok(())
}

fn print_json(
    new: &mut Session,
    run: i64,
    summaries: &[Summary],
    refreshed: &Refreshed,
) -> Result<()> {
    let rejects = ledger::rejects::rejects(new, run)?;
    let replaced = ledger::replaced(new, run)?;
    let mut printed = report::json(run, "finished", summaries, &rejects, &replaced);
    let changes: Vec<Value> = match refreshed {
        Refreshed::Changed(changes) => changes.iter().map(as_json).collect(),
        Refreshed::Unchanged | Refreshed::TooManyRejects { .. } => Vec::new(),
    };
    printed["changes"] = Value::Array(changes);
    println!("{printed:#}");
    Ok(())
}

fn as_json(changes: &Changes) -> Value {
    json!({
        "target": changes.target,
        "source": changes.source,
        "added": changes.added,
        "changed": changes.changed,
        "removed": changes.removed,
        "gone": changes.gone,
    })
}
