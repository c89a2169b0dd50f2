//! Where each mirror is.

use catalog::{Catalog, Kind, Scope};
use common::{Outcome, Result, progress, say};

use crate::arguments::Which;
use crate::revision;
use crate::sides::Sides;

/// # Errors
/// The source or the target cannot be reached.
pub fn status(which: &Which) -> Result<Outcome> {
    let mut sides = Sides::open(which)?;
    for mirror in &sides.mirrors {
        let at = revision::current(&mut sides.to, mirror)?;
        let actual = Catalog::read(&mut sides.to, &Scope::Schemas(vec![mirror.name.clone()]))?;
        let tables = i64::try_from(actual.of_kind(Kind::Table).count()).unwrap_or(i64::MAX);
        let head = revision::head(mirror)?;
        let place = match at.as_str() {
            "" => "not made yet".to_owned(),
            at if at == head => format!("head {at}"),
            at => format!("at {at}, head {head}"),
        };
        say(format_args!(
            "{} of {}: {place}, {}",
            mirror.name,
            sides.origin(mirror),
            progress::count(tables, "table")
        ));
    }
    Ok(Outcome::Done)
}
