//! A group of pairs side by side in two databases, each pair in a schema of its own: one compare,
//! one plan, one read for all of them. Where that fails each pair is tried alone, and is named.

use std::collections::{BTreeMap, BTreeSet};

use catalog::{Catalog, Hint, Options, Plan, Scope};
use common::{Database, Error, Result, Session, Terms};
use migrate_schema::autogenerate::observer::{Aspects, Observer};
use migrate_schema::autogenerate::rows::{Rows, make_up};
use migrate_schema::autogenerate::{apply, renamed};
use sql_script::Script;

use super::pairs::{Pair, Side};
use crate::harness::Lab;

pub struct Arena<'a> {
    lab: &'a Lab,
    pairs: &'a [&'a Pair],
    observer: &'a Observer,
}

/// One side, loaded: the catalog, what pg_dump sees, and a session on it.
struct Place {
    database: Database,
    session: Session,
    catalog: Catalog,
    dump: BTreeSet<String>,
    rows: Rows,
}

impl<'a> Arena<'a> {
    pub fn new(lab: &'a Lab, pairs: &'a [&'a Pair], observer: &'a Observer) -> Arena<'a> {
        Arena { lab, pairs, observer }
    }

    /// Forth and back, each from its own beginning.
    pub fn run(&self) -> Result<()> {
        let mut from = self.load(&self.lab.old, Side::From)?;
        let mut to = self.load(&self.lab.new, Side::To)?;
        let hints = self.hints(&to.catalog)?;
        let forth = plan(&from.catalog, &to.catalog, hints)?;
        let inverse = forth
            .changes
            .renamed
            .iter()
            .map(|(was, is)| Hint { to: was.clone(), from: Some(vec![is.name().to_owned()]) });
        let back = plan(&to.catalog, &from.catalog, inverse.collect())?;
        self.go(&mut from, &forth, &to.catalog, &to.dump, |pair| pair.loses_forth)
            .map_err(|error| error.context("forth"))?;
        self.go(&mut to, &back, &from.catalog, &from.dump, |pair| pair.loses_back)
            .map_err(|error| error.context("back"))
    }

    fn load(&self, name: &str, side: Side) -> Result<Place> {
        let database = Database::from_url("the test server", &self.lab.url(name))?;
        let mut session = Session::open(&database, Terms::Users)?;
        session.batch("SET client_min_messages = error")?;
        let needs: BTreeSet<&String> =
            self.pairs.iter().flat_map(|pair| &pair.needs).filter(|need| *need != "icu").collect();
        for extension in needs {
            session.batch(&format!("CREATE EXTENSION IF NOT EXISTS {extension} SCHEMA public"))?;
        }
        for pair in self.pairs {
            session
                .batch(&pair.sql(side))
                .map_err(|error| error.context(format!("{} cannot be loaded", pair.name)))?;
        }
        session.batch("RESET search_path")?;
        let catalog = Catalog::read(&mut session, &Scope::Database)?;
        let dump = self.observer.look(&database)?;
        let with_rows = |fact: &&catalog::Fact| {
            let schema = fact.id.schema();
            !self.pairs.iter().any(|pair| !pair.has_rows(side) && schema == Some(pair.schema(side)))
        };
        let tables =
            catalog.of_kind(catalog::Kind::Table).filter(with_rows).map(|fact| fact.id.sql());
        make_up(&mut session, Some(&tables.collect::<Vec<_>>()))?;
        session.batch("RESET pgrefit.tables")?;
        let rows = Rows::read(&mut session)?;
        Ok(Place { database, session, catalog, dump, rows })
    }

    fn hints(&self, desired: &Catalog) -> Result<Vec<Hint>> {
        let mut hints = Vec::new();
        for pair in self.pairs.iter().filter(|pair| pair.to().contains("@rename")) {
            let script = Script::new(std::path::Path::new(&pair.file), pair.to());
            hints.extend(renamed::read(&script, desired)?);
        }
        Ok(hints)
    }

    /// Applies a plan; then the other side's facts, an empty second plan, pg_dump's agreement, and
    /// every value that was not spoken of.
    fn go(
        &self,
        place: &mut Place,
        plan: &Plan,
        wanted: &Catalog,
        dump: &BTreeSet<String>,
        loses: impl Fn(&Pair) -> bool,
    ) -> Result<()> {
        let cascades = |sql: &str| sql.contains("DROP ") && sql.ends_with(" CASCADE");
        if plan.statements.iter().any(|statement| cascades(&statement.sql)) {
            return Err(wrong("the plan drops what it does not name", sql(plan)));
        }
        apply(&mut place.session, &plan.statements)?;
        let reached = Catalog::read(&mut place.session, &Scope::Database)?;
        let rest = self::plan(&reached, wanted, Vec::new())?;
        if !rest.is_empty() {
            return Err(wrong("the second plan is not empty", sql(&rest)));
        }
        let now = self.observer.look(&place.database)?;
        let difference: Vec<String> = dump
            .difference(&now)
            .map(|e| format!("- {e}"))
            .chain(now.difference(dump).map(|e| format!("+ {e}")))
            .collect();
        if !difference.is_empty() {
            return Err(wrong(
                "pg_dump sees a difference",
                format!("{}\nplan:\n{}", difference.join("\n"), sql(plan)),
            ));
        }
        let rows = Rows::read(&mut place.session)?;
        let said = claims(plan, |statement| statement.loses.is_some());
        let rewrites = claims(plan, |statement| statement.rewrites.is_some());
        for column in place.rows.lost(&rows) {
            let schema = column.split('.').next().unwrap_or_default();
            if !said.contains_key(schema) {
                return Err(wrong(
                    "values are gone and the plan does not say so",
                    format!("{column}\nplan:\n{}", sql(plan)),
                ));
            }
        }
        for column in place.rows.rewritten(&rows) {
            let schema = column.split('.').next().unwrap_or_default();
            if !rewrites.contains_key(schema) {
                return Err(wrong(
                    "a table was written anew and the plan does not say so",
                    format!("{column}\nplan:\n{}", sql(plan)),
                ));
            }
        }
        for pair in self.pairs {
            let says =
                [Side::From, Side::To].iter().any(|side| said.contains_key(pair.schema(*side)));
            if says != loses(pair) {
                let what = if says {
                    "the plan says that something is lost"
                } else {
                    "the plan does not say that something is lost"
                };
                return Err(wrong(
                    &format!("{}: {what}", pair.name),
                    format!("{:?}", said.get(pair.schema(Side::From))),
                ));
            }
        }
        Ok(())
    }
}

fn plan(from: &Catalog, to: &Catalog, hints: Vec<Hint>) -> Result<Plan> {
    catalog::plan(from, to, &Options { allow_data_loss: true, hints, ..Options::default() })
}

/// What a plan says of each schema.
fn claims(plan: &Plan, of: impl Fn(&catalog::Statement) -> bool) -> BTreeMap<String, Vec<String>> {
    let mut claims: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for statement in plan.statements.iter().filter(|statement| of(statement)) {
        let schema = statement.subject.path.first().cloned().unwrap_or_default();
        claims.entry(schema).or_default().push(statement.sql.clone());
    }
    claims
}

fn wrong(what: &str, detail: String) -> Error {
    Error::new(what.to_owned()).detail(detail)
}

fn sql(plan: &Plan) -> String {
    plan.statements.iter().map(|statement| format!("{};\n", statement.sql)).collect()
}

/// An observer that sees owners and grants.
pub fn observer(server: u32) -> Observer {
    Observer::find(server, Aspects { owners: true, grants: true }).expect("pg_dump")
}
