//! All rows once more by the mapping as it is now, above all those in quarantine.

use common::progress::{count, grouped};
use common::{Error, Outcome, Result, say};
use migrate_data::ledger::{self, Summary};
use migrate_data::plan::Plan;
use migrate_data::refresh::{Refreshed, Wanted, refresh};
use migrate_data::report::Form;
use migrate_data::route::Route;
use serde_json::json;

use crate::{catch_up, inspect};

/// Tries them and says what became of each source's.
///
/// # Errors
/// There is no finished run; nothing is changed then.
pub fn replay(route: &Route, plan: &Plan, prune: bool, form: Form) -> Result<Outcome> {
    let _turn = route.take_turn()?;
    let mut session = route.writer()?;
    let run = inspect::last_run(&mut session)?;
    if !run.is_finished {
        return Err(Error::new(format!("run {} is not finished", run.number))
            .hint("`make migrate-data` goes on with it. Nothing was changed."));
    }
    let before = ledger::summaries(&mut session, run.number)?;
    let wanted = Wanted { prune, retry_refused: true };
    if let Refreshed::TooManyRejects { source, quarantined, limit } =
        refresh(route, plan, &run, wanted)?
    {
        catch_up::too_many(&source, quarantined, &limit);
        return Ok(Outcome::FellShort);
    }
    let after = ledger::summaries(&mut session, run.number)?;
    let tried: Vec<_> = after.iter().map(|after| Replayed::of(&before, after)).collect();
    if form == Form::Machines {
        let sources: Vec<_> = tried.iter().map(Replayed::json).collect();
        println!("{}", json!({ "run": run.number, "sources": sources }));
        return Ok(Outcome::Done);
    }
    if tried.iter().all(|replayed| replayed.tried == 0) {
        say("nothing to do: no row is quarantined");
    }
    for replayed in tried.iter().filter(|replayed| replayed.tried > 0) {
        say(replayed.sentence());
    }
    catch_up::tell_gone(&mut session, run.number)?;
    Ok(Outcome::Done)
}

/// What became of a source's quarantined rows.
struct Replayed<'a> {
    source: &'a str,
    tried: i64,
    loaded: i64,
    merged: i64,
    quarantined: i64,
}

impl Replayed<'_> {
    fn of<'a>(before: &[Summary], after: &'a Summary) -> Replayed<'a> {
        let before = before.iter().find(|before| before.source == after.source);
        let difference = |count: fn(&Summary) -> i64| count(after) - before.map_or(0, count);
        Replayed {
            source: &after.source,
            tried: before.map_or(0, |before| before.quarantined),
            loaded: difference(|summary| summary.loaded),
            merged: difference(|summary| summary.merged),
            quarantined: after.quarantined,
        }
    }

    fn sentence(&self) -> String {
        format!(
            "{}: {} tried again: {} loaded, {} merged, {} still quarantined",
            self.source,
            count(self.tried, "quarantined row"),
            grouped(self.loaded),
            grouped(self.merged),
            grouped(self.quarantined)
        )
    }

    fn json(&self) -> serde_json::Value {
        json!({
            "source": self.source,
            "tried": self.tried,
            "loaded": self.loaded,
            "merged": self.merged,
            "quarantined": self.quarantined,
        })
    }
}
