//! Which target needs which: the order of the sources, and what a lookup takes.

use common::Result;

use super::build::Destination;
use crate::mapping::Mapping;

/// Targets grouped by source, and sources by circle: each circle comes after those it looks up, in
/// file order otherwise. Most circles are a single source.
///
/// # Errors
/// A lookup leads nowhere.
pub fn source_order(
    mapping: &Mapping,
    destinations: &[Destination],
) -> Result<Vec<Vec<Vec<usize>>>> {
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
    let circles = circles(&needs);
    Ok(circles
        .into_iter()
        .map(|circle| circle.into_iter().map(|index| groups[index].clone()).collect())
        .collect())
}

/// Things that need each other, directly or by way of others, together; each circle after what it
/// needs, in the order of the things otherwise.
fn circles(needs: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let reached: Vec<Vec<bool>> = (0..needs.len()).map(|from| reached(needs, from)).collect();
    let mut circles: Vec<Vec<usize>> = Vec::new();
    let mut placed = vec![false; needs.len()];
    while let Some(circle) = (0..needs.len()).filter(|&one| !placed[one]).find_map(|first| {
        let is_of_it =
            |other: usize| other == first || (reached[first][other] && reached[other][first]);
        let circle: Vec<usize> = (0..needs.len()).filter(|&other| is_of_it(other)).collect();
        let is_ready =
            circle.iter().flat_map(|&one| &needs[one]).all(|&need| placed[need] || is_of_it(need));
        is_ready.then_some(circle)
    }) {
        circle.iter().for_each(|&one| placed[one] = true);
        circles.push(circle);
    }
    circles
}

/// What is needed from here, directly or by way of others.
fn reached(needs: &[Vec<usize>], from: usize) -> Vec<bool> {
    let mut reached = vec![false; needs.len()];
    let mut open = needs[from].clone();
    while let Some(next) = open.pop() {
        if !std::mem::replace(&mut reached[next], true) {
            open.extend(&needs[next]);
        }
    }
    reached
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
                            "the lookup takes `{}.{name}`, but that of line {line} takes `{other}`",
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

#[cfg(test)]
mod tests {
    use super::circles;

    #[test]
    fn what_needs_each_other_stands_together_after_what_it_needs() {
        let case = |needs: &[&[usize]], expected: &[&[usize]]| {
            let needs: Vec<Vec<usize>> = needs.iter().map(|needs| needs.to_vec()).collect();
            assert_eq!(circles(&needs), expected);
        };
        case(&[&[], &[], &[]], &[&[0], &[1], &[2]]);
        case(&[&[2], &[0], &[]], &[&[2], &[0], &[1]]);
        case(&[&[1], &[0]], &[&[0, 1]]);
        case(&[&[1], &[2], &[0, 3], &[], &[1]], &[&[3], &[0, 1, 2], &[4]]);
        case(&[&[1], &[0], &[3, 0], &[2]], &[&[0, 1], &[2, 3]]);
    }
}
