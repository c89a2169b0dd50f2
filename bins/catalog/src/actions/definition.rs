//! Objects whose whole definition is one text, and which are made anew where it changes:
//! collations, conversions, operators and their classes, casts, text search, statistics, event
//! triggers.

use crate::name::quote;
use crate::step::{Alter, Changed, Step};
use crate::{Attribute, Fact, Kind};

pub fn create(fact: &Fact) -> Vec<Step> {
    let (noun, name, definition) =
        (fact.id.kind.noun(), fact.id.sql(), fact.text(Attribute::Definition));
    let sql = match fact.id.kind {
        Kind::Statistics => definition.to_owned(),
        // The name stands in the definition, with the types of its operands elsewhere.
        Kind::Operator | Kind::OperatorClass => format!("CREATE {noun} {definition}"),
        Kind::OperatorFamily => format!("CREATE {noun} {name}"),
        Kind::Conversion if fact.is(Attribute::IsDefault) => {
            format!("CREATE DEFAULT {noun} {name} {definition}")
        }
        _ => format!("CREATE {noun} {name} {definition}"),
    };
    let mut steps = vec![Step::new(sql)];
    if fact.is(Attribute::Enabled) {
        steps.push(enable(fact));
    }
    if let Some(target) = fact.get(Attribute::Target) {
        steps.push(Step::new(format!("ALTER STATISTICS {name} SET STATISTICS {target}")));
    }
    for mapping in fact.list(Attribute::Mappings) {
        steps.push(Step::new(format!("ALTER {noun} {name} ADD MAPPING FOR {mapping}")));
    }
    steps
}

pub fn alter(from: &Fact, to: &Fact, changed: &Changed) -> Alter {
    if !changed.only(&[Attribute::Enabled, Attribute::Target, Attribute::Mappings]) {
        return Alter::Rebuild;
    }
    let (noun, name) = (to.id.kind.noun(), to.id.sql());
    let mut steps = Vec::new();
    if changed.has(Attribute::Enabled) {
        steps.push(enable(to));
    }
    if changed.has(Attribute::Target) {
        let target = to.get(Attribute::Target).unwrap_or("-1");
        steps.push(Step::new(format!("ALTER STATISTICS {name} SET STATISTICS {target}")));
    }
    let (before, after) = (from.list(Attribute::Mappings), to.list(Attribute::Mappings));
    let token = |mapping: &str| mapping.split(' ').next().unwrap_or_default().to_owned();
    for gone in before.iter().filter(|old| !after.contains(old)) {
        steps.push(Step::new(format!("ALTER {noun} {name} DROP MAPPING FOR {}", token(gone))));
    }
    for new in after.iter().filter(|new| !before.contains(new)) {
        steps.push(Step::new(format!("ALTER {noun} {name} ADD MAPPING FOR {new}")));
    }
    Alter::InPlace(steps)
}

fn enable(fact: &Fact) -> Step {
    let state = fact.get(Attribute::Enabled).unwrap_or("ENABLE");
    Step::new(format!("ALTER EVENT TRIGGER {} {state}", quote(fact.id.name())))
}
