//! Slips of the pen: text that says the same once it is cleaned.

use super::dice::Roll;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slip {
    Upper,
    Lower,
    /// White space around the text, the no-break space among it.
    Outer,
    /// More or other white space between words.
    Inner,
    /// A control character that some terminal or export left behind; never NUL, which
    /// PostgreSQL's text cannot hold.
    Control,
    /// `mailto:` in front of an e-mail address.
    Mailto,
}

/// For text whose case is cleaned as well.
pub const IN_ANY_CASE: [Slip; 5] =
    [Slip::Upper, Slip::Lower, Slip::Outer, Slip::Inner, Slip::Control];
/// For text whose case says something.
pub const IN_ITS_CASE: [Slip; 3] = [Slip::Outer, Slip::Inner, Slip::Control];
/// For words that are cleaned of white space and case only.
pub const WORD: [Slip; 4] = [Slip::Upper, Slip::Lower, Slip::Outer, Slip::Outer];
pub const EMAIL: [Slip; 3] = [Slip::Upper, Slip::Outer, Slip::Mailto];

const OUTER: [(&str, &str); 5] = [(" ", ""), ("", " "), ("  ", " "), ("", "\t"), ("\u{a0}", "")];
const INNER: [&str; 4] = ["  ", "\t", " \u{a0}", "\n"];
const CONTROL: [u8; 4] = [0x07, 0x1b, 0x7f, 0x02];

/// Writes the text, with a slip where there is one.
pub fn write(text: &str, slip: Option<Slip>, roll: &mut Roll, out: &mut Vec<u8>) {
    match slip {
        None => out.extend_from_slice(text.as_bytes()),
        Some(Slip::Upper) => extend(out, text.chars().flat_map(char::to_uppercase)),
        Some(Slip::Lower) => extend(out, text.chars().flat_map(char::to_lowercase)),
        Some(Slip::Inner) if text.contains(' ') => {
            let between = roll.pick(&INNER);
            for (index, word) in text.split(' ').enumerate() {
                if index > 0 {
                    out.extend_from_slice(between.as_bytes());
                }
                out.extend_from_slice(word.as_bytes());
            }
        }
        Some(Slip::Outer | Slip::Inner) => {
            let (before, after) = roll.pick(&OUTER);
            for part in [before, text, after] {
                out.extend_from_slice(part.as_bytes());
            }
        }
        Some(Slip::Control) => {
            let middle = text.char_indices().nth(text.chars().count() / 2);
            let (before, after) = text.split_at(middle.map_or(0, |(index, _)| index));
            out.extend_from_slice(before.as_bytes());
            out.push(roll.pick(&CONTROL));
            out.extend_from_slice(after.as_bytes());
        }
        Some(Slip::Mailto) => {
            out.extend_from_slice(b"mailto:");
            out.extend_from_slice(text.as_bytes());
        }
    }
}

fn extend(out: &mut Vec<u8>, characters: impl Iterator<Item = char>) {
    let mut buffer = [0; 4];
    for character in characters {
        out.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::super::dice::{Dice, Purpose};
    use super::{IN_ANY_CASE, Slip, write};

    #[test]
    fn a_slip_changes_the_bytes_and_keeps_the_letters() {
        let dice = Dice::new(1, Purpose::User);
        let letters = |text: &str| {
            text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect::<String>()
        };
        for row in 0..500 {
            let mut roll = dice.row(row);
            let slip = roll.pick(&IN_ANY_CASE);
            let mut out = Vec::new();
            write("José O'Hara", Some(slip), &mut roll, &mut out);
            let text = String::from_utf8(out).unwrap();
            assert_ne!(text, "José O'Hara", "{slip:?}");
            assert_eq!(letters(&text), "joséohara", "{slip:?}");
        }
    }

    #[test]
    fn a_word_without_blanks_still_slips() {
        let mut roll = Dice::new(1, Purpose::User).row(1);
        let mut out = Vec::new();
        write("Widget", Some(Slip::Inner), &mut roll, &mut out);
        assert_ne!(out, b"Widget");
    }
}
