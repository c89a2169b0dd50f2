//! Which target needs which: the order of the sources, and what a lookup takes.

use common::Result;

use super::build::Destination;
use crate::mapping::Mapping;

/// Targets grouped by source, each group after the groups it looks up; file order otherwise.
///
/// # Errors
/// A lookup leads nowhere, or round in a circle.
pub fn source_order(mapping: &Mapping, destinations: &[Destination]) -> Result<Vec<Vec<usize>>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for destination in destinations {
        let same_source = |group: &&mut Vec<usize>| {
            destinations[group[0]].mapping.source == destination.mapping.source
        };
        match groups.iter_mut().find(same_source) {
            Some(group) => group.push(destination.number),
            None => groups.push(vec![destination.number]),
        }
    }
    let group_of = |number: usize| groups.iter().position(|group| group.contains(&number));
    let mut needs: Vec<Vec<usize>> = vec![Vec::new(); groups.len()];
    for (index, group) in groups.iter().enumerate() {
        for &number in group {
            for column in &destinations[number].mapping.columns {
                if let Some(lookup) = &column.lookup {
                    let target = find_target(mapping, destinations, &lookup.target, column.line)?;
                    needs[index].extend(group_of(target.number).filter(|&other| other != index));
                }
            }
        }
    }
    let mut order: Vec<usize> = Vec::new();
    while order.len() < groups.len() {
        let ready = (0..groups.len()).find(|index| {
            !order.contains(index) && needs[*index].iter().all(|need| order.contains(need))
        });
        let Some(index) = ready else {
            let waiting: Vec<_> =
                (0..groups.len()).filter(|index| !order.contains(index)).collect();
            let labels: Vec<_> = waiting
                .iter()
                .map(|&index| destinations[groups[index][0]].mapping.source.label())
                .collect();
            return Err(mapping
                .file
                .error(
                    destinations[groups[waiting[0]][0]].mapping.line,
                    format!("the lookups of {} go round in a circle", labels.join(" and ")),
                )
                .hint(
                    "A source is read after those whose targets it looks up. Nothing was loaded.",
                ));
        };
        order.push(index);
    }
    Ok(order.into_iter().map(|index| groups[index].clone()).collect())
}

/// The target of a lookup.
///
/// # Errors
/// The mapping has no such target.
pub fn find_target<'a, 'm>(
    mapping: &Mapping,
    destinations: &'a [Destination<'m>],
    name: &common::identifier::QualifiedName,
    line: usize,
) -> Result<&'a Destination<'m>> {
    destinations.iter().find(|other| other.mapping.table == *name).ok_or_else(|| {
        mapping
            .file
            .error(line, format!("the lookup's target [{name}] is not in this file"))
            .hint("A lookup finds rows that this mapping makes. Nothing was loaded.")
    })
}

/// The column of a target that lookups take: the one they name, else its primary key.
///
/// # Errors
/// Two lookups take different columns of one target, or the column is not mapped.
pub fn taken_column(mapping: &Mapping, destination: &Destination) -> Result<Option<String>> {
    let mut taken: Option<(String, usize)> = None;
    let columns = mapping.targets.iter().flat_map(|target| &target.columns);
    for column in columns {
        let Some(lookup) =
            column.lookup.as_ref().filter(|lookup| lookup.target == destination.mapping.table)
        else {
            continue;
        };
        let name = match (&lookup.take, destination.relation.primary_key.as_slice()) {
            (Some(name), _) => name.clone(),
            (None, [only]) => only.clone(),
            _ => {
                return Err(mapping
                    .file
                    .error(
                        column.line,
                        format!("{} has no primary key of one column to take", lookup.target),
                    )
                    .hint("`take = \"column\"` says which column the lookup takes."));
            }
        };
        match &taken {
            Some((other, line)) if *other != name => {
                return Err(mapping
                    .file
                    .error(
                        column.line,
                        format!(
                            "the lookup takes `{}.{name}`, that of line {line} takes `{other}`",
                            lookup.target
                        ),
                    )
                    .hint("All lookups in one target take the same column."));
            }
            _ => taken = Some((name, column.line)),
        }
    }
    if let Some((name, line)) = &taken {
        if !destination.mapping.columns.iter().any(|column| column.name == *name) {
            return Err(mapping.file.error(
                *line,
                format!(
                    "the lookup takes `{}.{name}`, which the mapping does not fill",
                    destination.mapping.table
                ),
            ));
        }
        return Ok(Some(name.clone()));
    }
    Ok(match destination.relation.primary_key.as_slice() {
        [only] => Some(only.clone()),
        _ => None,
    })
}
