//! The desired state as people wrote it: `schema/*.sql`, in the order of their names, and the
//! optimisation scripts that the database has been through.

use std::path::{Path, PathBuf};

use common::script::{Script, Statement};
use common::{Error, Project, Result, Session};
use squawk_lexer::{TokenKind, tokenize};

use crate::revisions::paths;

/// Files that are run one after the other make the desired state.
pub struct Files {
    files: Vec<File>,
    /// Those of `schema/`; the others are optimisation scripts.
    own: usize,
}

struct File {
    script: Script,
    statements: Vec<Statement>,
}

impl Files {
    /// # Errors
    /// There are none, one is no SQL, or one speaks of the whole server; file, line and column
    /// are named.
    pub fn read(project: &Project) -> Result<Files> {
        let folder = project.schema();
        let files = read_folder(&folder)?;
        if files.is_empty() {
            return Err(Error::usage(format!("no schema files in {}", folder.display())).hint(
                "They hold the desired state as plain SQL; `migrate_schema dump` writes that of a database. Nothing was written.",
            ));
        }
        for file in &files {
            file.statements
                .iter()
                .try_for_each(|statement| refuse_cluster_wide(file, statement))?;
        }
        Ok(Files { own: files.len(), files })
    }

    /// Adds the optimisation scripts that ran on the database, as what they made is wanted, too.
    pub fn with_applied_scripts(
        mut self,
        project: &Project,
        target: &mut Session,
    ) -> Result<Files> {
        let log: Option<String> =
            target.query_one("SELECT to_regclass('pgrefit.script_log')::text", &[])?.get(0);
        if log.is_some() {
            let rows = target.query("SELECT DISTINCT script FROM pgrefit.script_log", &[])?;
            let ran: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
            let scripts = read_folder(&project.optimize())?;
            let name = |file: &File| {
                file.script.path.file_name().map(|n| n.to_string_lossy().into_owned())
            };
            self.files.extend(
                scripts
                    .into_iter()
                    .filter(|file| name(file).is_some_and(|name| ran.contains(&name))),
            );
        }
        Ok(self)
    }

    /// The schema files alone.
    pub fn own(&self) -> impl Iterator<Item = &Script> {
        self.files[..self.own].iter().map(|file| &file.script)
    }

    /// Whether any statement says whose something is.
    pub fn speak_of_owners(&self) -> bool {
        self.any_statement(|words| {
            let role = words.first().is_some_and(|word| word == "set")
                && words.get(1).is_some_and(|word| word == "role" || word == "session");
            role || words.windows(2).any(|pair| pair == ["owner", "to"])
                || words.iter().any(|word| word == "authorization")
        })
    }

    /// Whether any statement says who may do what.
    pub fn speak_of_grants(&self) -> bool {
        self.any_statement(|words| {
            let first = words.first().map(String::as_str);
            matches!(first, Some("grant" | "revoke"))
                || words.len() > 2 && words[..3] == ["alter", "default", "privileges"]
        })
    }

    fn any_statement(&self, says: impl Fn(&[String]) -> bool) -> bool {
        self.files.iter().any(|file| {
            let words =
                |statement: &Statement| words_all(file.script.sql(statement)).collect::<Vec<_>>();
            file.statements.iter().any(|statement| says(&words(statement)))
        })
    }

    /// The extensions that the files themselves create, in lower case.
    pub fn extensions(&self) -> Vec<String> {
        let mut names = Vec::new();
        for file in &self.files {
            for statement in &file.statements {
                let words = words(file.script.sql(statement), 6);
                let words: Vec<&str> = words.iter().map(String::as_str).collect();
                match words[..] {
                    ["create", "extension", "if", "not", "exists", name] => {
                        names.push(name.to_owned());
                    }
                    ["create", "extension", name, ..] => names.push(name.to_owned()),
                    _ => {}
                }
            }
        }
        names
    }

    /// Runs every file, in one transaction where no statement forbids it. The schemas in `given`
    /// were made for extensions, and may be made by a file, too. The partitions that the schema
    /// files make, by schema and name.
    ///
    /// # Errors
    /// The place in the file, and PostgreSQL's words. Nothing else than the session's database
    /// was touched.
    pub fn load(&self, session: &mut Session, given: &[String]) -> Result<Vec<Vec<String>>> {
        session.batch("SET client_min_messages = warning; SET synchronous_commit = off")?;
        let together = self
            .files
            .iter()
            .all(|file| file.statements.iter().all(|s| !s.alone || is_routine(file.script.sql(s))));
        if together {
            session.begin()?;
        }
        let (own, scripts) = self.files.split_at(self.own);
        own.iter().try_for_each(|file| file.run(session, given))?;
        let partitions = session.query(include_str!("sql/partitions.sql"), &[])?;
        scripts.iter().try_for_each(|file| file.run(session, given))?;
        if together {
            session.commit()?;
        }
        session.batch(include_str!("sql/analyze.sql"))?;
        Ok(partitions.iter().map(|row| row.get(0)).collect())
    }
}

impl File {
    fn run(&self, session: &mut Session, given: &[String]) -> Result<()> {
        for statement in &self.statements {
            let sql = self.script.sql(statement);
            if !is_given(sql, given) {
                session.batch(sql).map_err(|error| {
                    let error = self.script.locate(statement, error);
                    error.hint(
                        "It ran in a shadow database, which was dropped. Nothing was written.",
                    )
                })?;
            }
        }
        Ok(())
    }
}

fn read_folder(folder: &Path) -> Result<Vec<File>> {
    let read = |path: &PathBuf| {
        let script = Script::read(path)?;
        let statements = script.statements()?;
        Ok(File { script, statements })
    };
    paths(folder)?.iter().map(read).collect()
}

/// What a statement does to roles, databases, tablespaces or the configuration would reach beyond
/// the shadow database, to the server that others live on.
fn refuse_cluster_wide(file: &File, statement: &Statement) -> Result<()> {
    let sql = file.script.sql(statement);
    let words = words(sql, 12);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let what = match words[..] {
        ["create" | "alter" | "drop", "user", "mapping", ..] => return Ok(()),
        [
            "create" | "alter" | "drop",
            kind @ ("role" | "user" | "group" | "database" | "tablespace" | "subscription"),
            ..,
        ] => {
            format!("{} {}", words[0], kind)
        }
        ["alter", "system", ..] => "alter system".to_owned(),
        ["comment", "on", kind @ ("role" | "database" | "tablespace" | "subscription"), ..] => {
            format!("comment on {kind}")
        }
        ["drop" | "reassign", "owned", ..] => format!("{} owned", words[0]),
        // GRANT role TO role; a grant on an object says ON.
        ["grant" | "revoke", ..] if !words_all(sql).any(|word| word == "on") => {
            format!("{} of a role", words[0])
        }
        _ => return Ok(()),
    };
    let start = statement.range.start;
    let text = &file.script.text;
    let column =
        1 + text[text[..start].rfind('\n').map_or(0, |newline| newline + 1)..start].chars().count();
    Err(Error::usage(format!(
        "{}:{}:{column}: {} concerns the whole server, not this database",
        file.script.path.display(),
        statement.line,
        what.to_uppercase()
    ))
    .hint("Such statements belong to whoever runs the server; schema files speak of one database. Nothing was run."))
}

/// CREATE SCHEMA of one that is there for an extension's sake.
fn is_given(sql: &str, given: &[String]) -> bool {
    let words = words(sql, 3);
    words.len() == 3 && words[..2] == ["create", "schema"] && given.contains(&words[2])
}

/// DO and CALL may end transactions; those of a schema file do not.
fn is_routine(sql: &str) -> bool {
    words(sql, 1).first().is_some_and(|word| word == "do" || word == "call")
}

/// The first words of a statement, names and keywords alike, in lower case and without quotes.
fn words(sql: &str, most: usize) -> Vec<String> {
    words_all(sql).take(most).collect()
}

fn words_all(sql: &str) -> impl Iterator<Item = String> {
    tokens(sql).filter_map(|(kind, token)| match kind {
        TokenKind::Ident => Some(token.to_lowercase()),
        TokenKind::QuotedIdent { .. } => Some(token.trim_matches('"').to_owned()),
        _ => None,
    })
}

fn tokens(text: &str) -> impl Iterator<Item = (TokenKind, &str)> {
    let mut at = 0;
    tokenize(text).map(move |token| {
        let start = at;
        at += token.len as usize;
        (token.kind, &text[start..at])
    })
}
