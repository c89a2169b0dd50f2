-- One of every kind of object that pg_dump of PostgreSQL 15 has an entry type for, with rows where
-- they may be, under names that are hard to quote; what newer versions have comes at the end. Runs in
-- an empty database, as a superuser, by psql.

CREATE SCHEMA shop;
CREATE SCHEMA "Odd "" . schema";
COMMENT ON SCHEMA shop IS 'a schema''s comment';

-- An extension with a type of its own: one that packages bring, or the one of servers that pip brings.
SELECT count(*) > 0 AS has_hstore FROM pg_available_extensions WHERE name = 'hstore' \gset
\if :has_hstore
CREATE EXTENSION hstore SCHEMA shop;
CREATE TABLE shop.tagged AS SELECT n AS id, 'a=>1'::shop.hstore AS tags FROM generate_series(1, 9) AS n;
CREATE INDEX ON shop.tagged USING gin (tags);
\else
CREATE EXTENSION vector SCHEMA shop;
CREATE TABLE shop.tagged AS SELECT n AS id, '[1,2,3]'::shop.vector AS place FROM generate_series(1, 9) AS n;
\endif

-- Types: enum, domain with a check, composite, range, base (shell first), collation.
CREATE TYPE shop.status AS ENUM ('new', 'sent', 'it''s lost');
CREATE DOMAIN shop.cents AS bigint NOT NULL DEFAULT 0 CONSTRAINT not_negative CHECK (VALUE >= 0);
CREATE TYPE shop.address AS (street text, "Zip Code" varchar(10));
CREATE TYPE shop.float_range AS RANGE (subtype = float8, subtype_diff = float8mi);
CREATE TYPE shop.box3;
CREATE FUNCTION shop.box3_in(cstring) RETURNS shop.box3 LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION shop.box3_out(shop.box3) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE TYPE shop.box3 (INPUT = shop.box3_in, OUTPUT = shop.box3_out, LIKE = text);
CREATE COLLATION shop.plain (provider = libc, locale = 'C');
CREATE TYPE shop.only_a_shell;
CREATE DOMAIN shop.percent AS int;
ALTER DOMAIN shop.percent ADD CONSTRAINT hoped CHECK (VALUE <= 100) NOT VALID;
COMMENT ON TYPE shop.status IS E'back\\slash and\nnew line';

-- A language of our own, by another's functions.
CREATE FUNCTION shop.our_handler() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';
CREATE LANGUAGE ours HANDLER shop.our_handler;
CREATE FUNCTION shop.in_ours(n int) RETURNS int LANGUAGE ours AS 'BEGIN RETURN n; END';

-- Functions, a procedure, an aggregate, operators with their class and family, casts, a conversion,
-- a transform, text search.
CREATE FUNCTION shop.helper(n bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT n * 2';
-- The name of the helper is qualified in here, as the search path is empty during a restore.
CREATE FUNCTION shop.fits(n bigint) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS
    $$ BEGIN RETURN shop.helper(n) >= 0; END $$;
CREATE FUNCTION shop.standard_body(n int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT n + 1; END;
CREATE PROCEDURE shop.nothing() LANGUAGE plpgsql AS $$ BEGIN NULL; END $$;
CREATE AGGREGATE shop.total(bigint) (SFUNC = int8pl, STYPE = bigint, INITCOND = '0');
CREATE OPERATOR shop.=== (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = int8eq, COMMUTATOR = OPERATOR(shop.===));
CREATE OPERATOR FAMILY shop.ours USING btree;
CREATE OPERATOR CLASS shop.ours_ops FOR TYPE bigint USING btree FAMILY shop.ours AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint8cmp(bigint, bigint);
CREATE FUNCTION shop.status_number(shop.status) RETURNS integer LANGUAGE sql IMMUTABLE AS
    $$ SELECT CASE $1::text WHEN 'new' THEN 1 ELSE 2 END $$;
CREATE CAST (shop.status AS integer) WITH FUNCTION shop.status_number(shop.status);
CREATE CONVERSION shop.latin FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE FUNCTION shop.status_from_sql(internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT AS 'prsd_lextype';
CREATE TRANSFORM FOR shop.status LANGUAGE sql (FROM SQL WITH FUNCTION shop.status_from_sql(internal));
CREATE ACCESS METHOD heap2 TYPE TABLE HANDLER heap_tableam_handler;
CREATE TEXT SEARCH PARSER shop.parser (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype);
CREATE TEXT SEARCH TEMPLATE shop.template (LEXIZE = dsimple_lexize, INIT = dsimple_init);
CREATE TEXT SEARCH DICTIONARY shop.dictionary (TEMPLATE = shop.template);
CREATE TEXT SEARCH CONFIGURATION shop.configuration (PARSER = shop.parser);
ALTER TEXT SEARCH CONFIGURATION shop.configuration ADD MAPPING FOR asciiword WITH shop.dictionary;

-- Foreign data. What a foreign table shows is not ours to keep.
CREATE FOREIGN DATA WRAPPER idle NO HANDLER OPTIONS (debug 'true');
CREATE SERVER elsewhere FOREIGN DATA WRAPPER idle OPTIONS (host 'nowhere');
CREATE USER MAPPING FOR PUBLIC SERVER elsewhere OPTIONS ("user" 'somebody');
CREATE FOREIGN TABLE shop.far_away (id int, note text) SERVER elsewhere;

-- Tables: identity, serial, generated, defaults and checks by functions, arrays, composites.
CREATE SEQUENCE shop.ticket START 7 INCREMENT 5 MAXVALUE 1000 CYCLE;
SELECT nextval('shop.ticket'), nextval('shop.ticket');
CREATE SEQUENCE shop.never_used;
CREATE TABLE shop.users (
    id      bigint GENERATED ALWAYS AS IDENTITY (START 100) PRIMARY KEY,
    name    text COLLATE shop.plain NOT NULL,
    home    shop.address,
    states  shop.status[],
    span    shop.float_range,
    shouted text GENERATED ALWAYS AS (upper(name)) STORED,
    joined  timestamptz NOT NULL DEFAULT '2026-02-28 23:59:59.999999+00',
    age     interval,
    weight  double precision,
    price   numeric,
    photo   bytea,
    extra   jsonb
);
ALTER TABLE shop.users ALTER COLUMN photo SET STORAGE EXTERNAL, ALTER COLUMN name SET STATISTICS 500;
ALTER TABLE shop.users ADD COLUMN dropped int;
ALTER TABLE shop.users DROP COLUMN dropped;
INSERT INTO shop.users (name, home, states, span, age, weight, price, photo, extra)
SELECT E'name\t' || n || E'\n\\. é 🙂', ROW('Main "St", 1', NULL)::shop.address, '{new,"it''s lost"}',
       '[1,2)', make_interval(years => -1, days => n, secs => 0.5), 0.1::float8 + 0.2, n / 7.0,
       decode(md5(n::text), 'hex'), jsonb_build_object('n', n, 'nothing', NULL)
FROM generate_series(1, 3000) AS n;
INSERT INTO shop.users (name, weight, price) VALUES ('', 'NaN', 'Infinity'), ('\N', '-Infinity', 'NaN');
CREATE TABLE shop.notes (
    id     serial PRIMARY KEY,
    amount shop.cents CHECK (shop.fits(amount)),
    twice  bigint DEFAULT shop.helper(21),
    body   text
);
INSERT INTO shop.notes (amount, body)
    VALUES (1, repeat('x', 8192)), (2, (SELECT string_agg(md5(n::text), '') FROM generate_series(1, 60000) AS n)), (3, NULL);
ALTER SEQUENCE shop.notes_id_seq INCREMENT 10;

-- Each points to the other, so that no order of loading suits both.
CREATE TABLE shop.hen (id int PRIMARY KEY, egg int NOT NULL);
CREATE TABLE shop.egg (id int PRIMARY KEY, hen int NOT NULL REFERENCES shop.hen DEFERRABLE INITIALLY DEFERRED);
ALTER TABLE shop.hen ADD CONSTRAINT hen_egg FOREIGN KEY (egg) REFERENCES shop.egg DEFERRABLE INITIALLY DEFERRED;
BEGIN;
INSERT INTO shop.hen SELECT n, n FROM generate_series(1, 50) AS n;
INSERT INTO shop.egg SELECT n, n FROM generate_series(1, 50) AS n;
COMMIT;
ALTER TABLE shop.egg ADD CONSTRAINT unchecked CHECK (id <> 50) NOT VALID;

-- Inheritance and partitions of both levels.
CREATE TABLE shop.parent (id int, CHECK (id > 0) NO INHERIT);
CREATE TABLE shop.child (more text DEFAULT 'child') INHERITS (shop.parent);
INSERT INTO shop.parent VALUES (1);
INSERT INTO shop.child VALUES (-1, 'c');
CREATE TABLE shop.events (id bigint, at date NOT NULL, kind text) PARTITION BY RANGE (at);
CREATE TABLE shop.events_1 PARTITION OF shop.events FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE shop.events_2 PARTITION OF shop.events FOR VALUES FROM ('2026-02-01') TO ('2026-03-01') PARTITION BY LIST (kind);
CREATE TABLE shop.events_2_a PARTITION OF shop.events_2 FOR VALUES IN ('a');
CREATE TABLE shop.events_2_other PARTITION OF shop.events_2 DEFAULT;
CREATE TABLE shop.events_default PARTITION OF shop.events DEFAULT;
ALTER TABLE shop.events ADD PRIMARY KEY (id, at, kind);
CREATE INDEX events_kind ON shop.events (kind);
ALTER TABLE shop.events_1 ALTER COLUMN kind SET DEFAULT 'one';
INSERT INTO shop.events SELECT n, '2026-01-01'::date + n % 70, chr(97 + n % 3) FROM generate_series(1, 900) AS n;

-- Kinds of storage: unlogged, of a type, another access method, no columns, no rows, options.
CREATE UNLOGGED TABLE shop.scratch (id int);
INSERT INTO shop.scratch SELECT generate_series(1, 10);
CREATE TABLE shop.typed OF shop.address;
INSERT INTO shop.typed VALUES ('a', 'b');
CREATE TABLE shop.other_heap (id int) USING heap2 WITH (fillfactor = 50, autovacuum_enabled = false);
INSERT INTO shop.other_heap VALUES (1);
CREATE TABLE shop.no_columns ();
INSERT INTO shop.no_columns DEFAULT VALUES;
INSERT INTO shop.no_columns DEFAULT VALUES;
CREATE TABLE shop.no_rows (id int);
CREATE TABLE shop.only_generated (g int GENERATED ALWAYS AS (1 + 1) STORED);
INSERT INTO shop.only_generated DEFAULT VALUES;

-- Indexes and constraints of each kind.
CREATE INDEX users_name ON shop.users USING btree (name COLLATE "C" DESC NULLS LAST, lower(name)) INCLUDE (id) WHERE id > 0;
CREATE INDEX users_states ON shop.users USING gin (to_tsvector('simple', shouted));
CREATE UNIQUE INDEX notes_body ON shop.notes (md5(body)) NULLS NOT DISTINCT;
ALTER TABLE shop.notes REPLICA IDENTITY FULL;
ALTER TABLE shop.users CLUSTER ON users_pkey;
CREATE TABLE shop.spans (span shop.float_range, CONSTRAINT apart EXCLUDE USING gist (span WITH &&) DEFERRABLE);
INSERT INTO shop.spans VALUES ('[1,2)'), ('[2,3)');
CREATE STATISTICS shop.users_statistics (dependencies, ndistinct) ON name, joined FROM shop.users;
ALTER STATISTICS shop.users_statistics SET STATISTICS 100;

-- Views, in a circle too, rules, triggers, policies.
CREATE VIEW shop.adults AS SELECT id, name FROM shop.users WHERE id > 10 WITH LOCAL CHECK OPTION;
CREATE VIEW shop.barrier WITH (security_barrier) AS SELECT * FROM shop.adults;
CREATE VIEW shop.snake AS SELECT 1 AS n;
CREATE VIEW shop.tail AS SELECT n FROM shop.snake;
CREATE OR REPLACE VIEW shop.snake AS SELECT n FROM shop.tail;
ALTER VIEW shop.adults ALTER COLUMN name SET DEFAULT 'nobody';
CREATE RULE adults_delete AS ON DELETE TO shop.adults DO INSTEAD NOTHING;
CREATE MATERIALIZED VIEW shop.filled AS SELECT count(*) AS users, max(shop.helper(id)) AS twice FROM shop.users;
CREATE UNIQUE INDEX filled_users ON shop.filled (users);
CREATE MATERIALIZED VIEW shop.not_filled AS SELECT id FROM shop.users WITH NO DATA;
CREATE FUNCTION shop.stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.body := NEW.body || '!'; RETURN NEW; END $$;
CREATE TRIGGER stamp BEFORE INSERT OR UPDATE OF body ON shop.notes FOR EACH ROW WHEN (NEW.amount > 1) EXECUTE FUNCTION shop.stamp();
CREATE TRIGGER asleep BEFORE INSERT ON shop.notes FOR EACH ROW EXECUTE FUNCTION shop.stamp();
ALTER TABLE shop.notes DISABLE TRIGGER asleep;
ALTER TABLE shop.notes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY only_small ON shop.notes AS RESTRICTIVE FOR UPDATE TO PUBLIC USING (amount < 2) WITH CHECK (amount < 10);
CREATE FUNCTION shop.on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO shop.ddl_log VALUES (tg_tag); END $$;
CREATE TABLE shop.ddl_log (tag text);
CREATE EVENT TRIGGER log_ddl ON sql_drop WHEN TAG IN ('DROP TABLE', 'DROP SCHEMA') EXECUTE FUNCTION shop.on_ddl();

-- Publications and a subscription that does not run.
CREATE PUBLICATION some_rows FOR TABLE shop.users (id, name) WHERE (id > 5);
CREATE PUBLICATION whole_schema FOR TABLES IN SCHEMA shop WITH (publish = 'insert');
CREATE SUBSCRIPTION asleep CONNECTION 'host=nowhere dbname=nothing' PUBLICATION p WITH (connect = false, slot_name = NONE);

-- Names of every sort.
CREATE TABLE "Odd "" . schema"."select" ("from" int, "a ""b"" c" text DEFAULT 'd', "new
line" text);
INSERT INTO "Odd "" . schema"."select" VALUES (1, 'x', E'y\nz');
CREATE TABLE "Odd "" . schema"."new
line; 1; \.	tab/slash\back" (id int PRIMARY KEY);
INSERT INTO "Odd "" . schema"."new
line; 1; \.	tab/slash\back" VALUES (5);
CREATE TABLE "Odd "" . schema"."Table" (id serial);
INSERT INTO "Odd "" . schema"."Table" DEFAULT VALUES;
CREATE TABLE "Odd "" . schema"."table" (id serial);
CREATE TABLE "Odd "" . schema"."🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂abc" ("🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂abc" int UNIQUE);
INSERT INTO "Odd "" . schema"."🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂abc" VALUES (1), (NULL);
CREATE FUNCTION "Odd "" . schema"."f(x)"(int) RETURNS int LANGUAGE sql AS 'SELECT 1';

-- 1,600 columns, the most that a table can have; a row with a number in each fits a page.
DO $$ BEGIN
    EXECUTE 'CREATE TABLE shop.wide (' || (SELECT string_agg('c' || n || ' int', ', ') FROM generate_series(1, 1600) AS n) || ')';
END $$;
INSERT INTO shop.wide (c1, c800, c1600) SELECT n, n, n FROM generate_series(1, 20) AS n;
DO $$ BEGIN
    EXECUTE 'INSERT INTO shop.wide VALUES (' || (SELECT string_agg(n::text, ', ') FROM generate_series(1, 1600) AS n) || ')';
END $$;

-- Large objects with a comment and a grant; one is empty.
SELECT lo_from_bytea(100001, decode(repeat('00ff5c0a', 5000), 'hex')), lo_create(100002);
COMMENT ON LARGE OBJECT 100001 IS 'a large object''s comment';
GRANT SELECT ON LARGE OBJECT 100001 TO PUBLIC;

-- Comments, grants, default grants.
COMMENT ON TABLE shop.users IS 'users';
COMMENT ON COLUMN shop.users.name IS 'a column';
COMMENT ON INDEX shop.users_name IS 'an index';
COMMENT ON CONSTRAINT hen_egg ON shop.hen IS 'a constraint';
COMMENT ON TRIGGER stamp ON shop.notes IS 'a trigger';
GRANT SELECT (name), UPDATE (name) ON shop.users TO PUBLIC;
GRANT SELECT ON ALL TABLES IN SCHEMA "Odd "" . schema" TO PUBLIC;
GRANT USAGE ON SCHEMA shop TO PUBLIC;
GRANT USAGE ON TYPE shop.address TO PUBLIC;
REVOKE USAGE ON TYPE shop.address FROM PUBLIC;
GRANT USAGE ON FOREIGN SERVER elsewhere TO PUBLIC;
GRANT USAGE ON SEQUENCE shop.ticket TO PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION shop.helper FROM PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO PUBLIC;

SELECT current_setting('server_version_num')::int >= 180000 AS is_18 \gset
\if :is_18
\ir everything_18.sql
\endif
