//! One column's line of the mapping.

use std::sync::Arc;

use common::Result;
use common::identifier::QualifiedName;
use toml::de::DeValue;

use super::file::{Entry, Node};
use super::read::{Defaults, decimal};
use super::{Column, Conversion, Input, Lookup, Otherwise};
use crate::clean::{Cleaner, Pattern, Split};

const KEYS: &str = "The keys are from, sql, constant, surrogate, lookup, by, take, clean, as, formats, values, decimal, default and otherwise.";
const CLEANERS: &str = "The cleaners are trim, squeeze, strip_control, lower, upper, title_case, nfc, digits, email, money, null_words, null_if_empty, { phone = \"1\" }, { strip = [\"pcs\"] }, { split = \";\", part = 1 } and { regex = \"…\", replace = \"…\" }.";

pub fn read(entry: &Entry, target: &str, defaults: &Defaults) -> Result<Column> {
    let mut column = Column {
        name: entry.key.to_owned(),
        line: entry.line,
        input: Input::Surrogate,
        clean: Vec::new(),
        conversion: Conversion { decimal: defaults.decimal, ..Conversion::default() },
        lookup: None,
        default: None,
        otherwise: Otherwise::Reject,
    };
    if let DeValue::String(source) = entry.node.value.get_ref() {
        column.input = Input::Column(source.to_string());
        return Ok(column);
    }
    let mut inputs = Vec::new();
    let (mut lookup, mut by, mut take) = (None, None, None);
    for Entry { key, line, node } in entry.node.entries(entry.key)? {
        match key {
            "from" => inputs.push(Input::Column(node.string(key)?.to_owned())),
            "sql" => inputs.push(Input::Sql(node.string(key)?.to_owned())),
            "constant" => inputs.push(Input::Constant(scalar(&node, key)?)),
            "surrogate" => {
                if node.boolean(key)? {
                    inputs.push(Input::Surrogate);
                }
            }
            "lookup" => {
                let text = node.string(key)?;
                let table = QualifiedName::parse(text)
                    .ok_or_else(|| node.error(format!("`{text}` is not a table's name")))?;
                lookup = Some(table);
            }
            "by" => by = Some(node.string(key)?.to_owned()),
            "take" => take = Some(node.string(key)?.to_owned()),
            "clean" => {
                for cleaner in node.list() {
                    column.clean.push(read_cleaner(&cleaner, defaults)?);
                }
            }
            "as" => column.conversion.type_name = Some(node.string(key)?.to_owned()),
            "formats" => column.conversion.formats = node.strings(key)?,
            "values" => column.conversion.values = Some(Arc::new(values(&node)?)),
            "decimal" => column.conversion.decimal = decimal(&node)?,
            "default" => column.default = Some(scalar(&node, key)?),
            "otherwise" => column.otherwise = otherwise(&node)?,
            other => {
                let problem = format!("`{other}` is not a key of a column");
                return Err(node.file.error(line, problem).hint(KEYS));
            }
        }
    }
    let name = format!("{target}.{}", entry.key);
    let problem = |text: String| entry.node.file.error(entry.line, text);
    column.input = match (inputs.pop(), inputs.is_empty()) {
        (Some(input), true) => input,
        (None, _) => {
            return Err(problem(format!("`{name}` has no source"))
                .hint("It is one of from, sql, constant and surrogate."));
        }
        _ => {
            return Err(problem(format!(
                "`{name}` has more than one of from, sql, constant and surrogate"
            )));
        }
    };
    column.lookup = match (lookup, by) {
        (Some(target), Some(by)) => Some(Lookup { target, by, take }),
        (None, None) if take.is_none() => None,
        _ => {
            return Err(problem(format!("`{name}` is an incomplete lookup"))
                .hint("A lookup is written { lookup = \"users\", by = \"email\", from = \"user_email\" }."));
        }
    };
    Ok(column)
}

fn read_cleaner(node: &Node, defaults: &Defaults) -> Result<Cleaner> {
    let DeValue::Table(_) = node.value.get_ref() else {
        let name = node.string("clean")?;
        return match name {
            "trim" => Ok(Cleaner::Trim),
            "squeeze" => Ok(Cleaner::Squeeze),
            "strip_control" => Ok(Cleaner::StripControl),
            "lower" => Ok(Cleaner::Lower),
            "upper" => Ok(Cleaner::Upper),
            "title_case" => Ok(Cleaner::TitleCase),
            "nfc" => Ok(Cleaner::Nfc),
            "digits" => Ok(Cleaner::Digits),
            "email" => Ok(Cleaner::Email),
            "money" => Ok(Cleaner::Money),
            "null_words" => Ok(Cleaner::NullWords(defaults.null_words.clone())),
            "null_if_empty" => Ok(Cleaner::NullIfEmpty),
            other => Err(node.error(format!("`{other}` is not a cleaner")).hint(CLEANERS)),
        };
    };
    let entries = node.entries("clean")?;
    let keys: Vec<_> = entries.iter().map(|entry| entry.key).collect();
    let argument =
        |key: &str| entries.iter().find(|entry| entry.key == key).map(|entry| entry.node);
    let known = |keys: &[&str]| entries.iter().all(|entry| keys.contains(&entry.key));
    match keys.first() {
        Some(&"phone") if known(&["phone"]) => {
            let code = node_of(argument("phone")).string("phone")?;
            if code.is_empty() || code.len() > 3 || !code.bytes().all(|byte| byte.is_ascii_digit())
            {
                return Err(node.error(format!("`{code}` is not a country code such as 1 or 44")));
            }
            Ok(Cleaner::Phone(code.to_owned()))
        }
        Some(&"strip") if known(&["strip"]) => {
            let mut words = node_of(argument("strip")).strings("strip")?;
            // The longest first, so that "pcs" is not taken for "pc" and a left-over "s".
            words.sort_by_key(|word| std::cmp::Reverse(word.len()));
            Ok(Cleaner::Strip(words))
        }
        _ if argument("split").is_some() && known(&["split", "part"]) => {
            let separator = node_of(argument("split")).string("split")?.to_owned();
            let part = match argument("part") {
                Some(part) => part.integer("part")?,
                None => return Err(node.error("`split` has no `part`")),
            };
            match usize::try_from(part) {
                Ok(part) if part > 0 && !separator.is_empty() => {
                    Ok(Cleaner::Split(Split { separator, part }))
                }
                _ => Err(node.error("`split` needs a separator and a `part` from 1")),
            }
        }
        _ if argument("regex").is_some() && known(&["regex", "replace"]) => {
            let text = node_of(argument("regex")).string("regex")?;
            let replacement = match argument("replace") {
                Some(replacement) => Some(replacement.string("replace")?.to_owned()),
                None => None,
            };
            let pattern = Pattern::new(text, replacement).map_err(|error| {
                node.error(format!("`{text}` is not a regular expression: {error}"))
            })?;
            Ok(Cleaner::Pattern(pattern))
        }
        _ => Err(node.error(format!("`{}` is not a cleaner", keys.join(", "))).hint(CLEANERS)),
    }
}

/// An argument whose key was just found.
fn node_of(node: Option<Node>) -> Node {
    node.expect("the key was matched before its value is read")
}

/// `values = { shipped = ["sent", "shipped"] }` → lower-case synonym and canonical value.
fn values(node: &Node) -> Result<Vec<(String, String)>> {
    let mut synonyms: Vec<(String, String)> = Vec::new();
    for Entry { key: canonical, line, node } in node.entries("values")? {
        let mut words = node.strings("values")?;
        words.push(canonical.to_owned());
        for word in words {
            let word = word.trim().to_lowercase();
            match synonyms.iter().find(|(known, _)| *known == word) {
                Some((_, other)) if other != canonical => {
                    return Err(node.file.error(
                        line,
                        format!("`{word}` stands for both `{other}` and `{canonical}`"),
                    ));
                }
                Some(_) => {}
                None => synonyms.push((word, canonical.to_owned())),
            }
        }
    }
    Ok(synonyms)
}

fn otherwise(node: &Node) -> Result<Otherwise> {
    Ok(match scalar(node, "otherwise")?.as_str() {
        "reject" => Otherwise::Reject,
        "null" => Otherwise::Null,
        "fail" => Otherwise::Fail,
        value => Otherwise::Value(value.to_owned()),
    })
}

/// A string, number or boolean, as the text it would be in the source.
fn scalar(node: &Node, name: &str) -> Result<String> {
    match node.value.get_ref() {
        DeValue::String(text) => Ok(text.to_string()),
        DeValue::Boolean(value) => Ok(value.to_string()),
        DeValue::Integer(value) => Ok(value.to_string()),
        DeValue::Float(value) => Ok(value.to_string()),
        _ => Err(node.error(format!("`{name}` is not a string, number or boolean"))),
    }
}
