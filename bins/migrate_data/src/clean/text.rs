//! Cleaners that change white space, case and single characters. Text that is clean already is
//! handed on without a copy.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::Split;

/// A part of the text, chosen by `choose`.
pub fn slice<'a>(text: Cow<'a, str>, choose: impl Fn(&str) -> &str) -> Cow<'a, str> {
    match text {
        Cow::Borrowed(text) => {
            let chosen = choose(text);
            let start = chosen.as_ptr() as usize - text.as_ptr() as usize;
            let length = chosen.len();
            Cow::Borrowed(&text[start..start + length])
        }
        Cow::Owned(text) => Cow::Owned(choose(&text).to_owned()),
    }
}

/// Printable ASCII alone: most text is, and needs no look at single characters.
pub fn is_plain(text: &str) -> bool {
    // Without an early end, so that the compiler looks at many bytes at once.
    text.bytes().fold(true, |plain, byte| plain & (b' '..=b'~').contains(&byte))
}

fn is_blank(character: char) -> bool {
    character.is_whitespace() || character.is_control()
}

pub fn squeeze(text: Cow<'_, str>) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let is_tidy = is_plain(&text)
        && bytes.first() != Some(&b' ')
        && bytes.last() != Some(&b' ')
        && !bytes.windows(2).any(|pair| pair == b"  ");
    if is_tidy {
        return text;
    }
    let trimmed = slice(text, |text| text.trim_matches(is_blank));
    let mut after_blank = false;
    let squeezed = trimmed.chars().all(|character| {
        let blank = is_blank(character);
        let fine = !blank || (character == ' ' && !after_blank);
        after_blank = blank;
        fine
    });
    if squeezed {
        return trimmed;
    }
    let mut result = String::with_capacity(trimmed.len());
    for word in trimmed.split(is_blank).filter(|word| !word.is_empty()) {
        if !result.is_empty() {
            result.push(' ');
        }
        result.push_str(word);
    }
    Cow::Owned(result)
}

/// Removes U+0000–001F except tab and line ends, and U+007F–009F.
pub fn strip_control(text: Cow<'_, str>) -> Cow<'_, str> {
    if is_plain(&text) {
        return text;
    }
    let unwanted =
        |character: char| character.is_control() && !matches!(character, '\t' | '\n' | '\r');
    if text.chars().any(unwanted) {
        Cow::Owned(text.chars().filter(|&character| !unwanted(character)).collect())
    } else {
        text
    }
}

pub fn lower(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        text
    } else {
        Cow::Owned(text.to_lowercase())
    }
}

pub fn upper(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_lowercase()) {
        text
    } else {
        Cow::Owned(text.to_uppercase())
    }
}

/// Upper case at the start of each word, lower case elsewhere. A word starts at the text's start,
/// after white space or a hyphen, and after an apostrophe that follows a single letter:
/// `o'connor` → `O'Connor`, but `john's` → `John's`.
pub fn title_case(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut letters_in_word = 0;
    for character in text.chars() {
        if character.is_ascii() {
            let cased = if letters_in_word == 0 {
                character.to_ascii_uppercase()
            } else {
                character.to_ascii_lowercase()
            };
            result.push(cased);
        } else if letters_in_word == 0 {
            result.extend(character.to_uppercase());
        } else {
            result.extend(character.to_lowercase());
        }
        let starts_word = character.is_whitespace()
            || character == '-'
            || (matches!(character, '\'' | '’') && letters_in_word == 1);
        letters_in_word = if starts_word { 0 } else { letters_in_word + 1 };
    }
    result
}

pub fn nfc(text: Cow<'_, str>) -> Cow<'_, str> {
    if is_nfc(&text) { text } else { Cow::Owned(text.nfc().collect()) }
}

/// Drops one of `words` before or after the value, and the blanks between.
pub fn strip_word<'a>(text: Cow<'a, str>, words: &[String]) -> Cow<'a, str> {
    slice(text, |text| {
        let text = text.trim();
        let stripped = words.iter().find_map(|word| {
            text.strip_suffix(word.as_str()).or_else(|| text.strip_prefix(word.as_str()))
        });
        stripped.map_or(text, str::trim)
    })
}

/// The part of that number, trimmed; nothing where there are fewer parts.
pub fn part<'a>(text: Cow<'a, str>, split: &Split) -> Option<Cow<'a, str>> {
    match text {
        Cow::Borrowed(text) => nth_part(text, split).map(|part| Cow::Borrowed(part.trim())),
        Cow::Owned(text) => nth_part(&text, split).map(|part| Cow::Owned(part.trim().to_owned())),
    }
}

fn nth_part<'t>(text: &'t str, split: &Split) -> Option<&'t str> {
    let &[separator] = split.separator.as_bytes() else {
        return text.split(split.separator.as_str()).nth(split.part - 1);
    };
    // Searching for each separator anew would take longer than the few bytes between them.
    let (mut start, mut before) = (0, split.part - 1);
    for (index, byte) in text.bytes().enumerate() {
        if byte == separator {
            if before == 0 {
                return Some(&text[start..index]);
            }
            (start, before) = (index + 1, before - 1);
        }
    }
    (before == 0).then(|| &text[start..])
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use proptest::prelude::{prop_assert_eq, proptest};

    use super::{Split, is_blank, part, squeeze, strip_control, strip_word, title_case};

    proptest! {
        /// The short way for tidy text and the long one are one.
        #[test]
        fn words_are_joined_by_single_blanks(text in "[ -~\t\u{a0}é]{0,12}") {
            let words: Vec<_> = text.split(is_blank).filter(|word| !word.is_empty()).collect();
            prop_assert_eq!(squeeze(Cow::Borrowed(&text)), words.join(" "));
        }
    }

    #[test]
    fn white_space_of_any_kind_is_squeezed() {
        #[track_caller]
        fn case(text: &str, expected: &str) {
            assert_eq!(squeeze(Cow::Borrowed(text)), expected);
        }
        case("a b", "a b");
        case("  a \t\u{a0} b\u{7}\n", "a b");
        case("\u{7}", "");
        case("", "");
    }

    #[test]
    fn control_characters_go_and_line_ends_stay() {
        assert_eq!(strip_control(Cow::Borrowed("a\u{1}b\u{9f}c\td\n")), "abc\td\n");
    }

    #[test]
    fn names_get_their_capitals() {
        #[track_caller]
        fn case(text: &str, expected: &str) {
            assert_eq!(title_case(text), expected);
        }
        case("ANA MARIA o'connor", "Ana Maria O'Connor");
        case("john's", "John's");
        case("jean-luc", "Jean-Luc");
        case("éva", "Éva");
    }

    #[test]
    fn units_and_parts_are_taken_off() {
        let words = ["pcs".to_owned(), "x".to_owned()];
        assert_eq!(strip_word(Cow::Borrowed("3 pcs"), &words), "3");
        assert_eq!(strip_word(Cow::Borrowed("x3"), &words), "3");
        assert_eq!(strip_word(Cow::Borrowed("3"), &words), "3");
        let split = |part| Split { separator: ";".to_owned(), part };
        assert_eq!(part(Cow::Borrowed("a; b ;c"), &split(2)).as_deref(), Some("b"));
        assert_eq!(part(Cow::Borrowed("a; b"), &split(3)), None);
    }
}
