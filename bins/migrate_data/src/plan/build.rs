//! Mapping + catalogs → [`Plan`].

use common::{Database, Error, Result, Session};

use super::field::FieldBuilder;
use super::source::SourceBuilder;
use super::{
    Order, Otherwise, Plan, Source, Target, TargetColumn, Unique, WholeRow, circular, lookups,
};
use crate::catalog::{Column as CatalogColumn, Relation};
use crate::mapping::{self, Input, Mapping, OrderBy};
use crate::value::Value;

/// A target of the mapping and the table it is.
pub struct Destination<'m> {
    pub number: usize,
    pub mapping: &'m mapping::Target,
    pub relation: Relation,
    /// Number of the circle of sources that its own is in.
    pub circle: usize,
}

/// Checks the mapping against both databases.
///
/// # Errors
/// The first thing that cannot work, with its line in the mapping. Nothing is touched.
pub fn plan(
    mapping: &Mapping,
    old: &mut Session,
    new: &mut Session,
    new_name: &Database,
) -> Result<Plan> {
    let mut destinations = find_destinations(mapping, new, new_name)?;
    let order = lookups::source_order(mapping, &destinations)?;
    for (number, circle) in order.iter().enumerate() {
        circle.iter().flatten().for_each(|&target| destinations[target].circle = number);
    }
    let mut sources = Vec::new();
    for group in order.iter().flatten() {
        sources.push(plan_source(mapping, &destinations, group, old)?);
    }
    Ok(Plan {
        sources,
        max_rejects: mapping.settings.max_rejects,
        checksum: mapping.file.checksum(),
        is_whole: true,
        target_count: destinations.len(),
    })
}

fn find_destinations<'m>(
    mapping: &'m Mapping,
    new: &mut Session,
    new_name: &Database,
) -> Result<Vec<Destination<'m>>> {
    let mut destinations: Vec<Destination> = Vec::new();
    for (number, target) in mapping.targets.iter().enumerate() {
        let Some(mut relation) = Relation::find(new, &target.table)? else {
            return Err(mapping
                .file
                .error(
                    target.line,
                    format!("the table {} does not exist in {}", target.table, new_name.name),
                )
                .hint("`make migrate` creates the new database's tables. Nothing was loaded."));
        };
        if relation.primary_key.is_empty() {
            relation.primary_key = bookkeeping::loads::primary_key_away(new, relation.oid)?;
        }
        if let Some(twin) = destinations.iter().find(|other| other.relation.oid == relation.oid) {
            return Err(mapping.file.error(
                target.line,
                format!(
                    "{} is the same table as [{}] of line {}",
                    target.table, twin.mapping.table, twin.mapping.line
                ),
            ));
        }
        destinations.push(Destination { number, mapping: target, relation, circle: 0 });
    }
    Ok(destinations)
}

/// The targets of one source, in file order.
fn plan_source(
    mapping: &Mapping,
    destinations: &[Destination],
    group: &[usize],
    old: &mut Session,
) -> Result<Source> {
    let first = &destinations[group[0]];
    let mut source = SourceBuilder::open(mapping, first.mapping, old)?;
    let mut fields = FieldBuilder::new(mapping, destinations);
    let mut targets = Vec::new();
    for &number in group {
        targets.push(plan_target(mapping, &destinations[number], &mut source, &mut fields)?);
    }
    let mains: Vec<_> = group
        .iter()
        .enumerate()
        .filter(|(_, number)| destinations[**number].mapping.main)
        .collect();
    if let [_, (_, second), ..] = mains.as_slice() {
        return Err(mapping
            .file
            .error(
                destinations[**second].mapping.line,
                format!("{} has two main targets", source.label),
            )
            .hint("A source row has one fate: that of its row in the one main target."));
    }
    let main = mains.first().map_or(0, |(index, _)| *index);
    if let Some(skip) = &destinations[group[main]].mapping.skip_if_null {
        let table = &destinations[group[main]].mapping.table;
        return Err(mapping
            .file
            .error(skip.line, format!("[{table}] is the main target of {} and cannot skip rows", source.label))
            .hint("A skipped row would be neither loaded nor merged nor quarantined. Mark another target `main = true`."));
    }
    let fields = fields.finish();
    Ok(Source {
        whole_row: WholeRow::of(&source.columns, &source.key.sql, &source.expressions),
        label: source.label,
        from_clause: source.from_clause,
        table: source.table,
        key: source.key,
        expressions: source.expressions,
        fields,
        targets,
        main,
        circle: first.circle,
    })
}

fn plan_target(
    mapping: &Mapping,
    destination: &Destination,
    source: &mut SourceBuilder,
    fields: &mut FieldBuilder,
) -> Result<Target> {
    let target = destination.mapping;
    let file = &mapping.file;
    let key = target.key.join(", ");
    if key != source.key.column {
        return Err(file.error(
            target.key_line,
            format!(
                "`key` is `{}`, but another target of {} has `{}`",
                key, source.label, source.key.column
            ),
        ));
    }
    let mut columns = Vec::new();
    for column in &target.columns {
        let known = find_column(mapping, destination, &column.name, column.line)?;
        if known.generated {
            return Err(file
                .error(
                    column.line,
                    format!("`{}.{}` is a generated column", target.table, column.name),
                )
                .hint("PostgreSQL fills it; take it out of the mapping."));
        }
        if column.input == Input::Surrogate && target.unique.is_none() {
            return Err(file.error(column.line, format!("`{}.{}` is a surrogate key without `unique`", target.table, column.name))
                .hint("Surrogate keys number the rows that `unique` lets survive; without it, take the source's key."));
        }
        let field = fields.add(destination, column, known, source)?;
        if known.not_null && matches!(&fields.fields[field].otherwise, Otherwise::Use(Value::Null))
        {
            return Err(file.error(
                column.line,
                format!(
                    "`{}.{}` is NOT NULL, so `otherwise` cannot be null",
                    target.table, column.name
                ),
            ));
        }
        columns.push(TargetColumn {
            name: column.name.clone(),
            kind: known.kind.clone(),
            field,
            not_null: known.not_null,
        });
    }
    for column in &destination.relation.columns {
        let mapped = columns.iter().any(|mapped| mapped.name == column.name);
        if column.not_null && !column.filled && !column.generated && !mapped {
            return Err(file
                .error(
                    target.line,
                    format!("`{}.{}` is NOT NULL and has no source", target.table, column.name),
                )
                .hint(format!("Add it to [{}.columns]. Nothing was loaded.", target.table)));
        }
    }
    let field_of = |reference: &mapping::Reference| {
        let position = columns.iter().find(|column| column.name == reference.column);
        position.map(|column| column.field).ok_or_else(|| {
            file.error(
                reference.line,
                format!("`{}` is not a column of [{}.columns]", reference.column, target.table),
            )
        })
    };
    let unique = match &target.unique {
        None => None,
        Some(unique) => Some(Unique {
            fields: unique.by.iter().map(field_of).collect::<Result<_>>()?,
            ignore_case: unique.ignore_case,
            keep: unique.keep,
            order: match &unique.order_by {
                None => None,
                Some(OrderBy::Column(reference)) => Some(Order::Field(field_of(reference)?)),
                Some(OrderBy::Sql(sql)) => {
                    Some(Order::Expression(source.expression(mapping, sql, target.line)?))
                }
            },
        }),
    };
    let skip_if_null = target.skip_if_null.as_ref().map(field_of).transpose()?;
    let taken = lookups::taken_column(mapping, destination)?;
    let taken = taken.and_then(|name| columns.iter().position(|column| column.name == name));
    let planned = Target {
        number: destination.number,
        name: target.table.to_string(),
        sql: destination.relation.name.sql(),
        oid: destination.relation.oid,
        as_text: columns.iter().any(|column| column.kind == crate::value::Kind::Other),
        columns,
        unique,
        skip_if_null,
        taken,
    };
    circular::check_target(mapping, target, &planned, &fields.fields)?;
    Ok(planned)
}

/// A column of a target, or the error that lists those there are.
pub fn find_column<'a>(
    mapping: &Mapping,
    destination: &'a Destination,
    name: &str,
    line: usize,
) -> Result<&'a CatalogColumn, Error> {
    destination.relation.column(name).ok_or_else(|| {
        let table = &destination.mapping.table;
        mapping.file.error(line, format!("`{table}.{name}` does not exist")).hint(format!(
            "The columns of {table} are {}. Nothing was loaded.",
            destination.relation.column_list()
        ))
    })
}
