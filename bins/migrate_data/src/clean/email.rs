//! E-mail addresses, reduced to what two spellings of one address share.

use std::borrow::Cow;

use super::text::{lower, slice};
use super::{Cleaned, Rule};

/// Trims, drops `mailto:`, lower-cases; nothing for an empty text.
///
/// The form is the one that shops accept, `local@domain.tld`, not all of RFC 5322: no quoted
/// local parts, no comments, no bare hosts.
pub fn clean(text: Cow<'_, str>) -> Cleaned<'_> {
    // Most are tidy already, and what is allowed holds nothing to trim, to drop or to lower.
    let bare = if text.bytes().all(|byte| is_local(byte) || byte == b'.' || byte == b'@') {
        text
    } else {
        let trimmed = slice(text, |text| {
            text.trim_matches(|character: char| character.is_whitespace() || character.is_control())
        });
        slice(lower(trimmed), |text| text.strip_prefix("mailto:").unwrap_or(text).trim())
    };
    if bare.is_empty() {
        return Ok(None);
    }
    if is_address(bare.as_bytes()) { Ok(Some(bare)) } else { Err(Rule::Email) }
}

fn is_local(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'%' | b'+' | b'\'' | b'-')
}

fn is_domain(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-')
}

fn is_address(text: &[u8]) -> bool {
    let Some(at) = text.iter().position(|&byte| byte == b'@') else {
        return false;
    };
    let (local, domain) = (&text[..at], &text[at + 1..]);
    let Some(dot) = domain.iter().rposition(|&byte| byte == b'.') else {
        return false;
    };
    let top = &domain[dot + 1..];
    text.len() <= 254
        && is_dotted(local, is_local)
        && is_dotted(domain, is_domain)
        && !domain
            .split(|&byte| byte == b'.')
            .any(|label| label.starts_with(b"-") || label.ends_with(b"-"))
        && top.len() >= 2
        && top.iter().all(u8::is_ascii_alphabetic)
}

/// Non-empty parts of allowed characters, with single dots between.
fn is_dotted(text: &[u8], allowed: impl Fn(u8) -> bool) -> bool {
    let mut in_part = false;
    for &byte in text {
        let dot_after_part = byte == b'.' && in_part;
        if !dot_after_part && !allowed(byte) {
            return false;
        }
        in_part = byte != b'.';
    }
    in_part
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
        case("ana@x.c0", Err(Rule::Email));
        case("ana.@x.com", Err(Rule::Email));
        case("ana@x-.com", Err(Rule::Email));
        case("@x.com", Err(Rule::Email));
        case("ana@.com", Err(Rule::Email));
        case("ana@x.com.", Err(Rule::Email));
        case("ana@-x.com", Err(Rule::Email));
    }
}
