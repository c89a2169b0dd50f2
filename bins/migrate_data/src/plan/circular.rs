//! What a mapping may not ask for where lookups lead into their own circle: the rows of a circle
//! are surveyed until no row falls any more, and that has one end only where a row that falls can
//! take others with it, but bring none back.

use common::Result;

use super::build::Destination;
use super::{Field, Known, Otherwise, Target, lookups};
use crate::catalog::Column as CatalogColumn;
use crate::mapping::{self, Input, Mapping};

/// What a lookup takes is known before anything is looked up.
///
/// # Errors
/// It would take what a lookup of the same circle found, or nothing from some rows.
pub fn check_taken(
    mapping: &Mapping,
    destinations: &[Destination],
    target: &Destination,
    taken: &CatalogColumn,
    column: &mapping::Column,
    known: Known,
) -> Result<()> {
    let table = &target.mapping.table;
    let refuse = |problem: &str| {
        let problem = format!("the lookup takes `{table}.{}`, which {problem}", taken.name);
        Err(mapping.file.error(column.line, problem).hint("Nothing was loaded."))
    };
    let filled = target.mapping.columns.iter().find(|filled| filled.name == taken.name);
    if let Some(lookup) = filled.and_then(|filled| filled.lookup.as_ref()) {
        let other = lookups::find_target(mapping, destinations, &lookup.target, column.line)?;
        if other.circle == target.circle {
            return refuse("is itself looked up among the same rows");
        }
    }
    let numbered = target.mapping.columns.iter().find(|filled| filled.input == Input::Surrogate);
    if let Some(numbered) = numbered.filter(|numbered| numbered.name != taken.name) {
        return refuse(&format!("is not its surrogate key `{}`", numbered.name));
    }
    if known == Known::Circular && !taken.not_null {
        return refuse("may be NULL, which is not allowed in a circle");
    }
    Ok(())
}

/// Who survives, and which rows there are, does not hang on what lookups of the circle find.
///
/// # Errors
/// `order_by` or `skip_if_null` would.
pub fn check_target(
    mapping: &Mapping,
    written: &mapping::Target,
    target: &Target,
    fields: &[Field],
) -> Result<()> {
    let lookup = |field: usize| fields[field].lookup.as_ref();
    if let Some(super::Order::Field(field)) = target.unique.as_ref().and_then(|unique| unique.order)
        && let Some(lookup) = lookup(field).filter(|lookup| lookup.known != Known::Before)
    {
        return Err(mapping.file.error(
            written.line,
            format!(
                "`order_by` of [{}] is a lookup in {}, which is known only when the survivors are",
                written.table, lookup.target_name
            ),
        )
        .hint("Nothing was loaded."));
    }
    if let (Some(skip), Some(field)) = (&written.skip_if_null, target.skip_if_null)
        && lookup(field).is_some_and(|lookup| lookup.known == Known::Circular)
        && !matches!(fields[field].otherwise, Otherwise::Reject)
    {
        return Err(mapping.file.error(
            skip.line,
            format!("`skip_if_null` of [{}] depends on what a lookup in its own circle finds", written.table),
        )
        .hint("Without `otherwise`, a row whose lookup finds nothing is quarantined. Nothing was loaded."));
    }
    Ok(())
}
