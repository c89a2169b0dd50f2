//! All revisions of a project: a folder of files, and the graph they make.

use std::fs;
use std::path::{Path, PathBuf};

use common::{Error, Result};

use crate::graph::{Flaw, Graph};
use crate::revision::Revision;

#[derive(Debug)]
pub struct Revisions {
    pub folder: PathBuf,
    pub graph: Graph,
    files: Vec<Revision>,
}

impl Revisions {
    /// Reads every `.sql` file of the folder; a folder that does not exist holds none.
    ///
    /// # Errors
    /// A file is not a revision, or they do not make a graph; file and line are named.
    pub fn load(folder: &Path) -> Result<Revisions> {
        let files =
            paths(folder)?.iter().map(|path| Revision::read(path)).collect::<Result<Vec<_>>>()?;
        let graph = Graph::new(files.iter().map(|file| file.node.clone()).collect())
            .map_err(|flaw| explain(&files, &flaw))?;
        Ok(Revisions { folder: folder.to_owned(), graph, files })
    }

    pub fn file(&self, index: usize) -> &Revision {
        &self.files[index]
    }
}

/// The `.sql` files of a folder, by name; those whose names begin with a dot are no part of it.
pub(crate) fn paths(folder: &Path) -> Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if !hidden && path.extension().is_some_and(|extension| extension == "sql") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

fn explain(files: &[Revision], flaw: &Flaw) -> Error {
    let file = &files[flaw.node];
    let error = file.script.refuse(file.line(flaw.key), &flaw.what);
    let nothing = "Nothing was run.";
    match flaw.key {
        "revision" => {
            let first = files.iter().find(|other| other.node.id == file.node.id);
            let path = first.map(|first| first.script.path.display().to_string());
            error.hint(format!("The other one is {}. {nothing}", path.unwrap_or_default()))
        }
        "branch_labels" => {
            error.hint(format!("A label names one branch, not a revision. {nothing}"))
        }
        _ if flaw.what.contains("circle") => {
            error.hint(format!("One of them must come after something else. {nothing}"))
        }
        _ => error.hint(format!(
            "Is its file missing from {}, or the name misspelt? {nothing}",
            file.script.path.parent().unwrap_or(Path::new(".")).display()
        )),
    }
}
