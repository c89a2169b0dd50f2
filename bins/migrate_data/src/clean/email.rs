//! E-mail addresses, reduced to what two spellings of one address share.

use std::borrow::Cow;

use super::text::{lower, slice};
use super::{Cleaned, Rule};

/// Trims, drops `mailto:`, lower-cases; nothing for an empty text.
///
/// The form is the one that shops accept, `local@domain.tld`, not all of RFC 5322: no quoted
/// local parts, no comments, no bare hosts.
pub fn clean(text: Cow<'_, str>) -> Cleaned<'_> {
    let trimmed = slice(text, |text| {
        text.trim_matches(|character: char| character.is_whitespace() || character.is_control())
    });
    let lowered = lower(trimmed);
    let bare = slice(lowered, |text| text.strip_prefix("mailto:").unwrap_or(text).trim());
    if bare.is_empty() {
        return Ok(None);
    }
    if is_address(&bare) { Ok(Some(bare)) } else { Err(Rule::Email) }
}

fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let Some((_, top)) = domain.rsplit_once('.') else {
        return false;
    };
    text.len() <= 254
        && is_dotted(local, |byte| byte.is_ascii_alphanumeric() || b"_%+'-".contains(&byte))
        && is_dotted(domain, |byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && domain.split('.').all(|label| !label.starts_with('-') && !label.ends_with('-'))
        && top.len() >= 2
        && top.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// Non-empty parts of allowed characters, with single dots between.
fn is_dotted(text: &str, allowed: impl Fn(u8) -> bool) -> bool {
    text.split('.').all(|part| !part.is_empty() && part.bytes().all(&allowed))
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::{Rule, clean};

    #[test]
    fn spellings_of_one_address_become_one() {
        #[track_caller]
        fn case(text: &str, expected: Result<Option<&str>, Rule>) {
            let cleaned = clean(Cow::Borrowed(text));
            assert_eq!(
                cleaned.as_ref().map(Option::as_deref),
                expected.as_ref().copied(),
                "{text}"
            );
        }
        case(" Ana@X.com ", Ok(Some("ana@x.com")));
        case("MAILTO:ana.maria+shop@x-y.co.uk", Ok(Some("ana.maria+shop@x-y.co.uk")));
        case("  ", Ok(None));
        case("ana", Err(Rule::Email));
        case("ana@x", Err(Rule::Email));
        case("ana@@x.com", Err(Rule::Email));
        case("ana@x..com", Err(Rule::Email));
        case(".ana@x.com", Err(Rule::Email));
        case("ana b@x.com", Err(Rule::Email));
        case("ana@x.c", Err(Rule::Email));
        case("ana@-x.com", Err(Rule::Email));
    }
}
