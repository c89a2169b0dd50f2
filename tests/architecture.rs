//! docs/architecture.md says who may use whom; this holds the code to it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::harness::Lab;

type Arrows = BTreeMap<String, BTreeSet<String>>;

/// The page's block of lines `crate: others`.
fn allowed() -> Arrows {
    let page = fs::read_to_string(Lab::repository().join("docs/architecture.md")).expect("a page");
    let (_, block) =
        page.split_once("<!-- read by tests/architecture.rs -->\n```\n").expect("a block");
    let (block, _) = block.split_once("```").expect("its end");
    let arrows = block.lines().map(|line| {
        let (name, others) = line.split_once(':').expect("`crate: others`");
        (name.trim().to_owned(), others.split_whitespace().map(ToOwned::to_owned).collect())
    });
    arrows.collect()
}

fn crates() -> BTreeSet<String> {
    let folders = fs::read_dir(Lab::repository().join("bins")).expect("bins/");
    folders
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect()
}

/// Those of our crates that a Cargo.toml names, for the program and for its tests.
fn named_in_manifest(name: &str, ours: &BTreeSet<String>) -> BTreeSet<String> {
    let path = Lab::repository().join("bins").join(name).join("Cargo.toml");
    let text = fs::read_to_string(&path).expect("Cargo.toml");
    let mut in_dependencies = false;
    let mut named = BTreeSet::new();
    for line in text.lines() {
        if line.starts_with('[') {
            in_dependencies = line.ends_with("dependencies]");
        } else if in_dependencies {
            let end = line.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-'));
            let dependency = line[..end.unwrap_or(line.len())].to_owned();
            named.extend(ours.contains(&dependency).then_some(dependency));
        }
    }
    named
}

/// The Rust files below a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found
}

/// Those of our crates whose name stands before `::` in the code.
fn named_in_code(name: &str, ours: &BTreeSet<String>) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for path in sources(&Lab::repository().join("bins").join(name).join("src")) {
        let text = fs::read_to_string(&path).expect("a source file");
        for line in
            text.lines().filter(|line| line.starts_with("use ") || line.starts_with("pub use "))
        {
            let path = line.trim_start_matches("pub ").trim_start_matches("use ");
            let end = path.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(path.len());
            if ours.contains(&path[..end]) && path[end..].starts_with("::") && &path[..end] != name
            {
                named.insert(path[..end].to_owned());
            }
        }
    }
    named
}

#[test]
fn crates_use_those_that_the_page_allows_and_no_others() {
    let (allowed, ours) = (allowed(), crates());
    let listed: BTreeSet<String> = allowed.keys().cloned().collect();
    assert_eq!(listed, ours, "the page lists every crate");
    for name in &ours {
        assert_eq!(named_in_manifest(name, &ours), allowed[name], "Cargo.toml of {name}");
        let in_code = named_in_code(name, &ours);
        // A module may have the name of a crate: what `use` names must be allowed, not the reverse.
        let own: BTreeSet<String> = sources(&Lab::repository().join("bins").join(name).join("src"))
            .iter()
            .filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned()))
            .collect();
        let strange: Vec<_> = in_code
            .iter()
            .filter(|used| !allowed[name].contains(*used) && !own.contains(*used))
            .collect();
        assert!(strange.is_empty(), "{name} uses {strange:?}");
    }
}

#[test]
fn no_arrow_goes_round() {
    let arrows = allowed();
    assert_eq!(circles(&arrows), Vec::<Vec<String>>::new());
}

/// The modules of a crate, by the first name of their path, and which others each names.
fn modules(name: &str) -> Arrows {
    let folder = Lab::repository().join("bins").join(name).join("src");
    let top = |path: &Path| {
        let relative = path.strip_prefix(&folder).expect("below src");
        let first = relative.components().next().expect("a name");
        let first = first.as_os_str().to_string_lossy().into_owned();
        first.trim_end_matches(".rs").to_owned()
    };
    let files = sources(&folder);
    let all: BTreeSet<String> = files.iter().map(|path| top(path)).collect();
    let mut arrows = Arrows::new();
    for path in &files {
        let from = top(path);
        if matches!(from.as_str(), "main" | "lib") {
            continue;
        }
        let text = fs::read_to_string(path).expect("a source file");
        let code = text.split("#[cfg(test)]\nmod tests").next().expect("its first part");
        let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
        let text = &lines.collect::<Vec<_>>().join("\n");
        let is_top = path.parent() == Some(&folder);
        let named = words_after(text, "crate::").into_iter().chain(if is_top {
            words_after(text, "super::")
        } else {
            Vec::new()
        });
        let others = named.filter(|to| all.contains(to) && *to != from);
        arrows.entry(from.clone()).or_default().extend(others);
    }
    arrows
}

/// The names that follow a word, also those of `crate::{a, b}`.
fn words_after(text: &str, word: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (at, _) in text.match_indices(word) {
        let rest = &text[at + word.len()..];
        let items = match rest.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap_or_default().split(',').collect(),
            None => vec![rest],
        };
        for item in items {
            let item = item.trim();
            let end = item.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(item.len());
            words.push(item[..end].to_owned());
        }
    }
    words
}

/// Groups of names from each of which every other is reached: found by taking away, again and
/// again, what points nowhere and what nothing points to.
fn circles(arrows: &Arrows) -> Vec<Vec<String>> {
    let reach = |from: &String| {
        let mut seen = BTreeSet::new();
        let mut open: Vec<&String> = arrows.get(from).into_iter().flatten().collect();
        while let Some(name) = open.pop() {
            if seen.insert(name.clone()) {
                open.extend(arrows.get(name).into_iter().flatten());
            }
        }
        seen
    };
    let reached: BTreeMap<&String, BTreeSet<String>> =
        arrows.keys().map(|name| (name, reach(name))).collect();
    let mut found = BTreeSet::new();
    for (name, others) in &reached {
        if others.contains(*name) {
            let circle = others
                .iter()
                .filter(|other| reached.get(other).is_some_and(|back| back.contains(*name)));
            found.insert(circle.cloned().collect::<Vec<_>>());
        }
    }
    found.into_iter().collect()
}

#[test]
fn modules_of_a_crate_form_no_circle() {
    for name in crates() {
        let circles = circles(&modules(&name));
        assert!(circles.is_empty(), "{name}: {circles:?}");
    }
}

#[test]
fn a_circle_is_found() {
    let arrows = |list: &[(&str, &[&str])]| -> Arrows {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        list.iter().map(|(from, to)| ((*from).to_owned(), owned(to))).collect()
    };
    let round = arrows(&[("a", &["b"]), ("b", &["c"]), ("c", &["a"]), ("d", &["a"])]);
    assert_eq!(circles(&round), [["a", "b", "c"].map(str::to_owned).to_vec()]);
    assert!(circles(&arrows(&[("a", &["b", "c"]), ("b", &["c"]), ("c", &[])])).is_empty());
}
