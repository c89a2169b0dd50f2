//! Phone numbers in E.164: `+`, country code, number, 8 to 15 digits in all.

use std::borrow::Cow;

use super::{Cleaned, Rule};

/// `(020) 7946-0018` with country code 44 → `+442079460018`; nothing for an empty text.
pub fn clean<'a>(text: &str, country_code: &str) -> Cleaned<'a> {
    let text =
        text.trim_matches(|character: char| character.is_whitespace() || character.is_control());
    if text.is_empty() {
        return Ok(None);
    }
    if text.chars().any(char::is_alphabetic) {
        return Err(Rule::Phone);
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let number = if text.starts_with('+') {
        digits
    } else if let Some(international) = digits.strip_prefix("00") {
        international.to_owned()
    } else {
        format!("{country_code}{}", digits.trim_start_matches('0'))
    };
    if (8..=15).contains(&number.len()) {
        Ok(Some(Cow::Owned(format!("+{number}"))))
    } else {
        Err(Rule::Phone)
    }
}

#[cfg(test)]
mod tests {
    use super::{Rule, clean};

    #[test]
    fn any_shape_becomes_e164() {
        #[track_caller]
        fn case(text: &str, expected: Result<Option<&str>, Rule>) {
            let cleaned = clean(text, "44");
            match expected {
                Ok(expected) => assert_eq!(cleaned.expect(text).as_deref(), expected),
                Err(rule) => assert_eq!(cleaned.expect_err(text), rule),
            }
        }
        case("(020) 7946-0018", Ok(Some("+442079460018")));
        case("+1 555 010 9999", Ok(Some("+15550109999")));
        case("0049.30.123456", Ok(Some("+4930123456")));
        case(" ", Ok(None));
        case("123", Err(Rule::Phone));
        case("call me", Err(Rule::Phone));
    }
}
