//! Random schemas and random edits: after each the plan leads exactly to the edited schema, and the
//! next one goes on from there.

use catalog::{Catalog, Hint, Options, Scope};
use common::{Database, Error, Result, Session, Terms};
use migrate_schema::autogenerate::apply;
use proptest::collection::vec;
use proptest::prelude::{Strategy, any};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

use super::model::Model;
use super::walk::{EDITS, Edit};
use super::{Server, observer};
use crate::harness::Lab;

const STEPS_PER_WALK: usize = 20;
const SCHEMA: &str = "walk";

#[test]
fn random_edits_are_followed_exactly() {
    let walks = 2 * super::torture();
    let server = Server::prepare();
    let lab = Lab::new();
    let edit =
        (0..EDITS, any::<u16>(), any::<u16>()).prop_map(|(what, one, two)| Edit { what, one, two });
    let walk = vec(vec(edit, 1..4), STEPS_PER_WALK);
    let config = Config {
        cases: walks as u32,
        failure_persistence: None,
        max_shrink_iters: 60,
        ..Config::default()
    };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let outcome = runner.run(&walk, |steps| {
        Walk::begin(&lab, &server)
            .and_then(|mut walk| steps.iter().try_for_each(|edits| walk.step(edits)))
            .map_err(|error| TestCaseError::fail(error.to_string()))
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

/// The schema as it is, which plans alone have made, and the one that is wanted, loaded anew.
struct Walk<'a> {
    server: &'a Server,
    is: (Database, Session),
    wanted: (Database, Session),
    model: Model,
    steps: usize,
}

impl<'a> Walk<'a> {
    fn begin(lab: &Lab, server: &'a Server) -> Result<Walk<'a>> {
        let open = |name: &str| -> Result<(Database, Session)> {
            let database = Database::from_url("the test server", &lab.url(name))?;
            let mut session = Session::open(&database, Terms::Users)?;
            session.batch(&format!("SET client_min_messages = error; DROP SCHEMA IF EXISTS {SCHEMA} CASCADE; CREATE SCHEMA {SCHEMA}"))?;
            Ok((database, session))
        };
        Ok(Walk {
            server,
            is: open(&lab.old)?,
            wanted: open(&lab.new)?,
            model: Model::default(),
            steps: 0,
        })
    }

    fn step(&mut self, edits: &[Edit]) -> Result<()> {
        edits.iter().for_each(|edit| self.model.edit(*edit));
        let sql = self.model.sql();
        self.wanted.1.batch(&format!(
            "DROP SCHEMA {SCHEMA} CASCADE; CREATE SCHEMA {SCHEMA}; SET search_path = {SCHEMA};\n{sql}; RESET search_path"
        )).map_err(|error| error.detail(sql.clone()).context("the model makes no schema"))?;
        let wanted = read(&mut self.wanted.1)?;
        let is = read(&mut self.is.1)?;
        // Names never come back, so what is new is new.
        let new = wanted.facts().map(|fact| &fact.id).filter(|id| !is.holds(id));
        let hints: Vec<Hint> = new.map(|id| Hint { to: id.clone(), from: None }).collect();
        let options = Options { allow_data_loss: true, hints, ..Options::default() };
        let plan = catalog::plan(&is, &wanted, &options)?;
        let statements: String = plan.statements.iter().map(|s| format!("{};\n", s.sql)).collect();
        let explain = |error: Error| {
            error.detail(format!("plan:\n{statements}")).detail(format!("wanted:\n{sql}"))
        };
        apply(&mut self.is.1, &plan.statements).map_err(explain)?;
        let rest = catalog::plan(&read(&mut self.is.1)?, &wanted, &options)?;
        if !rest.is_empty() {
            let rest: String = rest.statements.iter().map(|s| format!("{};\n", s.sql)).collect();
            return Err(explain(Error::new("the second plan is not empty").detail(rest)));
        }
        self.steps += 1;
        if self.steps.is_multiple_of(5) {
            let observer = observer(self.server.version);
            let (seen, expected) = (observer.look(&self.is.0)?, observer.look(&self.wanted.0)?);
            let difference: Vec<&String> = seen.symmetric_difference(&expected).collect();
            if !difference.is_empty() {
                return Err(explain(
                    Error::new("pg_dump sees a difference").detail(format!("{difference:#?}")),
                ));
            }
        }
        Ok(())
    }
}

fn read(session: &mut Session) -> Result<Catalog> {
    Catalog::read(session, &Scope::Schemas(vec![SCHEMA.to_owned()]))
}
