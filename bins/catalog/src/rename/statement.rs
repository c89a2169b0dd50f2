//! The statements that rename.

use crate::name::{list_with, literal, quote, split_signature};
use crate::step::{ACCESS_EXCLUSIVE, Step};
use crate::{Id, Kind};

/// A label of an enum is called by the enum's path and its own text.
pub fn is_label(id: &Id) -> bool {
    id.kind == Kind::Enum && id.path.len() == 3
}

pub fn rename(from: &Id, to: &Id) -> Vec<Step> {
    if is_label(from) {
        let name = list_with(&from.path[..2], ".");
        let (old, new) = (literal(from.name()), literal(to.name()));
        return vec![Step::new(format!("ALTER TYPE {name} RENAME VALUE {old} TO {new}"))];
    }
    let noun = from.kind.noun();
    let (old, new) = (from.name_sql(), quote(bare(to)));
    let sql = match from.kind {
        Kind::Column | Kind::Constraint | Kind::ForeignKey => {
            format!("ALTER TABLE {} RENAME {noun} {old} TO {new}", from.relation_sql())
        }
        Kind::DomainConstraint => {
            format!("ALTER DOMAIN {} RENAME {noun} {old} TO {new}", from.relation_sql())
        }
        Kind::Trigger | Kind::Policy | Kind::Rule => {
            format!("ALTER {noun} {old} ON {} RENAME TO {new}", from.relation_sql())
        }
        _ => return rename_or_move(from, to),
    };
    vec![Step::new(sql).lock(ACCESS_EXCLUSIVE)]
}

fn rename_or_move(from: &Id, to: &Id) -> Vec<Step> {
    let noun = from.kind.noun();
    let mut steps = Vec::new();
    let mut here = from.clone();
    if from.kind.is_in_schema() && from.path[0] != to.path[0] {
        let schema = quote(&to.path[0]);
        steps.push(Step::new(format!("ALTER {noun} {} SET SCHEMA {schema}", here.sql())));
        here.path[0].clone_from(&to.path[0]);
    }
    if bare(&here) != bare(to) {
        let new = quote(bare(to));
        steps.push(Step::new(format!("ALTER {noun} {} RENAME TO {new}", here.sql())));
    }
    if from.kind.is_relation() {
        steps.iter_mut().for_each(|step| step.lock = Some(ACCESS_EXCLUSIVE));
    }
    steps
}

/// The name without the types of arguments.
fn bare(id: &Id) -> &str {
    if id.kind.is_routine() { split_signature(id.name()).0 } else { id.name() }
}
