-- Tables that programs stumble over.
CREATE TABLE no_columns ();
INSERT INTO no_columns SELECT FROM generate_series(1, 3);
CREATE TABLE generated (a int, twice int GENERATED ALWAYS AS (a * 2) STORED, b text);
INSERT INTO generated (a, b) VALUES (1, NULL), (2, 'x');
CREATE TABLE only_generated (one int GENERATED ALWAYS AS (1) STORED);
INSERT INTO only_generated DEFAULT VALUES;
INSERT INTO only_generated DEFAULT VALUES;
CREATE UNLOGGED TABLE not_logged AS SELECT 1 AS id;
CREATE TABLE parts (id int, note text) PARTITION BY RANGE (id);
CREATE TABLE parts_low PARTITION OF parts FOR VALUES FROM (0) TO (100);
CREATE TABLE parts_high PARTITION OF parts FOR VALUES FROM (100) TO (200);
INSERT INTO parts VALUES (1, 'a'), (101, 'b');
CREATE TABLE parent (id int);
CREATE TABLE child (more text) INHERITS (parent);
INSERT INTO parent VALUES (1);
INSERT INTO child VALUES (2, 'more');
CREATE SCHEMA "odd ""schema"".";
CREATE TABLE "odd ""schema"".".U&"/../etc\000A'" ("a ""column""" text);
INSERT INTO "odd ""schema"".".U&"/../etc\000A'" VALUES (E'a\tb\n\\');
CREATE TABLE "Users" (name text);
INSERT INTO "Users" VALUES ('capital');
CREATE TABLE users (name text);
INSERT INTO users VALUES ('small');
CREATE TABLE of_types (n numeric, f float8, i interval, t timestamptz, b bytea, a text[], r regclass);
INSERT INTO of_types VALUES ('NaN', '-Infinity', '1 year 2 months', '2026-01-01 00:00:00+00', '\x00ff',
                           ARRAY['1', NULL, 'a b'], 'users');
CREATE SEQUENCE counter;
SELECT setval('counter', 4200);
CREATE MATERIALIZED VIEW filled AS SELECT 1 AS one;
CREATE MATERIALIZED VIEW empty AS SELECT 1 AS one WITH NO DATA;
CREATE FOREIGN DATA WRAPPER nowhere;
CREATE SERVER far FOREIGN DATA WRAPPER nowhere;
CREATE FOREIGN TABLE far_away (id int) SERVER far;
DO $$
BEGIN
    EXECUTE format('COMMENT ON DATABASE %I IS %L', current_database(), 'of all kinds');
    EXECUTE format('ALTER DATABASE %I SET search_path = "odd ""schema"".", public', current_database());
END $$;
