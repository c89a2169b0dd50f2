//! The scratch database: made beside the live one, told whose it is by its comment, and taken up
//! again by the next run of the same restore.

use common::identifier::{literal, quote};
use common::{Context, Database, Error, Outcome, Result, Session, Terms, note, say};
use db_backup::manifest::{DatabaseFacts, Manifest, hex};
use sha2::{Digest, Sha256};

use crate::names;
use crate::plan::{Part, Plan};
use crate::server::Server;

/// What was found under the scratch database's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Nothing was in it yet.
    New,
    /// An earlier run of this restore had begun it.
    Begun,
    /// All is in it and proved; it only has to take its place.
    Ready,
}

pub struct Scratch {
    pub database: Database,
    /// Which backup and which part of it, as the mark on the database says.
    identity: String,
    pub stage: Stage,
}

impl Scratch {
    /// Takes up what an earlier run of the same restore left under this name, else makes it. What
    /// another check has left is swept away, since nobody waits for that.
    ///
    /// # Errors
    /// The name is taken by another restore or by somebody else's database, or the server refuses
    /// to create it; nothing was changed then.
    pub fn open(server: &mut Server, name: &str, plan: &Plan, purpose: Purpose) -> Result<Scratch> {
        server.take_turn(name)?;
        let manifest = &plan.backup.manifest;
        let mut scratch = Scratch {
            database: server.database.named(name),
            identity: identity(plan),
            stage: Stage::New,
        };
        if server.exists(name)? {
            // An earlier run that was killed may have left statements at work.
            match scratch.found(server)? {
                Found::Same(stage) => {
                    server.end_sessions(name)?;
                    scratch.stage = stage;
                    return Ok(scratch);
                }
                Found::Other(whose) if purpose == Purpose::Restore => {
                    return Err(another(name, &whose, &plan.discard));
                }
                Found::Other(whose) => {
                    scratch.drop(server)?;
                    note(format_args!("dropped `{name}`, which a check left behind: {whose}"));
                }
                Found::Unmarked if !scratch.is_empty()? => return Err(foreign(name)),
                Found::Unmarked => scratch.drop(server)?,
            }
        }
        scratch.create(server, manifest)?;
        Ok(scratch)
    }

    /// Empties the scratch database by making it anew.
    pub fn again(&mut self, server: &mut Server, manifest: &Manifest) -> Result<()> {
        self.drop(server)?;
        self.create(server, manifest)
    }

    pub fn name(&self) -> &str {
        &self.database.name
    }

    pub fn session(&self) -> Result<Session> {
        Session::open(&self.database, Terms::Ours)
    }

    /// Marks it as whole, on a session of its own; takes effect with that session's transaction.
    pub fn mark_ready(&self, session: &mut Session) -> Result<()> {
        session.batch(&comment(self.name(), &format!("{} is ready", self.identity)))
    }

    pub fn drop(&self, server: &mut Server) -> Result<()> {
        drop_scratch(server, self.name())
    }

    fn found(&self, server: &mut Server) -> Result<Found> {
        let Some(mark) = mark(server, self.name())? else { return Ok(Found::Unmarked) };
        Ok(match mark.strip_prefix(&self.identity) {
            Some(" is not whole yet") => Found::Same(Stage::Begun),
            Some(" is ready") => Found::Same(Stage::Ready),
            _ => Found::Other(mark),
        })
    }

    /// A run that was killed between creating and marking leaves an empty database.
    fn is_empty(&self) -> Result<bool> {
        let sql = "SELECT NOT EXISTS (SELECT FROM pg_class WHERE oid >= 16384)
                      AND NOT EXISTS (SELECT FROM pg_proc WHERE oid >= 16384)";
        Ok(self.session()?.query_one(sql, &[])?.get(0))
    }

    fn create(&mut self, server: &mut Server, manifest: &Manifest) -> Result<()> {
        let create = create_statement(self.name(), &manifest.database, server.version);
        server
            .session
            .batch(&create)
            .context(|| format!("the scratch database `{}` cannot be created", self.name()))
            .map_err(|error| error.hint("Nothing was changed."))?;
        // What is in it is for nobody's eyes until its own grants are there.
        let name = quote(self.name());
        server.session.batch(&format!(
            "{}; REVOKE CONNECT ON DATABASE {name} FROM PUBLIC",
            comment(self.name(), &format!("{} is not whole yet", self.identity))
        ))?;
        self.stage = Stage::New;
        Ok(())
    }
}

/// What a scratch database is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To take the place of the live one.
    Restore,
    /// To be looked at and dropped.
    Check,
}

enum Found {
    Same(Stage),
    /// Its mark.
    Other(String),
    Unmarked,
}

const MARK: &str = "db_restore: ";

/// What the comment on a scratch database says behind our mark: whose it is, and how far. None of a
/// database that db_restore did not make.
fn mark(server: &mut Server, name: &str) -> Result<Option<String>> {
    let sql = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = $1";
    let comment: Option<String> = server.session.query_one(sql, &[&name])?.get(0);
    Ok(comment.and_then(|comment| comment.strip_prefix(MARK).map(ToOwned::to_owned)))
}

fn drop_scratch(server: &mut Server, name: &str) -> Result<()> {
    // A subscription, which does not run here, would keep its database from being dropped.
    let mut session = Session::open(&server.database.named(name), Terms::Ours)?;
    for row in session.query(include_str!("sql/drop_subscriptions.sql"), &[])? {
        session.batch(row.get(0))?;
    }
    drop(session);
    server.end_sessions(name)?;
    server
        .session
        .batch(&format!("DROP DATABASE {}", quote(name)))
        .context(|| format!("the scratch database `{name}` cannot be dropped"))
}

/// Drops what interrupted restores and checks of the target have left, and nothing else.
///
/// # Errors
/// One is at work, or its database cannot be dropped; those before it are dropped.
pub fn discard(server: &mut Server, target: &str) -> Result<Outcome> {
    let mut left = 0;
    for name in [names::scratch(target), names::checking(target)] {
        server.take_turn(&name)?;
        if server.exists(&name)?
            && let Some(whose) = mark(server, &name)?
        {
            drop_scratch(server, &name)?;
            say(format_args!("dropped {name}: {whose}"));
            left += 1;
        }
    }
    if left == 0 {
        note(format_args!("no interrupted restore of `{target}` left anything behind"));
    }
    Ok(Outcome::Done)
}

/// What the mark says first: the backup, a fingerprint of its manifest, and what is restored of it
/// where that is not all.
fn identity(plan: &Plan) -> String {
    let seal = hex(&Sha256::digest(plan.backup.manifest.sealed()));
    let mut identity = format!("{} ({}", plan.backup.name(), &seal[..12]);
    if plan.part == Part::SchemaOnly {
        identity += ", schema only";
    }
    if !plan.chosen.is_empty() {
        let names: Vec<_> = plan.chosen.iter().map(ToString::to_string).collect();
        identity += &format!(", {}", names.join(", "));
    }
    identity + ")"
}

fn comment(name: &str, text: &str) -> String {
    format!("COMMENT ON DATABASE {} IS {}", quote(name), literal(&format!("{MARK}{text}")))
}

/// Whether these facts can be had on a server of this version is for the server to say.
fn create_statement(name: &str, facts: &DatabaseFacts, version: i32) -> String {
    let mut sql = format!(
        "CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING {} LC_COLLATE {} LC_CTYPE {}",
        quote(name),
        quote(&facts.owner),
        literal(&facts.encoding),
        literal(&facts.collate),
        literal(&facts.ctype)
    );
    if version >= 150_000 {
        sql += &format!(" LOCALE_PROVIDER {}", quote(&facts.locale_provider));
    }
    if let Some(locale) = &facts.locale {
        match facts.locale_provider.as_str() {
            "icu" => sql += &format!(" ICU_LOCALE {}", literal(locale)),
            "builtin" => sql += &format!(" BUILTIN_LOCALE {}", literal(locale)),
            _ => {}
        }
    }
    sql
}

fn foreign(name: &str) -> Error {
    Error::new(format!("the name `{name}` is taken by a database that db_restore did not make"))
        .hint("Rename or drop it, or restore to another name with --to. Nothing was changed.")
}

fn another(name: &str, whose: &str, discard: &str) -> Error {
    Error::new(format!("`{name}` holds what another restore left behind")).detail(whose).hint(format!(
        "Restore that backup to finish it, or `{discard}` drops `{name}` and nothing else. Nothing was changed."
    ))
}

/// Says what a run that goes on finds.
pub fn announce(scratch: &Scratch, done: usize, of: usize) {
    match scratch.stage {
        Stage::New => {}
        Stage::Begun => note(format_args!(
            "going on with `{}`: {done} of {of} chunks were committed",
            scratch.name()
        )),
        Stage::Ready => note(format_args!("`{}` is ready from an earlier run", scratch.name())),
    }
}
