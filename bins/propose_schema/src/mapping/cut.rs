//! A table that is cut out of one column of an old one, such as addresses out of old_users.address.

use super::columns::Columns;
use super::spec::{Choice, Spec};
use super::tables::OldTable;
use super::toml::text;
use crate::profile::ColumnProfile;
use migrate_data::catalog::Column;
use migrate_data::value::Kind;

impl Columns<'_> {
    /// The columns of a table that is cut out of one column: its parts in order where it has parts,
    /// else the first text column.
    pub fn cut(
        &self,
        cut: &ColumnProfile,
        open: &[&Column],
        source: &OldTable,
    ) -> Vec<(String, Spec)> {
        let texts: Vec<_> = open
            .iter()
            .filter(|column| matches!(column.kind, Kind::Text(_) | Kind::Character(_)))
            .collect();
        let parts = |separator: char, count: usize| {
            let times: i64 = cut
                .parts
                .iter()
                .filter(|((found, _), _)| *found == separator)
                .map(|(_, times)| times)
                .sum();
            let fitting =
                cut.parts.keys().any(|(found, parts)| *found == separator && *parts == count);
            fitting && times * 2 > cut.present
        };
        let separator = [';', '|']
            .into_iter()
            .find(|separator| texts.len() > 1 && parts(*separator, texts.len()));
        let clean = |first: Option<String>| {
            let mut steps: Vec<_> = first.into_iter().collect();
            steps.extend(["strip_control", "squeeze", "null_words"].map(text));
            format!("[{}]", steps.join(", "))
        };
        if let Some(separator) = separator {
            return texts
                .iter()
                .zip(1..)
                .map(|(column, part)| {
                    let split =
                        format!("{{ split = {}, part = {part} }}", text(&separator.to_string()));
                    let spec =
                        Spec::of(&[("from", text(&cut.name)), ("clean", clean(Some(split)))]);
                    (
                        column.name.clone(),
                        spec.doubt(format!("part {part} of {}, by its place alone", cut.name)),
                    )
                })
                .collect();
        }
        let Some(column) = texts.first() else { return Vec::new() };
        let choice = Choice {
            target: column,
            source: cut,
            rows: source.profile.rows,
            default: None,
            takers: self.takers,
        };
        let mut spec = choice.spec();
        let spellings = cut.values.all().map_or(0, |values| values.len());
        if i64::try_from(spellings).unwrap_or(0) < cut.distinct.count() && spellings > 0 {
            // Spellings that differ in case alone are one row.
            let steps: Vec<_> = ["squeeze", "lower", "title_case", "null_words"].map(text).into();
            spec.settings.retain(|(key, _)| key != "clean");
            spec.settings.push(("clean".to_owned(), format!("[{}]", steps.join(", "))));
        }
        vec![(column.name.clone(), spec)]
    }
}
