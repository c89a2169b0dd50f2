//! The folder of scripts: `NNN_name.sql`, without a gap, each saying in its header how it runs.

use std::fs;
use std::path::Path;

use common::{Error, Result};
use sql_script::{Script, Statement};

/// How a script runs, from `-- kind:`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// In one transaction, a single time; edited after it ran, it is refused.
    Once,
    /// In one transaction, again whenever it was edited.
    Repeatable,
    /// Statement by statement without a transaction, again whenever it was edited or cut short.
    Online,
}

impl Kind {
    pub fn word(self) -> &'static str {
        match self {
            Kind::Once => "once",
            Kind::Repeatable => "repeatable",
            Kind::Online => "online",
        }
    }
}

/// One script, read and split into statements, so that a quote left open anywhere is found
/// before anything runs.
#[derive(Debug)]
pub struct NumberedScript {
    pub number: u16,
    /// The file's name, `002_partition_orders.sql`.
    pub name: String,
    pub kind: Kind,
    /// `-- again: after load`: also runs when rows have been loaded since.
    pub after_load: bool,
    pub script: Script,
    pub statements: Vec<Statement>,
}

/// The folder's scripts in order, or those among them that were asked for.
///
/// # Errors
/// The folder is there and cannot be read; a file's name, number or header is not as it must be; a script was
/// asked for that does not exist.
pub fn chosen(folder: &Path, wanted: &[String]) -> Result<Vec<NumberedScript>> {
    let names = names(folder)?;
    let scripts: Vec<_> =
        names.into_iter().map(|name| read(folder, name)).collect::<Result<_>>()?;
    in_sequence(folder, &scripts)?;
    for name in wanted {
        if !scripts.iter().any(|script| script.is_called(name)) {
            let there: Vec<_> = scripts.iter().map(|script| script.name.as_str()).collect();
            return Err(Error::usage(format!("{} has no script `{name}`", folder.display()))
                .hint(format!("The scripts are {}.", there.join(", "))));
        }
    }
    let chosen = scripts
        .into_iter()
        .filter(|script| wanted.is_empty() || wanted.iter().any(|name| script.is_called(name)));
    Ok(chosen.collect())
}

impl NumberedScript {
    /// File and line of one of its statements.
    pub fn place(&self, statement: &Statement) -> String {
        format!("{}:{}", self.script.path.display(), statement.line)
    }

    /// By number (`2`, `002`), name (`002_partition_orders`, with or without `.sql`) or path.
    fn is_called(&self, wanted: &str) -> bool {
        let stem = self.name.trim_end_matches(".sql");
        wanted.parse() == Ok(self.number)
            || wanted == self.name
            || wanted == stem
            || Path::new(wanted) == self.script.path
    }
}

fn names(folder: &Path) -> Result<Vec<String>> {
    let unreadable = |error: std::io::Error| {
        Error::usage(format!("{}: {error}", folder.display()))
            .hint("A project keeps its scripts in optimize/, as 001_name.sql and so on.")
    };
    let mut names = Vec::new();
    if !folder.exists() {
        return Ok(names);
    }
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".sql") && !name.starts_with('.') {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

fn read(folder: &Path, name: String) -> Result<NumberedScript> {
    let script = Script::read(&folder.join(&name))?;
    let Some(number) = number(&name) else {
        return Err(Error::usage(format!(
            "{}: the name is not NNN_name.sql",
            script.path.display()
        ))
        .hint("Three digits give the order, as in 005_drop_old_views.sql. Nothing was applied."));
    };
    let (kind, after_load) = header(&script)?;
    let statements = script.statements()?;
    let nameless = |statement: &&Statement| {
        statement.concurrent_index.as_ref().is_some_and(|index| index.name.is_none())
    };
    if let Some(statement) = statements.iter().find(nameless) {
        return Err(script
            .refuse(statement.line, "CREATE INDEX CONCURRENTLY without a name for the index")
            .hint("After an interruption it is found by its name. Nothing was applied."));
    }
    Ok(NumberedScript { number, name, kind, after_load, script, statements })
}

fn number(name: &str) -> Option<u16> {
    let (digits, rest) = name.split_once('_')?;
    let is_number = digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_number && rest != ".sql" { digits.parse().ok() } else { None }
}

/// A misspelt setting that was passed over could run a script that must not run again.
fn header(script: &Script) -> Result<(Kind, bool)> {
    const KINDS: &str = "-- kind: is one of once, repeatable, online. Nothing was applied.";
    let (mut kind, mut after_load) = (None, false);
    for header in script.headers() {
        match (header.key.as_str(), header.value.as_str()) {
            ("kind", "once") => kind = Some(Kind::Once),
            ("kind", "repeatable") => kind = Some(Kind::Repeatable),
            ("kind", "online") => kind = Some(Kind::Online),
            ("kind", other) => {
                let what = format_args!("unknown kind `{other}`");
                return Err(script.refuse(header.line, what).hint(KINDS));
            }
            ("again", "after load") => after_load = true,
            (key, value) => {
                let what = format_args!("unknown header `{key}: {value}`");
                return Err(script.refuse(header.line, what).hint(
                    "The headers are `kind: …` and `again: after load`. Nothing was applied.",
                ));
            }
        }
    }
    match kind {
        Some(Kind::Once) if after_load => Err(script
            .refuse(1, "`kind: once` and `again: after load` contradict each other")
            .hint("A script that may run again is `kind: repeatable`. Nothing was applied.")),
        Some(kind) => Ok((kind, after_load)),
        None => Err(script.refuse(1, "the header `-- kind:` is missing").hint(KINDS)),
    }
}

/// A gap is a script that somebody forgot to commit, or one deleted that others count on.
fn in_sequence(folder: &Path, scripts: &[NumberedScript]) -> Result<()> {
    let mut last: Option<&NumberedScript> = None;
    for script in scripts {
        let expected = last.map_or(1, |last| last.number + 1);
        let path = folder.join(&script.name);
        if let Some(last) = last.filter(|last| last.number == script.number) {
            return Err(Error::usage(format!(
                "{}: the number {:03} already belongs to {}",
                path.display(),
                script.number,
                last.name
            ))
            .hint("Give one of them the next free number. Nothing was applied."));
        }
        if script.number != expected {
            return Err(Error::usage(format!(
                "{}: there is no script {expected:03} before it",
                path.display()
            ))
            .hint("Numbers begin at 001 and leave no gap. Nothing was applied."));
        }
        last = Some(script);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn a_name_is_three_digits_and_words() {
        #[track_caller]
        fn case(name: &str, expected: Option<u16>) {
            assert_eq!(number(name), expected, "{name}");
        }
        case("001_create_indexes.sql", Some(1));
        case("120_x.sql", Some(120));
        case("1_x.sql", None);
        case("0001_x.sql", None);
        case("+01_x.sql", None);
        case("001.sql", None);
        case("001_.sql", None);
        case("create_indexes.sql", None);
    }
}
