//! CSV exports become one legacy table of text columns, each row with the place it came from.

mod files; // which files, in which order, through gzip or not
mod header; // the names of the columns
mod records; // fields, first line and raw bytes of a record
mod rejects; // records that cannot be loaded
mod table; // the table: found, created, filled
mod text; // bytes to text

use std::path::Path;
use std::time::Instant;

use common::identifier::QualifiedName;
use common::progress::{self, count, seconds};
use common::{Database, Error, Result, Session, pooling, say};

use crate::arguments::{Arguments, Export};
use files::ExportFile;
use header::Columns;
use records::{Record, Records};
use rejects::{Reason, Rejects};
use table::Table;

/// Loads a file, or a folder of files with one header, in one transaction.
///
/// # Errors
/// The table holds rows, the headers differ, a record cannot be loaded and there is no
/// `--rejects`; nothing was changed.
pub fn load(path: &Path, arguments: &Arguments, database: &Database) -> Result<()> {
    let start = Instant::now();
    let export = &arguments.export;
    let files = files::list(path)?;
    let name = table_name(path, export)?;
    let mut session = pooling::session(database)?;
    if table::holds_rows(&mut session, &name)? {
        if arguments.if_empty {
            say(format_args!("{name} already holds rows; nothing to do"));
            return Ok(());
        }
        return Err(Error::new(format!("{name} already holds rows in {}", database.name))
            .hint(format!("Nothing was changed. --if-empty treats this as success; to load it again, drop {name} first.")));
    }
    let columns = columns(&files, export)?;
    let mut rejects =
        export.rejects.as_deref().map(|path| Rejects::create(path, &files)).transpose()?;
    session.begin()?;
    let mut table = Table::prepare(&mut session, &name, &columns)?;
    let bar = progress::bar(files.iter().map(|file| file.size).sum(), "loading");
    for file in &files {
        load_file(file, export, &columns, &mut table, &mut rejects, &mut session)?;
        bar.inc(file.size);
    }
    bar.finish_and_clear();
    let rows = table.finish(&mut session)?;
    let rejected = rejects.map(Rejects::finish).transpose()?.unwrap_or_default();
    session.commit()?;
    let files = count(files.len() as i64, "file");
    let took = seconds(start.elapsed());
    say(format_args!(
        "{} of {files} in table {name} in {took}{}",
        count(rows, "row"),
        rejected_words(rejected, export)
    ));
    Ok(())
}

fn load_file(
    file: &ExportFile,
    export: &Export,
    columns: &Columns,
    table: &mut Table,
    rejects: &mut Option<Rejects>,
    session: &mut Session,
) -> Result<()> {
    let mut records = Records::new(file.open()?, export.delimiter, export.quote);
    if !export.no_header {
        header::check(file, records.next(file)?.as_ref(), export.encoding, columns)?;
    }
    while let Some(record) = records.next(file)? {
        match fits(&record, columns).and_then(|()| table.add(&file.name, &record, export, columns))
        {
            Ok(()) => table.send_when_large(session)?,
            Err(reason) => match rejects {
                Some(rejects) => rejects.add(&file.name, &record, &reason)?,
                None => return Err(reason.at(file, record.line)),
            },
        }
    }
    Ok(())
}

fn fits(record: &Record, columns: &Columns) -> Result<(), Reason> {
    record.closed()?;
    if record.len() != columns.names.len() {
        let fields = count(record.len() as i64, "field");
        return Err(Reason::new(format!(
            "{fields}, where {} has {}",
            columns.said_by,
            columns.names.len()
        )));
    }
    Ok(())
}

/// The columns are those of the first file.
fn columns(files: &[ExportFile], export: &Export) -> Result<Columns> {
    let first = &files[0];
    let mut records = Records::new(first.open()?, export.delimiter, export.quote);
    let record = records.next(first)?;
    let Some(record) = record else {
        let what = if export.no_header { "record" } else { "header" };
        return Err(Error::new(format!("{} is empty: it has no {what}", first.path.display()))
            .hint("Nothing was changed."));
    };
    if export.no_header {
        return Ok(Columns::numbered(record.len()));
    }
    header::read(first, &record, export.encoding)
}

/// The table asked for, or the folded name of the file or folder.
fn table_name(path: &Path, export: &Export) -> Result<QualifiedName> {
    if let Some(name) = &export.table {
        return QualifiedName::parse(name)
            .ok_or_else(|| Error::usage(format!("--table `{name}` is not the name of a table")));
    }
    let full = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let stem = files::stem(&full);
    match header::fold(&stem) {
        name if name.is_empty() => {
            Err(Error::usage(format!("no table can be named after `{stem}`"))
                .hint("--table NAME names it."))
        }
        name => Ok(QualifiedName { schema: None, name }),
    }
}

fn rejected_words(rejected: i64, export: &Export) -> String {
    match &export.rejects {
        Some(path) if rejected > 0 => {
            format!("; {} rejected to {}", count(rejected, "record"), path.display())
        }
        _ => String::new(),
    }
}
