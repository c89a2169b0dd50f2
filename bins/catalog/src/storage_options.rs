//! The storage options that PostgreSQL documents. A server may keep others in the same place for
//! its own purposes: Debian's 15.20 stores `pg_attver=…` on every column, different in each table.

/// Where options are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StorageOptions {
    /// Of a column, in `ALTER COLUMN … SET (…)`.
    Column,
    /// Of a table or a materialized view.
    Table,
    View,
    /// Of an index, or of the index of a constraint.
    Index,
}

/// Source: PostgreSQL 18's documentation of ALTER TABLE, CREATE TABLE, CREATE VIEW and CREATE INDEX.
const COLUMN: &[&str] = &["n_distinct", "n_distinct_inherited"];
const TABLE: &[&str] = &[
    "autovacuum_analyze_scale_factor",
    "autovacuum_analyze_threshold",
    "autovacuum_enabled",
    "autovacuum_freeze_max_age",
    "autovacuum_freeze_min_age",
    "autovacuum_freeze_table_age",
    "autovacuum_multixact_freeze_max_age",
    "autovacuum_multixact_freeze_min_age",
    "autovacuum_multixact_freeze_table_age",
    "autovacuum_vacuum_cost_delay",
    "autovacuum_vacuum_cost_limit",
    "autovacuum_vacuum_insert_scale_factor",
    "autovacuum_vacuum_insert_threshold",
    "autovacuum_vacuum_max_threshold",
    "autovacuum_vacuum_scale_factor",
    "autovacuum_vacuum_threshold",
    "fillfactor",
    "log_autovacuum_min_duration",
    "parallel_workers",
    "toast_tuple_target",
    "user_catalog_table",
    "vacuum_index_cleanup",
    "vacuum_max_eager_freeze_failure_rate",
    "vacuum_truncate",
];
const VIEW: &[&str] = &["check_option", "security_barrier", "security_invoker"];
const INDEX: &[&str] = &[
    "autosummarize",
    "buffering",
    "deduplicate_items",
    "fastupdate",
    "fillfactor",
    "gin_pending_list_limit",
    "pages_per_range",
];

impl StorageOptions {
    /// Whether PostgreSQL documents the option; of `toast.NAME` what it says of NAME counts.
    pub fn documents(self, option: &str) -> bool {
        let names = match self {
            StorageOptions::Column => COLUMN,
            StorageOptions::Table => TABLE,
            StorageOptions::View => VIEW,
            StorageOptions::Index => INDEX,
        };
        names.contains(&option.strip_prefix("toast.").unwrap_or(option))
    }
}
