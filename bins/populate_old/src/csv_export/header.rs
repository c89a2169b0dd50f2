//! The names of the columns.

use common::{Error, Result};

use super::files::ExportFile;
use super::records::Record;
use super::text;
use crate::arguments::Encoding;

/// Where a row came from; these columns stand in front of the export's own.
pub const PROVENANCE: [&str; 3] = ["row_id", "file", "line"];
/// PostgreSQL cuts longer names, silently.
const LONGEST_NAME: usize = 63;

pub struct Columns {
    pub names: Vec<String>,
    /// `the header` or `the first record`, for messages on records that do not fit.
    pub said_by: &'static str,
    /// The file whose header it is.
    pub file: Option<String>,
}

impl Columns {
    /// c1, c2, …
    pub fn numbered(count: usize) -> Columns {
        let names = (1..=count).map(|number| format!("c{number}")).collect();
        Columns { names, said_by: "the first record", file: None }
    }
}

/// The columns as a header names them.
///
/// # Errors
/// Two names fold to one, or one is too long; nothing was changed.
pub fn read(file: &ExportFile, record: &Record, encoding: Encoding) -> Result<Columns> {
    let texts = texts(file, record, encoding)?;
    let mut names: Vec<String> = Vec::with_capacity(texts.len());
    for (index, text) in texts.iter().enumerate() {
        let name = match fold(text) {
            // A column without a name is called by its number, as all are without a header.
            name if name.is_empty() => format!("c{}", index + 1),
            name => name,
        };
        let refuse = |why: String| {
            Error::new(format!("{}:{}: {why}", file.path.display(), record.line))
                .hint("Rename it in the file, or load with --no-header. Nothing was changed.")
        };
        if let Some(first) = names.iter().position(|other| *other == name) {
            return Err(refuse(format!(
                "the columns `{}` and `{text}` both fold to `{name}`",
                texts[first]
            )));
        }
        if PROVENANCE.contains(&name.as_str()) {
            return Err(refuse(format!(
                "the column `{text}` folds to `{name}`, which says where a row came from"
            )));
        }
        if name.len() > LONGEST_NAME {
            return Err(refuse(format!(
                "the name of column `{text}` is longer than {LONGEST_NAME} bytes"
            )));
        }
        names.push(name);
    }
    Ok(Columns { names, said_by: "the header", file: Some(file.path.display().to_string()) })
}

/// Each file has the same header as the first.
///
/// # Errors
/// It does not; both files are named, and nothing was changed.
pub fn check(
    file: &ExportFile,
    record: Option<&Record>,
    encoding: Encoding,
    columns: &Columns,
) -> Result<()> {
    let first = columns.file.as_deref().unwrap_or_default();
    let Some(record) = record else {
        return Err(Error::new(format!("{} is empty: it has no header", file.path.display()))
            .hint("Nothing was loaded."));
    };
    let own = read(file, record, encoding)?;
    if own.names == columns.names {
        return Ok(());
    }
    Err(Error::new(format!("the header of {} differs from that of {first}", file.path.display()))
        .detail(format!(
            "{first}: {}\n{}: {}",
            columns.names.join(", "),
            file.path.display(),
            own.names.join(", ")
        ))
        .hint("Load files with different columns into tables of their own. Nothing was loaded."))
}

/// Lower case, every run of other than a–z, 0–9 and `_` one `_`, none at either end.
pub fn fold(text: &str) -> String {
    let mut name = String::with_capacity(text.len());
    for character in text.chars().flat_map(char::to_lowercase) {
        if character.is_ascii_alphanumeric() || character == '_' {
            name.push(character);
        } else if !name.ends_with('_') {
            name.push('_');
        }
    }
    name.trim_matches('_').to_owned()
}

fn texts(file: &ExportFile, record: &Record, encoding: Encoding) -> Result<Vec<String>> {
    record.closed().map_err(|reason| reason.at(file, record.line))?;
    let decoded = record.fields().enumerate().map(|(index, bytes)| {
        text::decode(bytes, encoding, &format!("c{}", index + 1))
            .map(std::borrow::Cow::into_owned)
            .map_err(|reason| reason.at(file, record.line))
    });
    decoded.collect()
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn names_are_folded() {
        #[track_caller]
        fn case(text: &str, expected: &str) {
            assert_eq!(fold(text), expected, "{text}");
        }
        case("InvoiceNo", "invoiceno");
        case(" Unit Price (€) ", "unit_price");
        case("unit__price", "unit__price");
        case("a - b", "a_b");
        case("Größe", "gr_e");
        case("2nd", "2nd");
        case("€", "");
    }
}
