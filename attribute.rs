//! What facts say, in a closed list: each attribute is called as the column of the catalog query
//! that reads it (`read/sql`).

use std::fmt;

use common::{Error, Result};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// In the order of their names, in which they are compared, printed and hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Attribute {
    AccessMethod,
    Aggregate,
    AllTables,
    Arguments,
    Bound,
    Cache,
    Check,
    Clustered,
    Collation,
    Column,
    ColumnAcls,
    ColumnComments,
    ColumnStatistics,
    Columns,
    Command,
    Comment,
    Compression,
    Cycle,
    Default,
    Definition,
    Enabled,
    Expression,
    Fields,
    Filter,
    ForceRowSecurity,
    ForeignOptions,
    Generated,
    GeneratedColumns,
    Grants,
    Identity,
    IdentityCache,
    IdentityComment,
    IdentityCycle,
    IdentityGrants,
    IdentityIncrement,
    IdentityMaximum,
    IdentityMinimum,
    IdentitySequence,
    IdentityStart,
    Increment,
    IndexComment,
    Inherited,
    Invalid,
    IsDefault,
    Labels,
    Language,
    Mappings,
    Maximum,
    Minimum,
    NotNull,
    NotNullComment,
    NotNullLocal,
    NotNullName,
    NotNullNoInherit,
    NotNullNotValid,
    OfType,
    Options,
    Owner,
    Parent,
    ParentTable,
    Parents,
    PartitionBy,
    Persistence,
    Publish,
    Range,
    ReplicaIdentity,
    Restrictive,
    Result,
    Roles,
    RowSecurity,
    Schema,
    Server,
    Signature,
    Start,
    Statistics,
    Storage,
    Table,
    Tablespace,
    Target,
    ToastOptions,
    Type,
    Unpopulated,
    Using,
    ViaRoot,
}

const NAMES: [(Attribute, &str); 84] = [
    (Attribute::AccessMethod, "access_method"),
    (Attribute::Aggregate, "aggregate"),
    (Attribute::AllTables, "all_tables"),
    (Attribute::Arguments, "arguments"),
    (Attribute::Bound, "bound"),
    (Attribute::Cache, "cache"),
    (Attribute::Check, "check"),
    (Attribute::Clustered, "clustered"),
    (Attribute::Collation, "collation"),
    (Attribute::Column, "column"),
    (Attribute::ColumnAcls, "column_acls"),
    (Attribute::ColumnComments, "column_comments"),
    (Attribute::ColumnStatistics, "column_statistics"),
    (Attribute::Columns, "columns"),
    (Attribute::Command, "command"),
    (Attribute::Comment, "comment"),
    (Attribute::Compression, "compression"),
    (Attribute::Cycle, "cycle"),
    (Attribute::Default, "default"),
    (Attribute::Definition, "definition"),
    (Attribute::Enabled, "enabled"),
    (Attribute::Expression, "expression"),
    (Attribute::Fields, "fields"),
    (Attribute::Filter, "filter"),
    (Attribute::ForceRowSecurity, "force_row_security"),
    (Attribute::ForeignOptions, "foreign_options"),
    (Attribute::Generated, "generated"),
    (Attribute::GeneratedColumns, "generated_columns"),
    (Attribute::Grants, "grants"),
    (Attribute::Identity, "identity"),
    (Attribute::IdentityCache, "identity_cache"),
    (Attribute::IdentityComment, "identity_comment"),
    (Attribute::IdentityCycle, "identity_cycle"),
    (Attribute::IdentityGrants, "identity_grants"),
    (Attribute::IdentityIncrement, "identity_increment"),
    (Attribute::IdentityMaximum, "identity_maximum"),
    (Attribute::IdentityMinimum, "identity_minimum"),
    (Attribute::IdentitySequence, "identity_sequence"),
    (Attribute::IdentityStart, "identity_start"),
    (Attribute::Increment, "increment"),
    (Attribute::IndexComment, "index_comment"),
    (Attribute::Inherited, "inherited"),
    (Attribute::Invalid, "invalid"),
    (Attribute::IsDefault, "is_default"),
    (Attribute::Labels, "labels"),
    (Attribute::Language, "language"),
    (Attribute::Mappings, "mappings"),
    (Attribute::Maximum, "maximum"),
    (Attribute::Minimum, "minimum"),
    (Attribute::NotNull, "not_null"),
    (Attribute::NotNullComment, "not_null_comment"),
    (Attribute::NotNullLocal, "not_null_local"),
    (Attribute::NotNullName, "not_null_name"),
    (Attribute::NotNullNoInherit, "not_null_no_inherit"),
    (Attribute::NotNullNotValid, "not_null_not_valid"),
    (Attribute::OfType, "of_type"),
    (Attribute::Options, "options"),
    (Attribute::Owner, "owner"),
    (Attribute::Parent, "parent"),
    (Attribute::ParentTable, "parent_table"),
    (Attribute::Parents, "parents"),
    (Attribute::PartitionBy, "partition_by"),
    (Attribute::Persistence, "persistence"),
    (Attribute::Publish, "publish"),
    (Attribute::Range, "range"),
    (Attribute::ReplicaIdentity, "replica_identity"),
    (Attribute::Restrictive, "restrictive"),
    (Attribute::Result, "result"),
    (Attribute::Roles, "roles"),
    (Attribute::RowSecurity, "row_security"),
    (Attribute::Schema, "schema"),
    (Attribute::Server, "server"),
    (Attribute::Signature, "signature"),
    (Attribute::Start, "start"),
    (Attribute::Statistics, "statistics"),
    (Attribute::Storage, "storage"),
    (Attribute::Table, "table"),
    (Attribute::Tablespace, "tablespace"),
    (Attribute::Target, "target"),
    (Attribute::ToastOptions, "toast_options"),
    (Attribute::Type, "type"),
    (Attribute::Unpopulated, "unpopulated"),
    (Attribute::Using, "using"),
    (Attribute::ViaRoot, "via_root"),
];

impl Attribute {
    pub fn all() -> impl Iterator<Item = Attribute> {
        NAMES.iter().map(|(attribute, _)| *attribute)
    }

    /// The name in SQL and in JSON: `not_null_name`.
    pub fn name(self) -> &'static str {
        NAMES[self as usize].1
    }

    /// The name in messages: `not null name`.
    pub fn words(self) -> String {
        self.name().replace('_', " ")
    }

    /// # Errors
    /// There is no attribute of that name, so that no rule could do anything about it.
    pub fn named(name: &str) -> Result<Attribute> {
        match NAMES.binary_search_by_key(&name, |(_, known)| known) {
            Ok(place) => Ok(NAMES[place].0),
            Err(_) => Err(Error::new(format!("no rule knows the attribute `{name}`"))),
        }
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Attribute {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Attribute {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Attribute, D::Error> {
        let name = String::deserialize(deserializer)?;
        Attribute::named(&name).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::{Attribute, NAMES};

    #[test]
    fn every_attribute_stands_at_its_own_place_and_in_the_order_of_names() {
        assert!(NAMES.is_sorted_by_key(|(_, name)| *name));
        for (place, (attribute, name)) in NAMES.iter().enumerate() {
            assert_eq!(*attribute as usize, place, "{name}");
            assert_eq!(Attribute::named(name).unwrap(), *attribute);
            let json = serde_json::to_string(attribute).unwrap();
            assert_eq!(serde_json::from_str::<Attribute>(&json).unwrap(), *attribute);
        }
    }

    #[test]
    fn an_unknown_one_is_an_error() {
        let error = Attribute::named("colour").unwrap_err();
        assert_eq!(error.primary(), "no rule knows the attribute `colour`");
    }
}
