//! The desired state as people wrote it: `schema/*.sql`, in the order of their names, and the
//! optimisation scripts that the database has been through.

mod lanes;
mod words;

use std::path::{Path, PathBuf};

use common::{Error, Project, Result, Session};
use sql_script::{Script, Statement};

use crate::revisions::paths;
use lanes::Lanes;
use words::{is_given, is_routine, makes_objects, refuse_cluster_wide, words, words_all};

/// For a session that fills a scratch database.
const QUIETLY: &str = "SET client_min_messages = warning; SET synchronous_commit = off";

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
        let ran = bookkeeping::scripts::runs(target)?;
        if !ran.is_empty() {
            let scripts = read_folder(&project.optimize())?;
            let name = |file: &File| {
                file.script.path.file_name().map(|n| n.to_string_lossy().into_owned())
            };
            self.files.extend(
                scripts
                    .into_iter()
                    .filter(|file| name(file).is_some_and(|name| ran.contains_key(&name))),
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
        session.batch(QUIETLY)?;
        let together = self
            .files
            .iter()
            .all(|file| file.statements.iter().all(|s| !s.alone || is_routine(file.script.sql(s))));
        let partitions = if together {
            self.load_together(session, given)?
        } else {
            self.run_all(session, given, File::run)?
        };
        session.batch(include_str!("../sql/analyze.sql"))?;
        Ok(partitions)
    }

    /// The same by two sessions, in many transactions. `None` where one does as well.
    ///
    /// # Errors
    /// Not the place, which [`Files::load`] tells in another database.
    pub fn load_by_two(
        &self,
        sessions: [&mut Session; 2],
        given: &[String],
    ) -> Option<Result<Vec<Vec<String>>>> {
        let lanes = Lanes::of(self, given)?;
        let [first, second] = sessions;
        let mut load = || {
            first.batch(QUIETLY)?;
            second.batch(QUIETLY)?;
            lanes.run(first, second)?;
            let partitions = first.query(include_str!("../sql/partitions.sql"), &[])?;
            first.batch(include_str!("../sql/analyze.sql"))?;
            Ok(partitions.iter().map(|row| row.get(0)).collect())
        };
        Some(load())
    }

    /// In one transaction, by as few messages as can be. Where one fails, statement by statement, to
    /// see which one it is.
    fn load_together(&self, session: &mut Session, given: &[String]) -> Result<Vec<Vec<String>>> {
        session.begin()?;
        let partitions = match self.run_all(session, given, File::run_at_once) {
            Ok(partitions) => partitions,
            Err(_) => {
                session.rollback()?;
                session.begin()?;
                self.run_all(session, given, File::run)?
            }
        };
        session.commit()?;
        Ok(partitions)
    }

    fn run_all(
        &self,
        session: &mut Session,
        given: &[String],
        run: impl Fn(&File, &mut Session, &[String]) -> Result<()>,
    ) -> Result<Vec<Vec<String>>> {
        let (own, scripts) = self.files.split_at(self.own);
        own.iter().try_for_each(|file| run(file, session, given))?;
        let partitions = session.query(include_str!("../sql/partitions.sql"), &[])?;
        scripts.iter().try_for_each(|file| run(file, session, given))?;
        Ok(partitions.iter().map(|row| row.get(0)).collect())
    }
}

impl File {
    /// A message of many statements is taken apart by the server before the first one runs, so what
    /// may change how the next is read, as SET does, ends one.
    fn run_at_once(&self, session: &mut Session, given: &[String]) -> Result<()> {
        let mut message = String::new();
        for statement in &self.statements {
            let sql = self.script.sql(statement);
            if is_given(sql, given) {
                continue;
            }
            message.push_str(sql);
            // A comment may be its last line.
            message.push_str("\n;\n");
            if !makes_objects(sql) {
                session.batch(&std::mem::take(&mut message))?;
            }
        }
        if message.is_empty() { Ok(()) } else { session.batch(&message) }
    }

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
