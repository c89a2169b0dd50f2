//! What statements are made of.

use std::ops::Range;

use squawk_lexer::TokenKind;

/// A token that is neither blank nor comment.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub kind: TokenKind,
    pub range: Range<usize>,
}

impl Token {
    /// Whether it is this keyword, given in lower case.
    pub fn is(&self, text: &str, word: &str) -> bool {
        self.kind == TokenKind::Ident && text[self.range.clone()].eq_ignore_ascii_case(word)
    }
}
