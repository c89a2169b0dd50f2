//! `-- squawk-ignore RULE, RULE -- REASON`: a hazard that is known and meant.

use std::ops::Range;

use squawk_linter::ignore::{IgnoreKind, ignore_rule_info};
use squawk_syntax::{SyntaxElement, SyntaxKind, SyntaxNode};

/// The comments of one file that accept hazards.
pub struct Accepted {
    comments: Vec<Comment>,
}

struct Comment {
    /// No name: every rule.
    rules: Vec<String>,
    start: usize,
    whole_file: bool,
}

impl Accepted {
    pub fn read(root: &SyntaxNode) -> Accepted {
        let tokens = root.descendants_with_tokens().filter_map(SyntaxElement::into_token);
        let comments = tokens.filter(|token| token.kind() == SyntaxKind::COMMENT);
        let read = |token: squawk_syntax::SyntaxToken| {
            let (names, _, kind) = ignore_rule_info(&token)?;
            let names = names.split(',').map(str::trim).filter(|name| !name.is_empty());
            Some(Comment {
                rules: names.map(str::to_owned).collect(),
                start: usize::from(token.text_range().start()),
                whole_file: matches!(kind, IgnoreKind::File),
            })
        };
        Accepted { comments: comments.filter_map(read).collect() }
    }

    /// Whether a comment accepts what a rule found: one for the file, one above the statement or in
    /// the line above, or one at the end of the line.
    pub fn holds(&self, text: &str, rule: &str, found: usize, statement: &Range<usize>) -> bool {
        self.comments.iter().any(|comment| {
            let named = comment.rules.is_empty() || comment.rules.iter().any(|name| name == rule);
            named
                && (comment.whole_file
                    || is_above(text, comment.start, statement.start)
                    || is_above(text, comment.start, found)
                    || ends_the_line(text, comment.start, found))
        })
    }
}

/// A comment that has its line to itself, with nothing but comments between it and the place.
fn is_above(text: &str, comment: usize, place: usize) -> bool {
    if comment >= place {
        return false;
    }
    let own = text[..comment].lines().next_back().unwrap_or_default();
    let begins = text[..comment].ends_with('\n') || own.trim().is_empty();
    let mut lines = text[comment..place].lines();
    begins && lines.all(|line| line.trim().is_empty() || line.trim().starts_with("--"))
}

fn ends_the_line(text: &str, comment: usize, place: usize) -> bool {
    place < comment && !text[place..comment].contains('\n')
}
