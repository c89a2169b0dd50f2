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
    loop {
        let of_wanted = plan.sources.iter().zip(&wanted).filter(|(_, wanted)| **wanted);
        let fields = of_wanted.flat_map(|(source, _)| &source.fields);
        let looked_up: Vec<usize> =
            fields.filter_map(|field| field.lookup.as_ref()).map(|lookup| lookup.target).collect();
        let before = wanted.clone();
        for (source, wanted) in plan.sources.iter().zip(&mut wanted) {
            *wanted |= source.targets.iter().any(|target| looked_up.contains(&target.number));
        }
        if wanted == before {
            break;
        }
    }
    plan.is_whole = !wanted.contains(&false);
    let mut wanted = wanted.into_iter();
    plan.sources.retain(|_| wanted.next().unwrap_or(false));
    Ok(())
}
