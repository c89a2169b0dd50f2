//! ALTER DEFAULT PRIVILEGES: what objects made later will have.

use super::rights;
use crate::Fact;
use crate::name::quote;
use crate::step::Step;
use crate::world::World;

/// From one state to the other; `None` is the server's own default.
pub fn change(id_of: &Fact, from: Option<&str>, to: Option<&str>, world: &World) -> Vec<Step> {
    let [role, schema, kind] = id_of.id.path.as_slice() else { return Vec::new() };
    let mut head = format!("ALTER DEFAULT PRIVILEGES FOR ROLE {}", quote(role));
    if !schema.is_empty() {
        head += &format!(" IN SCHEMA {}", quote(schema));
    }
    let target = rights::Target::future(kind, schema, world.from.version);
    rights::change(&target, role, from, to)
        .into_iter()
        .map(|step| Step::new(format!("{head} {}", step.sql)))
        .collect()
}
