//! One fact about a database: what it is, what it says, what it stands on.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::name;
use crate::{Attribute, Kind};

/// Kind and qualified name: `Column`, `["shop", "users", "email"]`. A routine's last name holds
/// the types of its arguments: `["shop", "total(integer)"]`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Id {
    pub kind: Kind,
    pub path: Vec<String>,
}

impl Id {
    pub fn new<S: Into<String>>(kind: Kind, path: impl IntoIterator<Item = S>) -> Id {
        Id { kind, path: path.into_iter().map(Into::into).collect() }
    }

    /// The last name of the path.
    pub fn name(&self) -> &str {
        self.path.last().map_or("", String::as_str)
    }

    /// The schema, for what lives in one.
    pub fn schema(&self) -> Option<&str> {
        if self.kind.is_in_schema() { self.path.first().map(String::as_str) } else { None }
    }

    /// The whole name, quoted for SQL.
    pub fn sql(&self) -> String {
        name::qualified(self.kind, &self.path)
    }

    /// The name of the relation that a part belongs to, quoted for SQL.
    pub fn relation_sql(&self) -> String {
        name::list_with(self.path.iter().take(2), ".")
    }

    /// The last name, quoted for SQL.
    pub fn name_sql(&self) -> String {
        name::quote(self.name())
    }
}

impl fmt::Display for Id {
    /// `column shop.users.email`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.path.join("."))
    }
}

/// What is compared is the attributes, which hold no oid; an attribute at its default is left
/// out, so that facts stay small and two versions of PostgreSQL agree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    pub id: Id,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<Attribute, String>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub depends_on: BTreeSet<Id>,
    /// The place among its siblings, such as a column's; never a difference by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<i32>,
}

impl Fact {
    pub fn new(id: Id) -> Fact {
        Fact { id, attributes: BTreeMap::new(), depends_on: BTreeSet::new(), position: None }
    }

    pub fn get(&self, attribute: Attribute) -> Option<&str> {
        self.attributes.get(&attribute).map(String::as_str)
    }

    pub fn set(&mut self, attribute: Attribute, value: impl Into<String>) {
        self.attributes.insert(attribute, value.into());
    }

    /// An attribute that the kind always has; empty where a fixture lacks it.
    pub fn text(&self, attribute: Attribute) -> &str {
        self.get(attribute).unwrap_or_default()
    }

    pub fn is(&self, attribute: Attribute) -> bool {
        self.attributes.contains_key(&attribute)
    }

    /// What it follows: the tables that a partition's place or an heir's has its columns from, the
    /// parent's table of an attached index. Whatever changes there changes here as well.
    pub fn follows(&self) -> Vec<Vec<String>> {
        match self.id.kind {
            Kind::Partition => vec![name::parse(self.text(Attribute::Parent))],
            Kind::Inheritance => {
                self.list(Attribute::Parents).iter().map(|parent| name::parse(parent)).collect()
            }
            Kind::IndexPartition => vec![name::parse(self.text(Attribute::ParentTable))],
            _ => Vec::new(),
        }
    }

    /// The one table that a partition follows.
    pub fn parent(&self) -> Option<Vec<String>> {
        self.follows().into_iter().next()
    }

    /// The table of an index, or of an index's place under its parent's.
    pub fn table(&self) -> Vec<String> {
        name::parse(self.text(Attribute::Table))
    }

    /// An attribute that holds a JSON array of strings.
    pub fn list(&self, attribute: Attribute) -> Vec<String> {
        self.get(attribute).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }
}
