//! One order for all actions: Kahn's algorithm with a heap, so that equal input gives equal output.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Positions of the nodes in an order that keeps every edge `(before, after)`; where the edges
/// leave a choice, the smaller key comes first. The edges are sorted.
///
/// # Errors
/// The nodes of a cycle. Each waits for the one after it, and the last for the first.
pub fn sort<K: Ord>(keys: &[K], edges: &[(usize, usize)]) -> Result<Vec<usize>, Vec<usize>> {
    let mut waits_for = vec![0; keys.len()];
    for (_, after) in edges {
        waits_for[*after] += 1;
    }
    let mut ready: BinaryHeap<Reverse<(&K, usize)>> = (0..keys.len())
        .filter(|node| waits_for[*node] == 0)
        .map(|node| Reverse((&keys[node], node)))
        .collect();
    let mut order = Vec::with_capacity(keys.len());
    while let Some(Reverse((_, node))) = ready.pop() {
        order.push(node);
        let first = edges.partition_point(|(before, _)| *before < node);
        for (_, after) in edges[first..].iter().take_while(|(before, _)| *before == node) {
            waits_for[*after] -= 1;
            if waits_for[*after] == 0 {
                ready.push(Reverse((&keys[*after], *after)));
            }
        }
    }
    if order.len() == keys.len() { Ok(order) } else { Err(cycle(&waits_for, edges)) }
}

/// Walks back from any node that still waits until one comes twice.
fn cycle(waits_for: &[usize], edges: &[(usize, usize)]) -> Vec<usize> {
    let mut node = waits_for.iter().position(|count| *count > 0).unwrap_or_default();
    let mut path = Vec::new();
    loop {
        if let Some(start) = path.iter().position(|seen| *seen == node) {
            return path.split_off(start);
        }
        path.push(node);
        let before = edges.iter().find(|(before, after)| *after == node && waits_for[*before] > 0);
        match before {
            Some((before, _)) => node = *before,
            None => return path,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::sort;

    #[test]
    fn ties_go_by_key_and_edges_win() {
        #[track_caller]
        fn case(keys: &[&str], edges: &[(usize, usize)], expected: &[usize]) {
            assert_eq!(sort(keys, edges).as_deref(), Ok(expected));
        }
        case(&["b", "a", "c"], &[], &[1, 0, 2]);
        case(&["b", "a", "c"], &[(2, 1)], &[0, 2, 1]);
        case(&["a", "b", "c"], &[(1, 0), (2, 1)], &[2, 1, 0]);
    }

    #[test]
    fn a_cycle_names_its_members() {
        let edges = [(0, 1), (1, 2), (2, 1), (2, 3)];
        let mut members = sort(&["a", "b", "c", "d"], &edges).unwrap_err();
        members.sort_unstable();
        assert_eq!(members, [1, 2]);
    }
}
