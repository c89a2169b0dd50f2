//! A database as schema files, one per object, to start from.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use catalog::{Attribute, Catalog, Id, Kind, Options, Scope, Statement, from_nothing};
use common::{Database, Error, Result, note, progress, say};

/// Writes `NNN_kind_name.sql`, or for `-` one script to stdout, in an order in which they can be run. What belongs to a table stands
/// in its file, unless it needs something that comes later, as one foreign key of a circle does.
///
/// # Errors
/// The folder holds something already.
pub fn dump(database: &Database, folder: &Path) -> Result<()> {
    let whole = folder == Path::new("-");
    if !whole && folder.exists() && fs::read_dir(folder)?.next().is_some() {
        return Err(Error::usage(format!("{} is not empty", folder.display()))
            .hint("Name a new folder. Nothing was written."));
    }
    let catalog = Catalog::read_database(database, &Scope::Database)?;
    for thing in catalog.unmodelled() {
        note(format_args!(
            "{} {} is not written: such objects are not known",
            thing.kind, thing.name
        ));
    }
    let statements = from_nothing(&catalog, &Options::default())?;
    if whole {
        let text: String =
            statements.iter().map(|statement| format!("{};\n", statement.sql)).collect();
        print!("{text}");
        return Ok(());
    }
    let files = arrange(&catalog, statements);
    fs::create_dir_all(folder)?;
    let digits = files.len().to_string().len().max(3);
    for (index, file) in files.iter().enumerate() {
        let path = folder.join(format!("{:0digits$}_{}.sql", index + 1, file.name));
        let text: Vec<String> = file.statements.iter().map(|sql| format!("{sql};\n")).collect();
        fs::write(path, text.join("\n"))?;
    }
    let count = i64::try_from(files.len()).unwrap_or(i64::MAX);
    say(format_args!("wrote {} to {}", progress::count(count, "file"), folder.display()));
    Ok(())
}

struct File {
    name: String,
    statements: Vec<String>,
}

/// Statements by what they are about. One goes to its object's file where everything that it needs
/// is made in that file or one before it, else to a later file.
fn arrange(catalog: &Catalog, statements: Vec<Statement>) -> Vec<File> {
    let mut files: Vec<File> = Vec::new();
    // The file that makes a fact, and the latest file of an object.
    let mut made: HashMap<Id, usize> = HashMap::new();
    let mut latest: HashMap<Id, usize> = HashMap::new();
    for statement in statements {
        let object = object(catalog, &statement.subject);
        let needs = catalog.get(&statement.subject).into_iter().flat_map(|fact| &fact.depends_on);
        // What has no statement of its own was made with the object that it is part of.
        let after =
            needs.filter_map(|id| made.get(id).or_else(|| made.get(&self::object(catalog, id))));
        let after = after.max().copied();
        let own = latest.get(&object).copied();
        let place = match own {
            Some(own) if after.is_none_or(|after| after <= own) => own,
            _ => {
                let part = own.map_or(String::new(), |_| "_more".to_owned());
                files.push(File {
                    name: format!("{}{part}", file_name(&object)),
                    statements: Vec::new(),
                });
                files.len() - 1
            }
        };
        latest.insert(object, place);
        made.entry(statement.subject.clone()).or_insert(place);
        files[place].statements.push(statement.sql);
    }
    files
}

/// The relation, type or other thing that a fact is part of.
fn object(catalog: &Catalog, id: &Id) -> Id {
    let of_relation = id.kind.is_part()
        || matches!(id.kind, Kind::Index | Kind::Statistics | Kind::IndexPartition);
    let table = catalog.get(id).and_then(|fact| fact.get(Attribute::Table)).map(str::to_owned);
    let relation = match (id.kind, table) {
        (Kind::Index | Kind::Statistics | Kind::IndexPartition, Some(table)) => {
            let tables = [Kind::Table, Kind::MaterializedView, Kind::ForeignTable];
            tables
                .into_iter()
                .flat_map(|kind| catalog.of_kind(kind))
                .find(|fact| fact.id.sql() == table)
        }
        _ if of_relation => catalog.relation(&id.path),
        _ => None,
    };
    relation.map_or_else(|| id.clone(), |fact| fact.id.clone())
}

/// `table_users`, `function_total`; odd characters are `_`, as the number in front makes it unique.
fn file_name(object: &Id) -> String {
    let name = object.path.iter().skip(usize::from(
        object.path.first().is_some_and(|schema| schema == "public") && object.path.len() > 1,
    ));
    let name =
        name.map(|part| part.split('(').next().unwrap_or(part)).collect::<Vec<_>>().join("_");
    let plain = |c: char| if c.is_alphanumeric() { c } else { '_' };
    let name: String = format!("{}_{name}", object.kind).chars().map(plain).take(80).collect();
    name.trim_end_matches('_').to_owned()
}
