//! Renames that are refused, as they would have to be guessed.

use common::Error;

use crate::Id;

pub fn unknown(from: &Id, to: &Id) -> Error {
    Error::usage(format!("{to} is marked as renamed from `{}`, which does not exist", from.name()))
        .hint("Fix or remove the line `-- @rename from:`. Nothing was written.")
}

pub fn ambiguous(gone: &[Id], new: &[Id]) -> Error {
    let list = |ids: &[Id]| {
        let names: Vec<String> = ids.iter().map(|id| format!("`{}`", id.path.join("."))).collect();
        names.join(" and ")
    };
    let kind = gone[0].kind;
    Error::usage(format!("cannot tell which {kind} was renamed: gone {}, new {}", list(gone), list(new)))
        .detail("Their definitions are the same, and dropping the wrong one would lose its values.")
        .hint("Write `-- @rename from: old_name` before the new one, or `-- @rename from: none` where it is new. Nothing was written.")
}
