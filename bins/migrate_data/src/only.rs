//! A part of a plan: one table, and the sources whose rows it looks up.

use common::{Error, Result};

use crate::plan::Plan;

/// Leaves in the plan the source of this table, or the source that is called so, with those that it
/// looks up, and theirs.
///
/// # Errors
/// The mapping has neither such a target nor such a source.
pub fn narrow(plan: &mut Plan, name: &str) -> Result<()> {
    let is_named = |source: &crate::plan::Source| {
        source.label == name || source.targets.iter().any(|target| target.name == name)
    };
    let mut wanted: Vec<bool> = plan.sources.iter().map(is_named).collect();
    if !wanted.contains(&true) {
        let names: Vec<_> = plan.targets().map(|target| target.name.as_str()).collect();
        return Err(Error::usage(format!(
            "{name} is neither a target nor a source of the mapping"
        ))
        .hint(format!("The targets are {}.", names.join(", "))));
    }
    // Each source comes after those that it looks up.
    for index in (0..plan.sources.len()).rev().filter(|&index| index > 0) {
        if !wanted[index] {
            continue;
        }
        let lookups = plan.sources[index].fields.iter().filter_map(|field| field.lookup.as_ref());
        let looked_up: Vec<usize> = lookups.map(|lookup| lookup.target).collect();
        for (other, source) in plan.sources[..index].iter().enumerate() {
            wanted[other] |= source.targets.iter().any(|target| looked_up.contains(&target.number));
        }
    }
    plan.is_whole = !wanted.contains(&false);
    let mut wanted = wanted.into_iter();
    plan.sources.retain(|_| wanted.next().unwrap_or(false));
    Ok(())
}
