//! The corpus: pairs of an old and a new state as plain SQL, several to a file.
//!
//! ```text
//! -- pair: name            also the schema that the pair lives in
//! -- since: 15             not on older servers
//! -- needs: pg_trgm        an extension, there in both states (icu: collations of that library)
//! -- alone                 speaks of more than its schema: a database of its own
//! -- rows: from            made-up rows would break the way back (to: the way forth; none: both)
//! -- loses: forth          what is lost, as a plan must say: forth, back or both
//! -- falls short: back: …  what does not hold, and why; a reason that no longer does fails, too
//! -- both                  what both states begin with
//! -- from
//! -- to
//! ```

use std::path::Path;

#[derive(Clone, Debug, Default)]
pub struct Pair {
    pub name: String,
    pub file: String,
    pub since: u32,
    pub needs: Vec<String>,
    pub alone: bool,
    pub without_rows_from: bool,
    pub without_rows_to: bool,
    /// Which way does not hold, and why.
    pub falls_short: Option<(String, String)>,
    pub loses_forth: bool,
    pub loses_back: bool,
    /// The schema's name in the new state, where that is another one.
    pub schema_to: Option<String>,
    both: String,
    from: String,
    to: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    From,
    To,
}

impl Pair {
    /// The statements that make one side, in the pair's own schema.
    pub fn sql(&self, side: Side) -> String {
        let own = if side == Side::From { &self.from } else { &self.to };
        let name = self.schema(side);
        format!("CREATE SCHEMA {name};\nSET search_path = {name}, public;\n{}{own}", self.both)
    }

    pub fn schema(&self, side: Side) -> &str {
        match (&self.schema_to, side) {
            (Some(name), Side::To) => name,
            _ => &self.name,
        }
    }

    pub fn wants_to_be_alone(&self) -> bool {
        self.alone || self.falls_short.is_some() || self.to.contains("@rename")
    }

    pub fn has_rows(&self, side: Side) -> bool {
        !(if side == Side::From { self.without_rows_from } else { self.without_rows_to })
    }

    /// The new state as people write it.
    pub fn to(&self) -> &str {
        &self.to
    }
}

/// Every pair of a folder's files, by file.
pub fn read_folder(folder: &Path) -> Vec<Vec<Pair>> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
}

pub fn read(path: &Path) -> Vec<Pair> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    let file = path.file_name().expect("a file").to_string_lossy().into_owned();
    let mut pairs: Vec<Pair> = Vec::new();
    let mut section = "";
    for (number, line) in text.lines().enumerate() {
        let said = line.strip_prefix("-- ").unwrap_or_default();
        if let Some(name) = said.strip_prefix("pair: ") {
            pairs.push(Pair { name: name.to_owned(), file: file.clone(), ..Pair::default() });
            section = "";
            continue;
        }
        let Some(pair) = pairs.last_mut() else { continue };
        match said.split_once(": ").unwrap_or((said, "")) {
            ("since", version) => pair.since = version.parse().expect("a version"),
            ("needs", names) => pair.needs = names.split(' ').map(str::to_owned).collect(),
            ("rows", sides) => {
                pair.without_rows_from = sides != "from";
                pair.without_rows_to = sides != "to";
            }
            ("falls short", what) => {
                let (way, reason) = what.split_once(": ").expect("way: reason");
                pair.falls_short = Some((way.to_owned(), reason.to_owned()));
            }
            ("loses", when) => {
                pair.loses_forth = when != "back";
                pair.loses_back = when != "forth";
            }
            ("alone", "") => pair.alone = true,
            ("both" | "from" | "to", "") => {
                section = if said == "both" {
                    "both"
                } else if said == "from" {
                    "from"
                } else {
                    "to"
                }
            }
            _ => {
                let text = match section {
                    "both" => &mut pair.both,
                    "from" => &mut pair.from,
                    "to" => &mut pair.to,
                    _ => panic!("{file}:{}: `{line}` belongs to no section", number + 1),
                };
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    pairs
}

/// The renames of `renames.txt`: `dressed.sql`, and the same with other names in it.
pub fn read_renames(folder: &Path) -> Vec<Pair> {
    let read =
        |name: &str| std::fs::read_to_string(folder.join(name)).expect("a file of the corpus");
    let dressed = read("dressed.sql");
    let cases = read("renames.txt");
    let cases = cases.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    cases
        .map(|line| {
            let (name, replacements) = line.split_once(':').expect("name: old -> new");
            let mut to = dressed.clone();
            let mut schema_to = None;
            for replacement in replacements.split(", ") {
                let (old, new) = replacement.trim().split_once(" -> ").expect("old -> new");
                match new.strip_prefix("@schema") {
                    Some(suffix) => schema_to = Some(format!("rename_{name}{suffix}")),
                    None => to = replaced(&to, old, new),
                }
            }
            let (from, file) = (dressed.clone(), "renames.txt".to_owned());
            // The new state needs no rows, and its INSERTs may speak of labels by their old names.
            let to = to.split("\nINSERT ").next().expect("a beginning").to_owned();
            Pair {
                name: format!("rename_{name}"),
                file,
                from,
                to,
                schema_to,
                without_rows_from: true,
                without_rows_to: true,
                ..Pair::default()
            }
        })
        .collect()
}

/// Whole words only: `id` in `club_id` is none.
fn replaced(text: &str, old: &str, new: &str) -> String {
    let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let mut result = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(old) {
        let (before, after) = (&rest[..at], &rest[at + old.len()..]);
        let inside = is_word(before.chars().next_back()) && old.starts_with(|c| is_word(Some(c)))
            || is_word(after.chars().next()) && old.ends_with(|c| is_word(Some(c)));
        result.push_str(before);
        result.push_str(if inside { old } else { new });
        rest = after;
    }
    result + rest
}
