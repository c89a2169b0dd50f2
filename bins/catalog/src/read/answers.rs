//! What the server answers to all queries, which are asked by one session or by two at once.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::thread;

use common::{Result, Session};

use super::address::Address;
use super::comments::Comment;
use super::dependencies::Dependencies;
use super::{comments, row};
use crate::Fact;
use crate::catalog::Unmodelled;

/// One query, and what its rows are.
#[derive(Clone, Copy)]
enum Question {
    Facts(&'static str),
    Dependencies,
    Aliases,
    Comments,
    Unmodelled,
}

#[derive(Default)]
pub struct Answers {
    pub facts: Vec<(Address, Fact)>,
    pub dependencies: Dependencies,
    /// Addresses that stand for others; an alias of an alias comes after it.
    pub aliases: Vec<(Address, Address)>,
    pub comments: Vec<Comment>,
    pub unmodelled: Vec<Unmodelled>,
}

/// Asks everything. One session takes the queries from the first on, the helper from the last,
/// until they meet.
///
/// # Errors
/// The first one of any query; what is open then stays unasked.
pub fn collect(
    session: &mut Session,
    helper: Option<&mut Session>,
    families: &[&'static str],
    version: u32,
) -> Result<Answers> {
    let rest =
        [Question::Unmodelled, Question::Comments, Question::Aliases, Question::Dependencies];
    let questions = rest.into_iter().chain(families.iter().map(|family| Question::Facts(family)));
    let open: Mutex<VecDeque<Question>> = Mutex::new(questions.collect());
    let answers = Mutex::new(Answers::default());
    let lock = || open.lock().expect("no holder panics");
    let work = |session: &mut Session, next: &dyn Fn() -> Option<Question>| {
        while let Some(question) = next() {
            if let Err(error) = ask(session, question, version, &answers) {
                lock().clear();
                return Err(error);
            }
        }
        Ok(())
    };
    thread::scope(|scope| {
        let helper = helper.map(|helper| scope.spawn(|| work(helper, &|| lock().pop_back())));
        let own = work(session, &|| lock().pop_front());
        let helped = helper.map_or(Ok(()), |helper| helper.join().expect("asking does not panic"));
        own.and(helped)
    })?;
    Ok(answers.into_inner().expect("no holder panics"))
}

fn ask(
    session: &mut Session,
    question: Question,
    version: u32,
    answers: &Mutex<Answers>,
) -> Result<()> {
    let answers = || answers.lock().expect("no holder panics");
    match question {
        Question::Facts(query) => {
            let facts = row::facts(&session.query(query, &[])?, version)?;
            answers().facts.extend(facts);
        }
        Question::Dependencies => {
            let dependencies = Dependencies::read(session)?;
            answers().dependencies = dependencies;
        }
        Question::Aliases => {
            let rows = session.query(include_str!("sql/aliases.sql"), &[])?;
            let alias = |row: &postgres::Row| {
                let alias = Address { class: row.get(0), oid: row.get(1), sub: 0 };
                (alias, Address::from(row, 2))
            };
            answers().aliases = rows.iter().map(alias).collect();
        }
        Question::Comments => {
            let comments = comments::read(session)?;
            answers().comments = comments;
        }
        Question::Unmodelled => {
            let rows = session.query(include_str!("sql/unmodelled.sql"), &[])?;
            let unmodelled =
                rows.iter().map(|row| Unmodelled { kind: row.get(0), name: row.get(1) });
            answers().unmodelled = unmodelled.collect();
        }
    }
    Ok(())
}
