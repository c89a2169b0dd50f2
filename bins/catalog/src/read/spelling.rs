//! One spelling for what PostgreSQL prints in two ways.
//!
//! `s IN ('a', 'b')` on a varchar is printed as `(s)::text = ANY ((ARRAY['a'::character varying,
//! 'b'::character varying])::text[])`; read back, that is stored as another tree and printed as
//! `… ANY (ARRAY[('a'::character varying)::text, …])`. Both mean `ANY (ARRAY['a'::character varying,
//! …])`, which the server stores as the first form.

const ARRAY: &str = "ARRAY[";
const VARCHAR: &str = "::character varying";

pub fn settled(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(ARRAY) {
        let (before, list) = (&rest[..at], &rest[at + ARRAY.len()..]);
        let Some((elements, after)) = elements(list) else {
            result.push_str(&rest[..at + ARRAY.len()]);
            rest = list;
            continue;
        };
        let plain = format!("{ARRAY}{}]", elements.join(", "));
        match (before.strip_suffix('('), after.strip_prefix(")::text[]")) {
            (Some(before), Some(after)) => {
                result.push_str(before);
                rest = after;
            }
            _ => {
                result.push_str(before);
                rest = after;
            }
        }
        result.push_str(&plain);
    }
    result.push_str(rest);
    result
}

/// Statistics list their columns in the order of the table, which is not fought: by name here.
pub fn statistics(definition: &str) -> String {
    let on = definition.find(" ON ").map(|at| at + 4);
    let from = definition.rfind(" FROM ");
    match (on, from) {
        (Some(on), Some(from)) if on < from && !definition[on..from].contains(['(', '"']) => {
            let mut columns: Vec<&str> = definition[on..from].split(", ").collect();
            columns.sort_unstable();
            format!("{}{}{}", &definition[..on], columns.join(", "), &definition[from..])
        }
        _ => definition.to_owned(),
    }
}

/// The literals of a list, each `'x'::character varying`, and what follows its bracket; `None`
/// where anything else is in it.
fn elements(list: &str) -> Option<(Vec<String>, &str)> {
    let mut elements = Vec::new();
    let mut rest = list;
    loop {
        let cast = rest.starts_with("('");
        let inner = if cast { &rest[1..] } else { rest };
        let end = literal_end(inner)?;
        let after = inner[end..].strip_prefix(VARCHAR)?;
        elements.push(format!("{}{VARCHAR}", &inner[..end]));
        let after = if cast { after.strip_prefix(")::text")? } else { after };
        if let Some(after) = after.strip_prefix(']') {
            return Some((elements, after));
        }
        rest = after.strip_prefix(", ")?;
    }
}

/// Where a string literal ends, doubled quotes included.
fn literal_end(text: &str) -> Option<usize> {
    let mut rest = text.strip_prefix('\'')?;
    loop {
        let end = rest.find('\'')?;
        rest = &rest[end + 1..];
        match rest.strip_prefix('\'') {
            Some(after) => rest = after,
            None => return Some(text.len() - rest.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::settled;

    #[test]
    fn both_spellings_of_an_in_list_are_one() {
        let one = "CHECK (((s)::text = ANY ((ARRAY['a'::character varying, 'it''s'::character varying])::text[])))";
        let other = "CHECK (((s)::text = ANY (ARRAY[('a'::character varying)::text, ('it''s'::character varying)::text])))";
        let plain =
            "CHECK (((s)::text = ANY (ARRAY['a'::character varying, 'it''s'::character varying])))";
        assert_eq!(settled(one), plain);
        assert_eq!(settled(other), plain);
        assert_eq!(settled(plain), plain);
        let integers = "CHECK ((n = ANY (ARRAY[1, 2])))";
        assert_eq!(settled(integers), integers);
    }
}
