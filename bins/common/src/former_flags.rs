//! Flags that have become commands: a line as it was written before goes on working.

use std::ffi::OsString;

/// The line with the first such flag as the command that it is now: `migrate_data --json --dry-run`
/// becomes `migrate_data dry-run --json`. A value, as in `--export=rejects.csv`, stays where it was.
pub fn as_commands(line: impl Iterator<Item = OsString>, flags: &[&str]) -> Vec<OsString> {
    let mut line: Vec<OsString> = line.collect();
    let end = line.iter().position(|word| word == "--").unwrap_or(line.len());
    let found = line[..end].iter().enumerate().skip(1).find_map(|(place, word)| {
        let word = word.to_str()?.strip_prefix("--")?;
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (word, None),
        };
        flags.contains(&name).then(|| (place, OsString::from(name), value.map(OsString::from)))
    });
    if let Some((place, command, value)) = found {
        line.splice(place..=place, value);
        line.insert(1, command);
    }
    line
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::as_commands;

    #[test]
    fn a_former_flag_is_a_command_wherever_it_stands() {
        #[track_caller]
        fn case(line: &str, expected: &str) {
            let words = line.split(' ').map(OsString::from);
            let expected: Vec<OsString> = expected.split(' ').map(OsString::from).collect();
            assert_eq!(as_commands(words, &["dry-run", "export", "check"]), expected, "{line}");
        }
        case("x", "x");
        case("x --dry-run", "x dry-run");
        case("x --json --dry-run --only t", "x dry-run --json --only t");
        case("x --export out.csv", "x export out.csv");
        case("x --json --export=out.csv", "x export --json out.csv");
        case("x latest --check", "x check latest");
        case("x --restart -- --check", "x --restart -- --check");
        case("x --checked", "x --checked");
    }
}
