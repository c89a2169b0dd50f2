//! Flags that look at the databases before there is a mapping: --profile and --suggest.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use common::identifier::QualifiedName;
use common::{Context, Database, Error, Outcome, Pool, Project, Result, Side, note};
use migrate_data::{profile, suggest};

use crate::arguments::Arguments;

/// Does what such a flag asks for; `None` where there is none.
pub fn acquaint(arguments: &Arguments, project: &Project) -> Result<Option<Outcome>> {
    if let Some(table) = &arguments.profile {
        show_profile(arguments, project, table)?;
    } else if let Some(path) = &arguments.suggest {
        write_suggestion(arguments, project, path)?;
    } else {
        return Ok(None);
    }
    Ok(Some(Outcome::Done))
}

fn show_profile(arguments: &Arguments, project: &Project, table: &str) -> Result<()> {
    let name = QualifiedName::parse(table)
        .ok_or_else(|| Error::usage(format!("`{table}` is not a table's name")))?;
    let old = Pool::open(&Database::of(Side::Old, project)?)?;
    let profile = profile::profile(&old, &name, arguments.readers(&old)?)?;
    if arguments.json {
        println!("{:#}", profile::json(&profile));
    } else {
        profile::lines(&profile).iter().for_each(|line| println!("{line}"));
    }
    Ok(())
}

/// Into a file only where there is none: a mapping that somebody edited is not written over.
fn write_suggestion(arguments: &Arguments, project: &Project, path: &Path) -> Result<()> {
    let to_file = path != Path::new("-");
    if to_file && path.exists() {
        return Err(Error::usage(format!("{} is there already", path.display()))
            .hint("Name a file that does not exist yet. Nothing was written."));
    }
    let old = Pool::open(&Database::of(Side::Old, project)?)?;
    let new_database = Database::of(Side::New, project)?;
    let new = Pool::open(&new_database)?;
    let text = suggest::suggest(&old, &new, &new_database, arguments.readers(&old)?)?;
    if !to_file {
        print!("{text}");
        return Ok(());
    }
    let unwritable = || format!("{} cannot be written", path.display());
    File::create_new(path).context(unwritable)?.write_all(text.as_bytes()).context(unwritable)?;
    note(format_args!("wrote {}; `migrate_data --dry-run` says what it would do", path.display()));
    Ok(())
}
