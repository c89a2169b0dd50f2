//! Promises to the user, held by running the real binaries on a real PostgreSQL.
//!
//! `make test` starts a throw-away server first. Without one the tests fail with a hint, since a
//! silent pass would be worse.

mod apply_sql;
mod architecture;
mod attack;
mod bookkeeping;
mod catalog;
mod cluster;
mod db_backup;
mod db_restore;
mod dev_postgres;
mod front_doors;
mod harness;
mod library;
mod make;
mod migrate_data;
mod migrate_schema;
mod mirror_schema;
mod openflights;
mod pipeline;
mod populate_old;
mod projects;
mod propose_schema;
mod retail;
mod settings;
mod setup;
mod shop_sql;
mod tools;
mod verify_data;
