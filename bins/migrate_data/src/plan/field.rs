//! Columns of the mapping → fields: what is computed once per source row.

use std::borrow::Cow;

use common::Result;

use super::build::{Destination, find_column};
use super::source::SourceBuilder;
use super::{Field, FieldInput, Known, Lookup, Otherwise, circular, lookups};
use crate::catalog::{Column as CatalogColumn, kind_by_name};
use crate::clean::Format;
use crate::mapping::{self, Column, Input, Mapping};
use crate::value::{Converter, Kind, Value};

pub struct FieldBuilder<'m> {
    mapping: &'m Mapping,
    destinations: &'m [Destination<'m>],
    pub fields: Vec<Field>,
    /// What each field was made from, so that columns that are written alike share one.
    origins: Vec<String>,
}

impl<'m> FieldBuilder<'m> {
    pub fn new(mapping: &'m Mapping, destinations: &'m [Destination<'m>]) -> FieldBuilder<'m> {
        FieldBuilder { mapping, destinations, fields: Vec::new(), origins: Vec::new() }
    }

    pub fn finish(self) -> Vec<Field> {
        self.fields
    }

    /// The field of a column; a new one where none is written like it.
    ///
    /// # Errors
    /// What the column says cannot work.
    pub fn add(
        &mut self,
        destination: &Destination,
        column: &Column,
        known: &CatalogColumn,
        source: &mut SourceBuilder,
    ) -> Result<usize> {
        let name = format!("{}.{}", destination.mapping.table, column.name);
        let lookup = self.lookup(destination, column, known, &name)?;
        let kind = match &lookup {
            Some((_, looked_up)) => looked_up.clone(),
            None => self.kind(column, known, &name)?,
        };
        let origin = format!(
            "{:?} {:?} {:?} {:?} {:?} {:?} {:?}",
            column.input,
            column.clean,
            column.conversion,
            column.lookup,
            column.default,
            column.otherwise,
            kind
        );
        let shared = column.input != Input::Surrogate;
        if let Some(index) = self.origins.iter().position(|known| shared && *known == origin) {
            return Ok(index);
        }
        let (input, label) = self.input(column, &name, source)?;
        let converter = self.converter(column, kind, &name)?;
        let given = |text: &str, what: &str| self.given(&converter, text, what, column, &name);
        let default = match (&column.input, &column.default) {
            (Input::Constant(text), _) => Some(given(text, "constant")?),
            (_, Some(_)) if lookup.is_some() => {
                return Err(
                    self.error(column, format!("`{name}` is a lookup and cannot have a default"))
                );
            }
            (_, Some(text)) => Some(given(text, "default")?),
            (_, None) => None,
        };
        let otherwise = match &column.otherwise {
            mapping::Otherwise::Reject => Otherwise::Reject,
            mapping::Otherwise::Fail => Otherwise::Fail,
            mapping::Otherwise::Null => Otherwise::Use(Value::Null),
            mapping::Otherwise::Value(_) if lookup.is_some() => {
                return Err(self.error(
                    column,
                    format!("`{name}` is a lookup; its `otherwise` is reject, null or fail"),
                ));
            }
            mapping::Otherwise::Value(text) => Otherwise::Use(given(text, "otherwise")?),
        };
        self.fields.push(Field {
            input,
            label,
            clean: column.clean.clone(),
            values: column.conversion.values.clone(),
            converter,
            lookup: lookup.map(|(lookup, _)| lookup),
            default,
            otherwise,
        });
        self.origins.push(origin);
        Ok(self.fields.len() - 1)
    }

    fn error(&self, column: &Column, problem: String) -> common::Error {
        self.mapping.file.error(column.line, problem)
    }

    fn input(
        &self,
        column: &Column,
        name: &str,
        source: &mut SourceBuilder,
    ) -> Result<(FieldInput, String)> {
        Ok(match &column.input {
            Input::Column(key) if *key == source.key.column => (FieldInput::Key, key.clone()),
            Input::Column(from) => {
                let position = source.column(self.mapping, from, name, column.line)?;
                (FieldInput::Expression(position), from.clone())
            }
            Input::Sql(sql) => {
                let position = source.expression(self.mapping, sql, column.line)?;
                (FieldInput::Expression(position), column.name.clone())
            }
            Input::Constant(_) => (FieldInput::Constant, column.name.clone()),
            Input::Surrogate => (FieldInput::Surrogate, column.name.clone()),
        })
    }

    /// The kind that values are checked for: the target column's, unless `as` says another that
    /// the column can hold.
    fn kind(&self, column: &Column, known: &CatalogColumn, name: &str) -> Result<Kind> {
        let Some(type_name) = &column.conversion.type_name else {
            return Ok(known.kind.clone());
        };
        let Some(kind) = kind_by_name(type_name) else {
            return Err(self.error(column, format!("`{name}`: `as = \"{type_name}\"` is not a type"))
                .hint("The types are text, enum, boolean, smallint, integer, bigint, real, double precision, numeric, date, timestamp, timestamptz and uuid."));
        };
        if type_name == "enum" {
            if column.conversion.values.is_none() {
                return Err(
                    self.error(column, format!("`{name}`: `as = \"enum\"` has no `values`"))
                );
            }
            return Ok(known.kind.clone());
        }
        if same_family(&kind, &known.kind) {
            // The column's own limits hold, such as numeric(12,2).
            return Ok(known.kind.clone());
        }
        Err(self.error(
            column,
            format!("`{name}` is {}, which cannot hold `as = \"{type_name}\"`", known.shown),
        ))
    }

    fn converter(&self, column: &Column, kind: Kind, name: &str) -> Result<Converter> {
        let mut formats = Vec::new();
        for text in &column.conversion.formats {
            let format = Format::new(text).map_err(|directive| {
                self.error(
                    column,
                    format!("`{name}`: `{directive}` in \"{text}\" is not a directive"),
                )
                .hint("The directives are %Y %y %m %d %e %b %B %H %I %p %M %S %f %.f %z and %%.")
            })?;
            formats.push(format);
        }
        let is_time = matches!(kind, Kind::Date | Kind::Timestamp | Kind::TimestampTz);
        if !formats.is_empty() && !is_time {
            return Err(
                self.error(column, format!("`{name}` has `formats` but is not a date or time"))
            );
        }
        if let (Some(values), Kind::Enum(labels)) = (&column.conversion.values, &kind)
            && let Some((_, unknown)) = values.iter().find(|(_, value)| !labels.contains(value))
        {
            return Err(self
                .error(column, format!("`{name}`: `{unknown}` is not a label of its type"))
                .hint(format!("The labels are {}.", labels.join(", "))));
        }
        let time_zone = self.mapping.settings.time_zone.clone();
        Ok(Converter::new(kind, formats, column.conversion.decimal, time_zone))
    }

    /// A value that the mapping itself writes must fit the column.
    fn given(
        &self,
        converter: &Converter,
        text: &str,
        what: &str,
        column: &Column,
        name: &str,
    ) -> Result<Value<'static>> {
        match converter.convert(Cow::Borrowed(text)) {
            Ok(value) => Ok(value.into_owned()),
            Err(rule) => Err(self.error(
                column,
                format!("`{name}`: the {what} {}", rule.sentence(&format!("`{text}`"))),
            )),
        }
    }

    /// A lookup, and the kind of the column it looks by.
    fn lookup(
        &self,
        destination: &Destination,
        column: &Column,
        known: &CatalogColumn,
        name: &str,
    ) -> Result<Option<(Lookup, Kind)>> {
        let Some(lookup) = &column.lookup else {
            return Ok(None);
        };
        let target =
            lookups::find_target(self.mapping, self.destinations, &lookup.target, column.line)?;
        let by = find_column(self.mapping, target, &lookup.by, column.line)?;
        let unique = target
            .mapping
            .unique
            .as_ref()
            .filter(|unique| unique.by.len() == 1 && unique.by[0].column == lookup.by);
        let Some(unique) = unique else {
            return Err(self
                .error(
                    column,
                    format!(
                        "`{name}` looks up {} by `{}`, which is not its `unique`",
                        lookup.target, lookup.by
                    ),
                )
                .hint(format!(
                    "Write unique = {{ by = \"{}\" }} in [{}]. Nothing was loaded.",
                    lookup.by, lookup.target
                )));
        };
        let taken_name = lookups::taken_column(self.mapping, target)?.unwrap_or_default();
        let taken = find_column(self.mapping, target, &taken_name, column.line)?;
        if !holds(&known.kind, &taken.kind) {
            return Err(self.error(
                column,
                format!(
                    "`{name}` is {}, which cannot hold `{}.{}` ({})",
                    known.shown, lookup.target, taken.name, taken.shown
                ),
            ));
        }
        let twin = target.mapping.columns.iter().find(|twin| twin.name == lookup.by);
        if twin.is_some_and(|twin| twin.lookup.is_some()) {
            return Err(self.error(
                column,
                format!(
                    "`{name}` looks up {} by `{}`, which is a lookup itself",
                    lookup.target, lookup.by
                ),
            ));
        }
        let alike = target.mapping.source == destination.mapping.source
            && twin.is_some_and(|twin| {
                twin.input == column.input
                    && format!("{:?}{:?}", twin.clean, twin.conversion.values)
                        == format!("{:?}{:?}", column.clean, column.conversion.values)
            });
        let known = match target.circle == destination.circle {
            _ if alike => Known::ByConstruction,
            true => Known::Circular,
            false => Known::Before,
        };
        circular::check_taken(self.mapping, self.destinations, target, taken, column, known)?;
        let lookup = Lookup {
            target: target.number,
            target_name: lookup.target.to_string(),
            by: lookup.by.clone(),
            ignore_case: unique.ignore_case,
            known,
        };
        Ok(Some((lookup, by.kind.clone())))
    }
}

/// The same kind of value, whatever its limits.
fn same_family(one: &Kind, other: &Kind) -> bool {
    matches!(
        (one, other),
        (Kind::Integer(_), Kind::Integer(_))
            | (Kind::Text(_), Kind::Text(_) | Kind::Character(_))
            | (Kind::Numeric(_), Kind::Numeric(_))
            | (Kind::Float(_), Kind::Float(_))
    ) || one == other
}

/// Whether every value of `taken` fits `column`.
fn holds(column: &Kind, taken: &Kind) -> bool {
    match (column, taken) {
        (Kind::Integer(column), Kind::Integer(taken)) => column >= taken,
        (Kind::Text(None), Kind::Text(_) | Kind::Character(_)) => true,
        (Kind::Text(Some(column)), Kind::Text(Some(taken))) => column >= taken,
        _ => column == taken,
    }
}
