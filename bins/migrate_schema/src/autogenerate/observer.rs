//! The outside observer: what PostgreSQL's own `pg_dump -s` says of a database, put so that two
//! databases with the same schema say the same.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use catalog::{Catalog, Scope, StorageOptions};
use common::{Database, Error, Result, Session, Terms};

/// What a dump says, one text per object.
pub type Entries = BTreeSet<String>;

/// How long pg_dump waits for a table that somebody holds for themselves.
const PATIENCE: Duration = Duration::from_secs(10);

/// What pg_dump is told to leave out, as the comparison does.
#[derive(Clone, Copy, Debug)]
pub struct Aspects {
    pub owners: bool,
    pub grants: bool,
}

/// A program that can read the server.
pub struct Observer {
    aspects: Aspects,
}

impl Observer {
    /// None where the pg_dump in PATH is missing or older than the server, which it refuses to
    /// read; the reason is the error.
    pub fn find(server: u32, aspects: Aspects) -> Result<Observer, String> {
        let output = Command::new("pg_dump").arg("--version").stdin(Stdio::null()).output();
        let Ok(output) = output else { return Err("pg_dump is not in PATH".to_owned()) };
        // `pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let version = text.split_once("(PostgreSQL) ").map_or("", |(_, rest)| rest.trim());
        let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
        match digits.parse::<u32>() {
            Ok(major) if major >= server / 10_000 => Ok(Observer { aspects }),
            _ => Err(format!("pg_dump {version} is older than the server")),
        }
    }

    /// The dump's entries, one per object.
    ///
    /// # Errors
    /// pg_dump failed; what it said is the detail.
    pub fn look(&self, database: &Database) -> Result<Entries> {
        let mut command = Command::new("pg_dump");
        command
            .args(["--schema-only", "--no-password", "--exclude-schema=pgrefit"])
            .arg(format!("--lock-wait-timeout={}", PATIENCE.as_millis()))
            .args(["--exclude-table=alembic_version"])
            .args((!self.aspects.owners).then_some("--no-owner"))
            .args((!self.aspects.grants).then_some("--no-privileges"))
            .stdin(Stdio::null());
        let output = database.hand_to(&mut command).output()?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(Error::new("pg_dump failed").detail(said.trim().to_owned()));
        }
        Ok(entries(&String::from_utf8_lossy(&output.stdout)))
    }
}

/// A database as we read it and, meanwhile, as the observer sees it; without one, two read.
///
/// # Errors
/// As [`Catalog::read`] and [`Observer::look`].
pub fn read(
    session: &mut Session,
    database: &Database,
    observer: Option<&Observer>,
) -> Result<(Catalog, Option<Entries>)> {
    let Some(observer) = observer else {
        let helper = Session::open(database, Terms::Users).ok();
        return Ok((Catalog::read_with(session, helper, &Scope::Database)?, None));
    };
    thread::scope(|scope| {
        let seen = scope.spawn(|| observer.look(database));
        let catalog = Catalog::read(session, &Scope::Database)?;
        let seen = seen.join().expect("looking does not panic")?;
        Ok((catalog, Some(seen)))
    })
}

/// Entries begin with a comment `-- Name: …; Type: …`. Left out are the settings between them; the
/// columns of a table are sorted, as their order is noted and never fought.
fn entries(dump: &str) -> Entries {
    let mut entries: Vec<Vec<&str>> = Vec::new();
    for line in dump.lines() {
        if line.starts_with("-- Name: ") {
            entries.push(vec![line]);
        } else if let Some(entry) = entries.last_mut()
            && !matches!(line, "" | "--")
            && !line.starts_with("SET default_")
            && !line.starts_with("\\restrict")
            && !line.starts_with("\\unrestrict")
            && !line.starts_with("-- PostgreSQL database dump")
        {
            entry.push(line);
        }
    }
    entries.into_iter().map(normal).collect()
}

/// An entry's text, the columns and constraints of CREATE TABLE in the order of their names, and
/// so the options of WITH.
fn normal(mut entry: Vec<&str>) -> String {
    let open = entry.iter().position(|line| {
        (line.starts_with("CREATE ") && line.contains("TABLE ")) && line.ends_with('(')
    });
    let close = entry.iter().rposition(|line| line.starts_with(')'));
    if let (Some(open), Some(close)) = (open, close)
        && open < close
    {
        let columns = &mut entry[open + 1..close];
        for column in columns.iter_mut() {
            *column = column.strip_suffix(',').unwrap_or(column);
        }
        columns.sort_unstable();
    }
    let mut text = String::new();
    for line in entry.into_iter().map(sorted).filter(|line| !line.is_empty()) {
        // Where a WITH has gone, its semicolon follows what stands before, as without one.
        if !text.is_empty() && line != ";" {
            text.push('\n');
        }
        text += &line;
    }
    text
}

/// The options of WITH and of columns, and the columns of CREATE STATISTICS, in the order of their
/// names. An option that PostgreSQL does not document is left out, as in the comparison.
fn sorted(line: &str) -> String {
    if line.starts_with("CREATE STATISTICS ") {
        return sorted_between(line, " ON ", " FROM ", |_| true);
    }
    if line.starts_with("ALTER ") && line.contains(" ALTER COLUMN ") && line.contains(" SET (") {
        return sorted_between(line, " SET (", ")", |option| {
            StorageOptions::Column.documents(option_name(option))
        });
    }
    sorted_between(line, "WITH (", ")", |option| {
        let places = [StorageOptions::Table, StorageOptions::View, StorageOptions::Index];
        places.into_iter().any(|place| place.documents(option_name(option)))
    })
}

/// `fillfactor='70'`; pg_dump writes no blank before the sign.
fn option_name(option: &str) -> &str {
    option.split_once('=').map_or(option, |(name, _)| name)
}

/// `WITH (b='1', a='2')` → `WITH (a='2', b='1')`; no list where nothing is left in it, and no line
/// where that was all of it.
fn sorted_between(line: &str, open: &str, close: &str, keep: fn(&str) -> bool) -> String {
    let Some((before, rest)) = line.split_once(open) else { return line.to_owned() };
    let Some((list, after)) = rest.split_once(close) else { return line.to_owned() };
    let mut list: Vec<&str> = list.split(", ").collect();
    list.sort_unstable();
    let length = list.len();
    list.retain(|item| keep(item));
    if list.is_empty() && length > 0 {
        return if open == " SET (" {
            String::new()
        } else {
            format!("{}{after}", before.trim_end())
        };
    }
    format!("{before}{open}{}{close}{after}", list.join(", "))
}

#[cfg(test)]
mod tests {
    use super::entries;

    #[test]
    fn the_order_of_columns_and_of_entries_is_no_difference() {
        let table = |columns: &str| {
            format!("--\n-- Name: t; Type: TABLE\n--\n\nCREATE TABLE public.t (\n{columns}\n);\n")
        };
        let view = "--\n-- Name: v; Type: VIEW\n--\n\nCREATE VIEW public.v AS\n SELECT 1;\n\n";
        let first = format!("SET x = 1;\n\n{view}{}", table("    a integer,\n    b text"));
        let second = format!("{}{view}\\unrestrict x\n", table("    b text,\n    a integer"));
        assert_eq!(entries(&first), entries(&second));
        assert_ne!(entries(&first), entries(&table("    a integer,\n    b text")));
    }

    #[test]
    fn options_that_postgresql_does_not_document_are_no_difference() {
        let table = |with: &str, column: &str| {
            entries(&format!(
                "-- Name: t; Type: TABLE\nCREATE TABLE public.t (\n    a integer\n){with};\n{column}"
            ))
        };
        let plain = table("", "");
        assert_eq!(table("\nWITH (zzz='1')", ""), plain);
        assert_eq!(
            table("", "ALTER TABLE ONLY public.t ALTER COLUMN a SET (pg_attver=12);"),
            plain
        );
        assert_ne!(table("\nWITH (fillfactor='70')", ""), plain);
        assert_eq!(
            table("\nWITH (pg_x='1', fillfactor='70')", ""),
            table("\nWITH (fillfactor='70')", "")
        );
        let column = |options| {
            table("", &format!("ALTER TABLE ONLY public.t ALTER COLUMN a SET ({options});"))
        };
        assert_ne!(column("n_distinct=5"), plain);
        assert_eq!(column("pg_attver=12, n_distinct=5"), column("n_distinct=5"));
        assert_eq!(
            column("n_distinct_inherited=3, n_distinct=5"),
            column("n_distinct=5, n_distinct_inherited=3")
        );
    }
}
