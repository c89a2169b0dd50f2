//! The kinds of facts, in the order in which they are made where nothing else decides; after
//! pg_dump's own order (pg_dump_sort.c).

use std::fmt;

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Schema,
    Extension,
    Collation,
    Conversion,
    Enum,
    Domain,
    DomainConstraint,
    Composite,
    Range,
    TextSearchParser,
    TextSearchTemplate,
    TextSearchDictionary,
    TextSearchConfiguration,
    ForeignDataWrapper,
    Server,
    UserMapping,
    Sequence,
    Table,
    ForeignTable,
    Column,
    SequenceOwner,
    Function,
    Procedure,
    Aggregate,
    Operator,
    OperatorFamily,
    OperatorClass,
    Cast,
    Default,
    Constraint,
    View,
    MaterializedView,
    Index,
    Statistics,
    ForeignKey,
    /// The tables that a table inherits from.
    Inheritance,
    /// A partition's place under its parent: table and bound.
    Partition,
    /// A partition's index, attached to its parent's.
    IndexPartition,
    Rule,
    Trigger,
    /// A partition's copy of its parent's trigger, enabled or disabled otherwise.
    PartitionTrigger,
    Policy,
    Publication,
    PublicationTable,
    PublicationSchema,
    DefaultPrivileges,
    EventTrigger,
}

impl Kind {
    /// The kind in SQL's words, as after CREATE, COMMENT ON or DROP.
    pub fn noun(self) -> &'static str {
        match self {
            Kind::Schema => "SCHEMA",
            Kind::Extension => "EXTENSION",
            Kind::Collation => "COLLATION",
            Kind::Conversion => "CONVERSION",
            Kind::Enum | Kind::Composite | Kind::Range => "TYPE",
            Kind::Domain => "DOMAIN",
            Kind::DomainConstraint | Kind::Constraint | Kind::ForeignKey => "CONSTRAINT",
            Kind::TextSearchParser => "TEXT SEARCH PARSER",
            Kind::TextSearchTemplate => "TEXT SEARCH TEMPLATE",
            Kind::TextSearchDictionary => "TEXT SEARCH DICTIONARY",
            Kind::TextSearchConfiguration => "TEXT SEARCH CONFIGURATION",
            Kind::ForeignDataWrapper => "FOREIGN DATA WRAPPER",
            Kind::Server => "SERVER",
            Kind::UserMapping => "USER MAPPING",
            Kind::Sequence | Kind::SequenceOwner => "SEQUENCE",
            Kind::Table | Kind::Partition | Kind::Inheritance => "TABLE",
            Kind::ForeignTable => "FOREIGN TABLE",
            Kind::Column | Kind::Default => "COLUMN",
            Kind::Function => "FUNCTION",
            Kind::Procedure => "PROCEDURE",
            Kind::Aggregate => "AGGREGATE",
            Kind::Operator => "OPERATOR",
            Kind::OperatorFamily => "OPERATOR FAMILY",
            Kind::OperatorClass => "OPERATOR CLASS",
            Kind::Cast => "CAST",
            Kind::View => "VIEW",
            Kind::MaterializedView => "MATERIALIZED VIEW",
            Kind::Index | Kind::IndexPartition => "INDEX",
            Kind::Statistics => "STATISTICS",
            Kind::Rule => "RULE",
            Kind::Trigger | Kind::PartitionTrigger => "TRIGGER",
            Kind::Policy => "POLICY",
            Kind::Publication | Kind::PublicationTable | Kind::PublicationSchema => "PUBLICATION",
            Kind::DefaultPrivileges => "DEFAULT PRIVILEGES",
            Kind::EventTrigger => "EVENT TRIGGER",
        }
    }

    /// Kinds that share pg_class's names within a schema.
    pub fn is_relation(self) -> bool {
        matches!(
            self,
            Kind::Sequence
                | Kind::Table
                | Kind::ForeignTable
                | Kind::View
                | Kind::MaterializedView
                | Kind::Index
        )
    }

    /// Kinds that hold columns of their own, and so are a type, too.
    pub fn is_table(self) -> bool {
        matches!(self, Kind::Table | Kind::ForeignTable)
    }

    pub fn is_type(self) -> bool {
        matches!(self, Kind::Enum | Kind::Domain | Kind::Composite | Kind::Range)
    }

    pub fn is_routine(self) -> bool {
        matches!(self, Kind::Function | Kind::Procedure | Kind::Aggregate)
    }

    /// Kinds that live in a relation, whose path begins with the relation's.
    pub fn is_part(self) -> bool {
        matches!(
            self,
            Kind::Column
                | Kind::Default
                | Kind::Constraint
                | Kind::ForeignKey
                | Kind::Inheritance
                | Kind::Partition
                | Kind::Rule
                | Kind::Trigger
                | Kind::PartitionTrigger
                | Kind::Policy
        )
    }

    /// Whether the first name of the path is a schema.
    pub fn is_in_schema(self) -> bool {
        !matches!(
            self,
            Kind::Schema
                | Kind::Extension
                | Kind::ForeignDataWrapper
                | Kind::Server
                | Kind::UserMapping
                | Kind::Cast
                | Kind::Publication
                | Kind::PublicationTable
                | Kind::PublicationSchema
                | Kind::DefaultPrivileges
                | Kind::EventTrigger
        )
    }
}

impl fmt::Display for Kind {
    /// In plain words, for messages.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self {
            Kind::Enum => "enum type",
            Kind::Composite => "composite type",
            Kind::Range => "range type",
            Kind::Domain => "domain",
            Kind::DomainConstraint => "domain constraint",
            Kind::ForeignKey => "foreign key",
            Kind::Default => "default",
            Kind::SequenceOwner => "owning column of sequence",
            Kind::Inheritance => "parents of table",
            Kind::Partition => "partition",
            Kind::PartitionTrigger => "state of trigger",
            Kind::IndexPartition => "attached index",
            Kind::PublicationTable => "published table",
            Kind::PublicationSchema => "published schema",
            other => return f.write_str(&other.noun().to_lowercase()),
        };
        f.write_str(words)
    }
}
