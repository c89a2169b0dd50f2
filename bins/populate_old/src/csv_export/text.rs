//! Bytes to text.

use std::borrow::Cow;

use encoding_rs::{WINDOWS_1252, mem};

use super::rejects::Reason;
use crate::arguments::Encoding;

/// The bytes that cp1252 leaves undefined; browsers read them as control characters.
const UNDEFINED: [u8; 5] = [0x81, 0x8d, 0x8f, 0x90, 0x9d];

/// A field's text.
///
/// # Errors
/// A byte is not of this encoding, or is NUL, which PostgreSQL's text cannot hold.
pub fn decode<'a>(
    bytes: &'a [u8],
    encoding: Encoding,
    column: &str,
) -> Result<Cow<'a, str>, Reason> {
    if bytes.contains(&0) {
        return Err(Reason::new(format!(
            "column `{column}` holds a NUL byte, which PostgreSQL cannot store"
        )));
    }
    match encoding {
        Encoding::Utf8 => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Cow::Borrowed(text)),
            Err(error) => Err(Reason::encoding(
                bytes[error.valid_up_to()],
                "UTF-8",
                column,
                "latin1 or cp1252",
            )),
        },
        Encoding::Latin1 => Ok(mem::decode_latin1(bytes)),
        Encoding::Cp1252 => match bytes.iter().find(|byte| UNDEFINED.contains(byte)) {
            Some(byte) => Err(Reason::encoding(*byte, "cp1252", column, "utf8 or latin1")),
            None => Ok(WINDOWS_1252.decode_without_bom_handling(bytes).0),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::{Encoding, decode};

    #[test]
    fn bytes_become_text_by_their_encoding() {
        #[track_caller]
        fn case(bytes: &[u8], encoding: Encoding, expected: Option<&str>) {
            assert_eq!(decode(bytes, encoding, "c").ok().as_deref(), expected);
        }
        case(b"caf\xc3\xa9", Encoding::Utf8, Some("café"));
        case(b"caf\xe9", Encoding::Utf8, None);
        case(b"caf\xe9", Encoding::Latin1, Some("café"));
        case(b"\x80 5", Encoding::Cp1252, Some("€ 5"));
        case(b"\x80", Encoding::Latin1, Some("\u{80}"));
        case(b"\x81", Encoding::Cp1252, None);
        case(b"a\0b", Encoding::Latin1, None);
    }
}
