//! TOML, as people write it: bare keys where they can be, inline tables.

/// A key, quoted where TOML wants it.
pub fn key(name: &str) -> String {
    let bare = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    if !name.is_empty() && name.bytes().all(bare) { name.to_owned() } else { text(name) }
}

/// A basic string.
pub fn text(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            _ if character.is_control() => quoted.push_str(&format!("\\u{:04x}", character as u32)),
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

/// `{ from = "x", clean = […] }`; the values are TOML already.
pub fn inline(entries: &[(String, String)]) -> String {
    let entries: Vec<_> = entries.iter().map(|(key, value)| format!("{key} = {value}")).collect();
    format!("{{ {} }}", entries.join(", "))
}

#[cfg(test)]
mod tests {
    use super::{key, text};

    #[test]
    fn what_is_written_is_read_back() {
        for value in ["plain", "with \"quotes\" and \\", "tab\there\u{7}", "é"] {
            let file = format!("{} = {}", key(value), text(value));
            let table: toml::Table = file.parse().expect(&file);
            assert_eq!(table.get(value).and_then(toml::Value::as_str), Some(value));
        }
    }
}
