-- What: owners, grants, column grants, default privileges.

-- pair: table_granted
-- both
CREATE TABLE t (id int, n int);
-- from
-- to
GRANT SELECT, INSERT ON t TO catalog_reader;
GRANT ALL ON t TO catalog_writer WITH GRANT OPTION;

-- pair: grant_narrowed
-- both
CREATE TABLE t (id int, n int);
-- from
GRANT SELECT, INSERT, UPDATE ON t TO catalog_reader;
-- to
GRANT SELECT ON t TO catalog_reader;

-- pair: grant_option_taken
-- both
CREATE TABLE t (id int, n int);
-- from
GRANT SELECT ON t TO catalog_reader WITH GRANT OPTION;
-- to
GRANT SELECT ON t TO catalog_reader;

-- pair: grant_to_public
-- both
CREATE TABLE t (id int, n int);
-- from
GRANT SELECT ON t TO PUBLIC;
-- to
GRANT SELECT (id) ON t TO PUBLIC;

-- pair: owner_revoked_itself
-- both
CREATE TABLE t (id int, n int);
-- from
-- to
REVOKE DELETE, TRUNCATE ON t FROM CURRENT_USER;

-- pair: column_grants
-- both
CREATE TABLE t (id int, n int, secret text);
-- from
GRANT SELECT (id) ON t TO catalog_reader;
-- to
GRANT SELECT (id, n), UPDATE (n), REFERENCES (id) ON t TO catalog_reader;
GRANT INSERT (secret) ON t TO catalog_writer WITH GRANT OPTION;

-- pair: column_grants_after_a_table_level_revoke
-- both
CREATE TABLE t (id int, n int, secret text);
-- from
GRANT SELECT ON t TO catalog_reader;
GRANT SELECT (id) ON t TO catalog_reader;
-- to
GRANT SELECT (id, n) ON t TO catalog_reader;

-- pair: table_revoke_keeps_column_grants
-- both
CREATE TABLE t (id int, n int, secret text);
-- from
GRANT SELECT, UPDATE ON t TO catalog_reader;
GRANT SELECT (id, n), UPDATE (n) ON t TO catalog_reader;
-- to
GRANT SELECT (id, n), UPDATE (n) ON t TO catalog_reader;

-- pair: column_grant_of_a_new_column
-- loses: back
-- from
CREATE TABLE t (id int);
-- to
CREATE TABLE t (id int, n int);
GRANT SELECT (n) ON t TO catalog_reader;

-- pair: owner_of_a_table
-- both
CREATE TABLE t (id serial PRIMARY KEY, n int);
GRANT SELECT ON t TO catalog_reader;
-- from
-- to
ALTER TABLE t OWNER TO catalog_owner;

-- pair: owner_back_and_grants
-- both
CREATE TABLE t (id int PRIMARY KEY, n int);
ALTER TABLE t OWNER TO catalog_owner;
-- from
GRANT SELECT ON t TO catalog_reader;
-- to
ALTER TABLE t OWNER TO catalog_writer;
GRANT INSERT ON t TO catalog_reader;

-- pair: owners_of_everything
-- both
CREATE SEQUENCE s;
CREATE TYPE e AS ENUM ('a');
CREATE TYPE c AS (a int);
CREATE TYPE r AS RANGE (subtype = int8);
CREATE DOMAIN d AS int;
CREATE TABLE t (id int) PARTITION BY RANGE (id);
CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (9);
CREATE VIEW v AS SELECT id FROM t;
CREATE MATERIALIZED VIEW m AS SELECT id FROM t;
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;
CREATE PROCEDURE p() LANGUAGE sql AS $$ SELECT 1 $$;
CREATE STATISTICS st ON (id % 2) FROM t1;
CREATE COLLATION co FROM "C";
CREATE TEXT SEARCH CONFIGURATION ts (COPY = simple);
-- from
-- to
ALTER SEQUENCE s OWNER TO catalog_owner; ALTER TYPE e OWNER TO catalog_owner; ALTER TYPE c OWNER TO catalog_owner;
ALTER TYPE r OWNER TO catalog_owner; ALTER DOMAIN d OWNER TO catalog_owner; ALTER TABLE t OWNER TO catalog_owner;
ALTER TABLE t1 OWNER TO catalog_owner; ALTER VIEW v OWNER TO catalog_owner; ALTER MATERIALIZED VIEW m OWNER TO catalog_owner;
ALTER FUNCTION f() OWNER TO catalog_owner; ALTER PROCEDURE p() OWNER TO catalog_owner; ALTER STATISTICS st OWNER TO catalog_owner;
ALTER COLLATION co OWNER TO catalog_owner; ALTER TEXT SEARCH CONFIGURATION ts OWNER TO catalog_owner;

-- pair: owner_of_the_schema
-- both
CREATE TABLE t (id int);
-- from
-- to
ALTER SCHEMA owner_of_the_schema OWNER TO catalog_owner;
GRANT USAGE ON SCHEMA owner_of_the_schema TO catalog_reader;

-- pair: schema_grants
-- from
GRANT USAGE, CREATE ON SCHEMA schema_grants TO catalog_writer;
-- to
GRANT USAGE ON SCHEMA schema_grants TO catalog_writer;
GRANT USAGE ON SCHEMA schema_grants TO PUBLIC;

-- pair: sequence_grants
-- both
CREATE SEQUENCE s;
-- from
GRANT USAGE ON SEQUENCE s TO catalog_reader;
-- to
GRANT SELECT, UPDATE ON SEQUENCE s TO catalog_reader;

-- pair: type_grants
-- both
CREATE TYPE e AS ENUM ('a');
CREATE DOMAIN d AS int;
-- from
-- to
REVOKE USAGE ON TYPE e FROM PUBLIC;
GRANT USAGE ON TYPE e TO catalog_reader;
REVOKE USAGE ON DOMAIN d FROM PUBLIC;

-- pair: routine_grants
-- both
CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;
CREATE PROCEDURE p() LANGUAGE sql AS $$ SELECT 1 $$;
CREATE AGGREGATE agg(int) (SFUNC = int4pl, STYPE = int);
-- from
-- to
REVOKE EXECUTE ON FUNCTION f(int) FROM PUBLIC;
GRANT EXECUTE ON PROCEDURE p() TO catalog_reader;
REVOKE EXECUTE ON FUNCTION agg(int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION agg(int) TO catalog_reader;

-- pair: grants_by_another_grantor
-- falls short: forth: who granted is not compared; the owner grants
-- both
CREATE TABLE t (id int);
GRANT USAGE ON SCHEMA grants_by_another_grantor TO catalog_writer;
-- from
-- to
GRANT SELECT ON t TO catalog_writer WITH GRANT OPTION;
SET ROLE catalog_writer;
GRANT SELECT ON t TO catalog_reader;
RESET ROLE;

-- pair: default_privileges_in_schema
-- from
-- to
ALTER DEFAULT PRIVILEGES IN SCHEMA default_privileges_in_schema GRANT SELECT ON TABLES TO catalog_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE catalog_owner IN SCHEMA default_privileges_in_schema GRANT USAGE ON SEQUENCES TO catalog_reader;

-- pair: default_privileges_changed
-- from
ALTER DEFAULT PRIVILEGES IN SCHEMA default_privileges_changed GRANT SELECT, INSERT ON TABLES TO catalog_reader;
-- to
ALTER DEFAULT PRIVILEGES IN SCHEMA default_privileges_changed GRANT SELECT ON TABLES TO catalog_reader WITH GRANT OPTION;

-- pair: default_privileges_do_not_leak_into_new_tables
-- loses: back
-- from
ALTER DEFAULT PRIVILEGES IN SCHEMA default_privileges_do_not_leak_into_new_tables GRANT SELECT ON TABLES TO catalog_reader;
-- to
CREATE TABLE t (id int);
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;
ALTER DEFAULT PRIVILEGES IN SCHEMA default_privileges_do_not_leak_into_new_tables GRANT SELECT ON TABLES TO catalog_reader;

-- pair: default_privileges_reach_new_tables
-- loses: back
-- from
ALTER DEFAULT PRIVILEGES IN SCHEMA default_privileges_reach_new_tables GRANT SELECT ON TABLES TO catalog_reader;
CREATE TABLE old_one (id int);
-- to
ALTER DEFAULT PRIVILEGES IN SCHEMA default_privileges_reach_new_tables GRANT SELECT ON TABLES TO catalog_reader;
CREATE TABLE old_one (id int);
CREATE TABLE new_one (id int);

-- pair: default_privileges_of_a_role
-- alone
-- from
-- to
ALTER DEFAULT PRIVILEGES FOR ROLE catalog_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE catalog_owner GRANT ALL ON TABLES TO catalog_writer;

-- pair: grant_survives_the_rebuild_of_a_view
-- from
CREATE TABLE t (id int, n int);
CREATE VIEW v AS SELECT id FROM t;
GRANT SELECT ON v TO catalog_reader WITH GRANT OPTION;
ALTER VIEW v OWNER TO catalog_owner;
-- to
CREATE TABLE t (id int, n int);
CREATE VIEW v AS SELECT n AS id, id AS n FROM t;
GRANT SELECT ON v TO catalog_reader WITH GRANT OPTION;
ALTER VIEW v OWNER TO catalog_owner;

-- pair: sequence_of_an_identity_column
-- from
CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY, n int GENERATED ALWAYS AS IDENTITY);
GRANT USAGE ON SEQUENCE t_id_seq TO catalog_reader;
-- to
CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY, n int GENERATED ALWAYS AS IDENTITY);
GRANT SELECT ON SEQUENCE t_id_seq TO catalog_reader;
COMMENT ON SEQUENCE t_n_seq IS 'counts';
