//! Foreign data wrappers, servers and user mappings.

use super::settings::{options_changes, options_clause};
use crate::name::quote;
use crate::step::{Alter, Changed, Step};
use crate::{Attribute, Fact, Kind};

/// The object in SQL's words; a mapping is called by its user and server.
pub fn object(fact: &Fact) -> String {
    match (fact.id.kind, fact.id.path.as_slice()) {
        (Kind::UserMapping, [server, user]) => {
            let user = if user == "public" { "PUBLIC".to_owned() } else { quote(user) };
            format!("USER MAPPING FOR {user} SERVER {}", quote(server))
        }
        _ => format!("{} {}", fact.id.kind.noun(), fact.id.sql()),
    }
}

pub fn create(fact: &Fact) -> Vec<Step> {
    let definition =
        fact.get(Attribute::Definition).map_or(String::new(), |text| format!(" {text}"));
    let options = options_clause(fact, Attribute::ForeignOptions);
    vec![Step::new(format!("CREATE {}{definition}{options}", object(fact)))]
}

pub fn alter(from: &Fact, to: &Fact, changed: &Changed) -> Alter {
    if !changed.only(&[Attribute::ForeignOptions]) {
        return Alter::Rebuild;
    }
    let clause = options_changes(from, to, Attribute::ForeignOptions);
    Alter::InPlace(
        clause
            .map(|clause| Step::new(format!("ALTER {} {clause}", object(to))))
            .into_iter()
            .collect(),
    )
}
