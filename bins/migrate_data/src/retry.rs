//! The flag --replay: quarantined rows once more.

use common::progress::{count, grouped};
use common::{Error, Outcome, Result, say};
use migrate_data::ledger;
use migrate_data::load::Route;
use migrate_data::plan::Plan;
use migrate_data::replay::{Replayed, replay};
use serde_json::json;

use crate::arguments::Arguments;
use crate::look;

/// Tries them and says what became of each source's.
///
/// # Errors
/// There is no finished run, or the replay is refused; nothing is changed then.
pub fn retry(route: &Route, plan: &Plan, arguments: &Arguments) -> Result<Outcome> {
    let mut session = route.writer()?;
    let run = look::last_run(&mut session)?;
    if !run.is_finished {
        return Err(Error::new(format!("run {} is not finished", run.number))
            .hint("`make migrate-data` goes on with it. Nothing was changed."));
    }
    ledger::create(&mut session)?;
    let replayed = replay(route, plan, &run)?;
    if arguments.json {
        println!(
            "{}",
            json!({ "run": run.number, "sources": replayed.iter().map(as_json).collect::<Vec<_>>() })
        );
        return Ok(Outcome::Done);
    }
    let tried: Vec<_> = replayed.iter().filter(|replayed| replayed.tried > 0).collect();
    if tried.is_empty() {
        say("nothing to do: no row is quarantined");
    }
    for replayed in tried {
        let left = replayed.tried - replayed.loaded - replayed.merged;
        say(format_args!(
            "{}: {} tried again: {} loaded, {} merged, {} still quarantined",
            replayed.source,
            count(replayed.tried, "quarantined row"),
            grouped(replayed.loaded),
            grouped(replayed.merged),
            grouped(left)
        ));
    }
    Ok(Outcome::Done)
}

fn as_json(replayed: &Replayed) -> serde_json::Value {
    json!({
        "source": replayed.source,
        "tried": replayed.tried,
        "loaded": replayed.loaded,
        "merged": replayed.merged,
        "quarantined": replayed.tried - replayed.loaded - replayed.merged,
    })
}
