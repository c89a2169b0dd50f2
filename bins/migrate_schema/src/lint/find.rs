//! The rules over one file: squawk's and our own, without what the chain or a comment clears.

use std::ops::Range;

use common::note;
use squawk_linter::{Linter, Rule, Violation};
use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::{Parse, SourceFile, SyntaxElement, SyntaxNode};

use super::accepted::Accepted;
use super::chain::Chain;
use super::words::Words;
use super::{names, own, words};
use crate::revision::Revision;

/// One thing that a rule found.
pub struct Hazard {
    pub rule: String,
    /// Byte of the file's text.
    pub at: usize,
    /// What it is about, where that has a name.
    pub name: Option<String>,
    pub lock: Option<&'static str>,
    pub what: String,
    pub hint: String,
}

/// Hazards of one upgrade in the order of its text; the chain then knows what it made.
pub fn hazards(file: &Revision, chain: &mut Chain) -> Vec<Hazard> {
    let text = file.up_to_downgrade();
    let parse = SourceFile::parse(text);
    tell_what_is_not_understood(file, &parse);
    let accepted = Accepted::read(&parse.syntax_node());
    let violations = violations(&parse, text, file.transactional);
    let mut found: Vec<Hazard> = violations.iter().filter_map(unknown_rule).collect();
    for statement in parse.tree().stmts() {
        let place = range_of(statement.syntax());
        let inside = |violation: &&Violation| place.contains(&start(violation));
        let theirs = violations.iter().filter(inside).filter_map(|violation| {
            let words = words(&parse, &statement, violation, chain)?;
            Some((violation.code.to_string(), words, start(violation)))
        });
        let ours = own::hazards(&statement).into_iter();
        let ours = ours.map(|(rule, words, place)| (rule.to_owned(), words, place.start));
        let hazards: Vec<_> = theirs.chain(ours).collect();
        if !chain.is_new(&statement) {
            let hazards = hazards.into_iter();
            let meant = |rule: &str, at| accepted.holds(text, rule, at, &place);
            found.extend(
                hazards
                    .filter(|(rule, _, at)| !meant(rule, *at))
                    .map(|(rule, words, at)| hazard(&statement, rule, words, at)),
            );
        }
        chain.follow(&statement);
    }
    found.sort_by_key(|hazard| hazard.at);
    found
}

/// squawk's own idea of what is new is one file wide, so the chain's is used instead. That a
/// constraint is validated too early, it sees only where it knows of the transaction.
fn violations(parse: &Parse<SourceFile>, text: &str, transactional: bool) -> Vec<Violation> {
    let mut found = Linter::from(words::RULES).lint(parse, text);
    let mut within = Linter::from([Rule::ConstraintMissingNotValid]);
    within.settings.assume_in_transaction = transactional;
    found.extend(within.lint(parse, text).into_iter().filter(|violation| {
        violation.code == Rule::ConstraintMissingNotValid && validates(parse, violation)
    }));
    found
}

fn validates(parse: &Parse<SourceFile>, violation: &Violation) -> bool {
    let nodes = parse.syntax_node().descendants().filter_map(ast::ValidateConstraint::cast);
    nodes.map(|node| range_of(node.syntax())).any(|range| range.contains(&start(violation)))
}

/// `None` where another rule says the same, or the chain knows better.
fn words(
    parse: &Parse<SourceFile>,
    statement: &ast::Stmt,
    violation: &Violation,
    chain: &Chain,
) -> Option<Words> {
    match violation.code {
        Rule::AddingNotNullableField if chain.is_validated(statement) => None,
        Rule::ConstraintMissingNotValid if validates(parse, violation) => {
            Some(words::VALIDATED_AT_ONCE)
        }
        Rule::ConstraintMissingNotValid => {
            let added = statement.syntax().descendants().filter_map(ast::AddConstraint::cast);
            let mut added =
                added.filter(|node| range_of(node.syntax()).contains(&start(violation)));
            match added.next().and_then(|added| added.constraint())? {
                ast::Constraint::CheckConstraint(_) | ast::Constraint::NotNullConstraint(_) => {
                    words::of(violation.code)
                }
                ast::Constraint::ExcludeConstraint(_) => Some(words::EXCLUSION),
                // Those have rules of their own.
                _ => None,
            }
        }
        code => words::of(code),
    }
}

fn hazard(statement: &ast::Stmt, rule: String, words: Words, at: usize) -> Hazard {
    let names: Vec<String> = names::touched(statement).iter().map(ToString::to_string).collect();
    let name = if names.is_empty() { None } else { Some(names.join(", ")) };
    let said = name.as_deref().unwrap_or("it");
    let (what, hint) = (words.what.replace("{}", said), words.hint.to_owned());
    Hazard { rule, at, name, lock: words.lock, what, hint }
}

/// A comment that accepts what no rule is called.
fn unknown_rule(violation: &Violation) -> Option<Hazard> {
    let name = violation.message.strip_prefix("unknown name ")?;
    (violation.code == Rule::UnusedIgnore && !own::NAMES.contains(&name)).then(|| Hazard {
        rule: violation.code.to_string(),
        at: start(violation),
        name: None,
        lock: None,
        what: format!("no rule is called `{name}`, so it accepts nothing"),
        hint: "The name of a rule stands in brackets after what it found.".to_owned(),
    })
}

/// The parser may be older than the server: what it cannot read is not silently passed over.
fn tell_what_is_not_understood(file: &Revision, parse: &Parse<SourceFile>) {
    if let Some(error) = parse.errors().first() {
        let line = file.script.line(usize::from(error.range().start()));
        let path = file.script.path.display();
        let what = error.message().trim_end_matches('.');
        note(format_args!("{path}:{line}: not understood, so there may be more hazards: {what}"));
    }
}

/// Without the blanks and comments before it.
pub fn range_of(node: &SyntaxNode) -> Range<usize> {
    let tokens = node.descendants_with_tokens().filter_map(SyntaxElement::into_token);
    let mut significant = tokens.filter(|token| !token.kind().is_trivia());
    let end = usize::from(node.text_range().end());
    let start = significant.next().map_or(end, |token| usize::from(token.text_range().start()));
    start..end
}

fn start(violation: &Violation) -> usize {
    usize::from(violation.text_range.start())
}
