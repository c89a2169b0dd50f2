//! Storage options as facts: those that PostgreSQL documents, and whatever an extension's access
//! method takes. Options of foreign objects are not looked at, as only their wrapper knows them.

use crate::catalog::Unmodelled;
use crate::storage_options::StorageOptions;
use crate::{Attribute, Fact, Kind};

/// Takes undocumented options out of the fact and names them. Names that begin with `pg_` are
/// the server's own, which pg_dump does not write either; these go without a word.
pub fn keep_documented(fact: &mut Fact) -> Vec<Unmodelled> {
    let any = fact.attributes.remove(&Attribute::AnyOption).is_some();
    let Some(place) = place(fact.id.kind) else { return Vec::new() };
    let mut unknown = Vec::new();
    for attribute in [Attribute::Options, Attribute::ToastOptions] {
        let options = fact.list(attribute);
        if options.is_empty() {
            continue;
        }
        let (kept, others): (Vec<_>, Vec<_>) = options.iter().cloned().partition(|option| {
            let name = option_name(option);
            place.documents(name) || any && !is_servers_own(name)
        });
        if fact.id.kind == Kind::Index {
            // The definition holds them.
            fact.attributes.remove(&attribute);
            if !others.is_empty() {
                let definition = fact.text(Attribute::Definition);
                let definition = definition.replacen(&with(&options), &with(&kept), 1);
                fact.set(Attribute::Definition, definition);
            }
        } else if kept.is_empty() {
            fact.attributes.remove(&attribute);
        } else if !others.is_empty() {
            fact.set(attribute, serde_json::json!(kept).to_string());
        }
        let names = others.iter().map(|option| option_name(option));
        unknown.extend(names.filter(|name| !is_servers_own(name)).map(|name| Unmodelled {
            kind: "OPTION".to_owned(),
            name: format!("{name} of {}", fact.id),
        }));
    }
    unknown
}

fn place(kind: Kind) -> Option<StorageOptions> {
    match kind {
        Kind::Column => Some(StorageOptions::Column),
        Kind::Table | Kind::MaterializedView => Some(StorageOptions::Table),
        Kind::View => Some(StorageOptions::View),
        Kind::Index | Kind::Constraint => Some(StorageOptions::Index),
        _ => None,
    }
}

fn option_name(option: &str) -> &str {
    option.split_once('=').map_or(option, |(name, _)| name)
}

fn is_servers_own(name: &str) -> bool {
    name.strip_prefix("toast.").unwrap_or(name).starts_with("pg_")
}

/// ` WITH (fillfactor='70')` as `pg_get_indexdef` prints it, which quotes every value that is not
/// a plain word; nothing where there are none.
fn with(options: &[String]) -> String {
    let printed = options.iter().map(|option| {
        let (name, value) = option.split_once('=').unwrap_or((option, "true"));
        let value = if crate::name::quote(value) == value {
            value.to_owned()
        } else {
            crate::name::literal(value)
        };
        format!("{}={value}", crate::name::quote(name))
    });
    let printed: Vec<String> = printed.collect();
    if printed.is_empty() { String::new() } else { format!(" WITH ({})", printed.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::keep_documented;
    use crate::{Attribute, Fact, Id, Kind};

    fn fact(kind: Kind, attributes: &[(Attribute, &str)]) -> Fact {
        let mut fact = Fact::new(Id::new(kind, ["public", "t", "x"]));
        attributes.iter().for_each(|(attribute, value)| fact.set(*attribute, *value));
        fact
    }

    #[track_caller]
    fn case(
        kind: Kind,
        before: &[(Attribute, &str)],
        after: &[(Attribute, &str)],
        unknown: &[&str],
    ) {
        let mut tried = fact(kind, before);
        let named: Vec<String> = keep_documented(&mut tried).into_iter().map(|u| u.name).collect();
        assert_eq!(tried, fact(kind, after));
        assert_eq!(named, unknown);
    }

    #[test]
    fn undocumented_options_are_taken_out_and_named_but_for_the_servers_own() {
        case(Kind::Column, &[(Attribute::Options, r#"["pg_attver=12"]"#)], &[], &[]);
        case(
            Kind::Column,
            &[(Attribute::Options, r#"["n_distinct=5","pg_attver=12","zzz=1"]"#)],
            &[(Attribute::Options, r#"["n_distinct=5"]"#)],
            &["zzz of column public.t.x"],
        );
        case(
            Kind::Table,
            &[
                (Attribute::Options, r#"["fillfactor=70"]"#),
                (Attribute::ToastOptions, r#"["toast.autovacuum_enabled=off","toast.zzz=1"]"#),
            ],
            &[
                (Attribute::Options, r#"["fillfactor=70"]"#),
                (Attribute::ToastOptions, r#"["toast.autovacuum_enabled=off"]"#),
            ],
            &["toast.zzz of table public.t.x"],
        );
        // An access method of an extension has options of its own.
        case(
            Kind::Table,
            &[
                (Attribute::Options, r#"["compression=pglz","pg_x=1"]"#),
                (Attribute::AnyOption, "true"),
            ],
            &[(Attribute::Options, r#"["compression=pglz"]"#)],
            &[],
        );
        // Whoever wrote the wrapper named its options.
        let wrapper = [(Attribute::ForeignOptions, r#"["anything=1"]"#)];
        case(Kind::ForeignTable, &wrapper, &wrapper, &[]);
    }

    #[test]
    fn an_index_loses_them_in_its_definition() {
        let index =
            |with: &str| format!("CREATE INDEX x ON public.t USING btree (b){with} WHERE b");
        case(
            Kind::Index,
            &[
                (Attribute::Options, r#"["fillfactor=70","zzz=on"]"#),
                (Attribute::Definition, &index(" WITH (fillfactor='70', zzz='on')")),
            ],
            &[(Attribute::Definition, &index(" WITH (fillfactor='70')"))],
            &["zzz of index public.t.x"],
        );
        case(
            Kind::Index,
            &[
                (Attribute::Options, r#"["pg_x=plain"]"#),
                (Attribute::Definition, &index(" WITH (pg_x=plain)")),
            ],
            &[(Attribute::Definition, &index(""))],
            &[],
        );
    }
}
