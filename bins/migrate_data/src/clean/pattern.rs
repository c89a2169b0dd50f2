//! `{ regex = "…", replace = "…" }`: the text must match; the replacement may name its groups.

use std::borrow::Cow;

use regex::Regex;

use super::Rule;

#[derive(Clone, Debug)]
pub struct Pattern {
    regex: Regex,
    replacement: Option<String>,
}

impl Pattern {
    /// # Errors
    /// Not a regular expression of the `regex` crate's syntax.
    pub fn new(text: &str, replacement: Option<String>) -> Result<Pattern, regex::Error> {
        Ok(Pattern { regex: Regex::new(text)?, replacement })
    }

    /// # Errors
    /// [`Rule::Pattern`] where the text does not match.
    pub fn apply<'a>(&self, text: Cow<'a, str>) -> Result<Cow<'a, str>, Rule> {
        if !self.regex.is_match(&text) {
            return Err(Rule::Pattern);
        }
        Ok(match &self.replacement {
            None => text,
            Some(replacement) => {
                Cow::Owned(self.regex.replace_all(&text, replacement).into_owned())
            }
        })
    }
}
