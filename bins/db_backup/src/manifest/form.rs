//! What a manifest may say. It comes with the backup, and a backup may come from anybody: each word
//! of it that reaches SQL, a shell or a path has one of the forms here.

use std::collections::HashSet;

use common::{Error, Result};

use super::{FILE, Manifest};
use crate::private_files::FILTERED;

/// The longest name that PostgreSQL keeps, in bytes.
const LONGEST_NAME: usize = 63;

/// # Errors
/// The first field that says what no backup of ours says; its value is not shown, as it may be
/// anything.
pub fn refuse_strange(manifest: &Manifest, label: &str) -> Result<()> {
    match strange(manifest) {
        None => Ok(()),
        Some(field) => {
            Err(Error::new(format!("{label}: {FILE} has an impossible value in {field}"))
                .detail("Its seal is intact, so somebody wrote it that way.")
                .hint("Do not use this backup. Nothing was read or changed."))
        }
    }
}

/// The first field that is not in its form.
fn strange(manifest: &Manifest) -> Option<String> {
    let mut paths = HashSet::new();
    for (index, file) in manifest.files.iter().enumerate() {
        if !is_path(&file.path) {
            return Some(format!("files[{index}].path"));
        }
        if !is_sha256(&file.sha256) {
            return Some(format!("files[{index}].sha256"));
        }
        if !paths.insert(file.path.as_str()) {
            return Some(format!("{}, twice,", file.path));
        }
    }
    for (of, chunk) in manifest.chunks() {
        if !paths.contains(chunk.file.as_str()) {
            return Some(format!("{} of {}", chunk.file.escape_debug(), of.escape_debug()));
        }
        if !is_sha256(&chunk.sha256) {
            return Some(format!("the SHA-256 of {}", chunk.file));
        }
    }
    let database = &manifest.database;
    for (field, name) in [
        ("database.name", &database.name),
        ("database.owner", &database.owner),
        ("database.encoding", &database.encoding),
        ("copy_encoding", &manifest.copy_encoding),
    ] {
        if !is_name(name) {
            return Some(field.to_owned());
        }
    }
    if !["libc", "icu", "builtin"].contains(&database.locale_provider.as_str()) {
        return Some("database.locale_provider".to_owned());
    }
    if database.connection_limit < -1 {
        return Some("database.connection_limit".to_owned());
    }
    for (index, grant) in database.grants.iter().flatten().enumerate() {
        if !grant.grantee.as_deref().is_none_or(is_name) || !is_name(&grant.grantor) {
            return Some(format!("database.grants[{index}]"));
        }
    }
    for (index, setting) in database.settings.iter().enumerate() {
        let is_setting = is_setting_name(&setting.name) && !setting.value.contains('\0');
        if !is_setting || !setting.role.as_deref().is_none_or(is_name) {
            return Some(format!("database.settings[{index}]"));
        }
    }
    for (index, table) in manifest.tables.iter().enumerate() {
        let names = [&table.schema, &table.name].into_iter().chain(&table.columns);
        if !names.into_iter().all(|name| is_name(name)) {
            return Some(format!("tables[{index}]"));
        }
    }
    let views = manifest.matviews.iter().map(|view| [&view.schema, &view.name]);
    let sequences = manifest.sequences.iter().map(|sequence| [&sequence.schema, &sequence.name]);
    if !views.chain(sequences).flatten().all(|name| is_name(name)) {
        return Some("a sequence or a materialized view".to_owned());
    }
    (!sums_fit(manifest)).then(|| "the number of rows or bytes".to_owned())
}

/// Such as `schema.dump` or `data/public.orders.3.copy.gz`: below the backup's folder, and in `data/`
/// at the deepest.
fn is_path(path: &str) -> bool {
    let plain = path.strip_suffix(FILTERED).unwrap_or(path);
    let is_word = |word: &str| {
        let is_char = |c: char| c.is_ascii_alphanumeric() || "_-%.~".contains(c);
        !word.is_empty() && !word.starts_with('.') && word.len() <= 255 && word.chars().all(is_char)
    };
    match plain.split_once('/') {
        Some(("data", name)) => is_word(name) && name.ends_with(".copy.gz"),
        Some(_) => false,
        None => {
            let is_large_objects =
                plain.starts_with("large_objects.") && plain.ends_with(".copy.gz");
            is_word(plain) && (matches!(plain, "schema.dump" | "globals.sql") || is_large_objects)
        }
    }
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c))
}

/// Any name that PostgreSQL can hold; it is quoted wherever it is used.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= LONGEST_NAME && !name.contains('\0')
}

/// A setting's name is an identifier, or several joined by dots.
fn is_setting_name(name: &str) -> bool {
    let is_char = |c: char| c.is_alphanumeric() || "_$".contains(c);
    name.len() <= 2 * LONGEST_NAME
        && name.split('.').all(|word| !word.is_empty() && word.chars().all(is_char))
}

/// Whether all counts add up to what the server, too, can count.
fn sums_fit(manifest: &Manifest) -> bool {
    fn fits(mut numbers: impl Iterator<Item = u64>) -> bool {
        let sum = numbers.try_fold(0_u64, u64::checked_add);
        sum.is_some_and(|sum| i64::try_from(sum).is_ok())
    }
    let tables = &manifest.tables;
    fits(manifest.files.iter().map(|file| file.bytes))
        && fits(tables.iter().map(|table| table.rows))
        && fits(tables.iter().map(|table| table.bytes))
        && fits(manifest.chunks().map(|(_, chunk)| chunk.rows))
        && fits(manifest.chunks().map(|(_, chunk)| chunk.bytes))
}

#[cfg(test)]
mod tests {
    use super::{is_path, is_setting_name};

    #[test]
    fn a_path_stays_in_the_backup() {
        for good in [
            "schema.dump",
            "globals.sql.filtered",
            "large_objects.copy.gz",
            "large_objects.3.copy.gz.filtered",
            "data/public.orders.3.copy.gz",
            "data/a%2Eb.c%2F%2E%2E%0A.3.copy.gz",
            "data/%F0%9F~.%F0~~7.1.copy.gz.filtered",
        ] {
            assert!(is_path(good), "{good}");
        }
        for bad in [
            "",
            ".",
            "..",
            "../x",
            "/etc/passwd",
            "data",
            "data/",
            "data/..",
            "data/../x.copy.gz",
            "data/a/b.copy.gz",
            "data//x.copy.gz",
            "data/.x.copy.gz",
            "data/x",
            "manifest.json",
            "schema.dump/x",
            "data/x\n.copy.gz",
            "data/x;y.copy.gz",
            "other/x.copy.gz",
            "verified.json",
        ] {
            assert!(!is_path(bad), "{bad}");
        }
    }

    #[test]
    fn a_setting_has_a_name() {
        assert!(is_setting_name("search_path") && is_setting_name("my.own_1"));
        for bad in ["", "a b", "a;b", "a.", "a'b", "a\"b", "a--"] {
            assert!(!is_setting_name(bad), "{bad}");
        }
    }
}
