//! A command line that cannot be read is told like any other error: primary, detail, hint.

use crate::Error;

/// What clap found wrong with the command line, in our form. It is usage (exit code 2).
///
/// Help and versions are no errors: they are printed as clap lays them out, and the process ends.
pub(crate) fn explain(error: &clap::Error, binary: &str) -> Error {
    use clap::error::ErrorKind::{
        DisplayHelp, DisplayHelpOnMissingArgumentOrSubcommand, DisplayVersion,
    };
    match error.kind() {
        DisplayHelp | DisplayVersion | DisplayHelpOnMissingArgumentOrSubcommand => error.exit(),
        _ => in_our_form(&error.render().to_string(), binary),
    }
}

/// clap writes paragraphs: what is wrong, tips, how the program is called, and where to read more.
fn in_our_form(text: &str, binary: &str) -> Error {
    let mut paragraphs = text.trim_end().split("\n\n");
    let wrong = paragraphs.next().unwrap_or_default();
    let (primary, details) = wrong.split_once('\n').unwrap_or((wrong, ""));
    let primary = primary.strip_prefix("error: ").unwrap_or(primary);
    let (sets, names): (Vec<&str>, Vec<&str>) = details
        .lines()
        .map(str::trim)
        .partition(|line| line.starts_with('[') && line.contains(": "));

    let error = match names.as_slice() {
        [] => Error::usage(primary),
        names => Error::usage(format!("{primary} {}", names.join(", "))),
    };
    let error = sets.iter().fold(error, |error, set| error.detail(set.trim_matches(['[', ']'])));
    error.hint(way_out(paragraphs, binary))
}

/// The tips where there are any, else how the program is called, else where to read that.
fn way_out<'a>(paragraphs: impl Iterator<Item = &'a str>, binary: &str) -> String {
    let (mut tips, mut usage) = (Vec::new(), None);
    for paragraph in paragraphs {
        if paragraph.starts_with("Usage:") {
            usage = Some(paragraph.to_owned());
        }
        tips.extend(paragraph.lines().filter_map(|line| line.trim_start().strip_prefix("tip: ")));
    }
    let tips: Vec<String> = tips.into_iter().map(sentence).collect();
    match (tips.as_slice(), usage) {
        ([], Some(usage)) => usage,
        ([], None) => format!("`{binary} --help` lists what it accepts."),
        (tips, _) => tips.join("\n"),
    }
}

/// A capital in front and a full stop behind.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::in_our_form;

    #[test]
    fn each_paragraph_finds_its_line() {
        #[track_caller]
        fn case(text: &str, expected: &str) {
            let error = in_our_form(text, "pgrefit");
            assert_eq!((error.to_string().as_str(), error.exit_code()), (expected, 2));
        }
        case(
            "error: unexpected argument '--jbs' found\n\n  tip: a similar argument exists: '--jobs'\n\nUsage: x --jobs <N>\n\nFor more information, try '--help'.\n",
            "unexpected argument '--jbs' found\n  hint: A similar argument exists: '--jobs'.",
        );
        case(
            "error: the following required arguments were not provided:\n  <A>\n  <B>\n\nUsage: x <A> <B>\n       x <COMMAND>\n",
            "the following required arguments were not provided: <A>, <B>\n  hint: Usage: x <A> <B>\n               x <COMMAND>",
        );
        case(
            "error: invalid value 'c' for '--to <TO>'\n  [possible values: a, b]\n\nFor more information, try '--help'.\n",
            "invalid value 'c' for '--to <TO>'\n  detail: possible values: a, b\n  hint: `pgrefit --help` lists what it accepts.",
        );
    }
}
