-- What: extended statistics, collations, text search, publications, foreign data, schemas, extensions.

-- pair: statistics_created
-- from
CREATE TABLE t (a int, b int, c text);
-- to
CREATE TABLE t (a int, b int, c text);
CREATE STATISTICS st (dependencies, ndistinct) ON a, b FROM t;
CREATE STATISTICS ex ON lower(c), (a % 10), b FROM t;
COMMENT ON STATISTICS st IS 'together';

-- pair: statistics_changed
-- from
CREATE TABLE t (a int, b int, c text);
CREATE STATISTICS st (mcv) ON a, b FROM t;
-- to
CREATE TABLE t (a int, b int, c text);
CREATE STATISTICS st (mcv) ON a, c FROM t;
ALTER STATISTICS st SET STATISTICS 50;

-- pair: statistics_kinds
-- both
CREATE TABLE t (a int, b int);
-- from
CREATE STATISTICS st (mcv) ON a, b FROM t;
-- to
CREATE STATISTICS st (ndistinct, mcv) ON a, b FROM t;

-- pair: statistics_target_of_statistics
-- both
CREATE TABLE t (a int, b int);
CREATE STATISTICS st ON a, b FROM t;
-- from
-- to
ALTER STATISTICS st SET STATISTICS 77;

-- pair: statistics_of_a_dropped_column
-- loses: forth
-- from
CREATE TABLE t (a int, b int, c int);
CREATE STATISTICS st ON a, b FROM t;
-- to
CREATE TABLE t (a int, c int);
CREATE STATISTICS st ON a, c FROM t;

-- pair: collation_created
-- from
CREATE TABLE t (a text);
-- to
CREATE COLLATION posix_like (LOCALE = 'C');
CREATE TABLE t (a text COLLATE posix_like);
COMMENT ON COLLATION posix_like IS 'bytes';

-- pair: collation_icu
-- needs: icu
-- loses: back
-- from
-- to
CREATE COLLATION german (PROVIDER = icu, LOCALE = 'de-DE');
CREATE COLLATION insensitive (PROVIDER = icu, LOCALE = 'und-u-ks-level2', DETERMINISTIC = false);
CREATE TABLE t (a text COLLATE insensitive UNIQUE, b text COLLATE german);

-- pair: collation_changed_under_a_column
-- needs: icu
-- from
CREATE COLLATION co (PROVIDER = icu, LOCALE = 'de-DE');
CREATE TABLE t (id int, a text COLLATE co);
CREATE INDEX t_a_idx ON t (a);
-- to
CREATE COLLATION co (PROVIDER = icu, LOCALE = 'fr-FR');
CREATE TABLE t (id int, a text COLLATE co);
CREATE INDEX t_a_idx ON t (a);

-- pair: text_search_configuration
-- from
-- to
CREATE TEXT SEARCH DICTIONARY plain (TEMPLATE = simple, STOPWORDS = english, ACCEPT = false);
CREATE TEXT SEARCH CONFIGURATION plain_words (PARSER = "default");
ALTER TEXT SEARCH CONFIGURATION plain_words ADD MAPPING FOR asciiword, word WITH plain, simple;
COMMENT ON TEXT SEARCH DICTIONARY plain IS 'plain';
COMMENT ON TEXT SEARCH CONFIGURATION plain_words IS 'words';

-- pair: text_search_mappings
-- from
CREATE TEXT SEARCH CONFIGURATION words (PARSER = "default");
ALTER TEXT SEARCH CONFIGURATION words ADD MAPPING FOR asciiword, word WITH simple;
-- to
CREATE TEXT SEARCH CONFIGURATION words (PARSER = "default");
ALTER TEXT SEARCH CONFIGURATION words ADD MAPPING FOR asciiword WITH english_stem;
ALTER TEXT SEARCH CONFIGURATION words ADD MAPPING FOR numword, email WITH simple;

-- pair: text_search_dictionary_options
-- from
CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = simple, ACCEPT = true);
-- to
CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = simple, STOPWORDS = english);

-- pair: text_search_template_and_parser
-- from
-- to
CREATE TEXT SEARCH TEMPLATE tpl (INIT = dsimple_init, LEXIZE = dsimple_lexize);
CREATE TEXT SEARCH PARSER prs (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, HEADLINE = prsd_headline, LEXTYPES = prsd_lextype);
CREATE TEXT SEARCH DICTIONARY own (TEMPLATE = tpl);
CREATE TEXT SEARCH CONFIGURATION own_words (PARSER = prs);

-- pair: text_search_in_an_index
-- from
CREATE TABLE t (id int, body text);
-- to
CREATE TEXT SEARCH CONFIGURATION words (COPY = simple);
CREATE TABLE t (id int, body text);
CREATE INDEX t_body_idx ON t USING gin (to_tsvector('text_search_in_an_index.words', body));

-- pair: publication_created
-- from
CREATE TABLE t (id int PRIMARY KEY, n int);
-- to
CREATE TABLE t (id int PRIMARY KEY, n int);
CREATE PUBLICATION catalog_pub_1 FOR TABLE t WITH (publish = 'insert, update');
COMMENT ON PUBLICATION catalog_pub_1 IS 'some';

-- pair: publication_tables
-- both
CREATE TABLE a (id int PRIMARY KEY, n int);
CREATE TABLE b (id int PRIMARY KEY, n int);
-- from
CREATE PUBLICATION catalog_pub_2 FOR TABLE a;
-- to
CREATE PUBLICATION catalog_pub_2 FOR TABLE b WITH (publish_via_partition_root = true);

-- pair: publication_columns_and_rows
-- since: 15
-- both
CREATE TABLE a (id int PRIMARY KEY, n int, secret text);
-- from
CREATE PUBLICATION catalog_pub_3 FOR TABLE a;
-- to
CREATE PUBLICATION catalog_pub_3 FOR TABLE a (id, n) WHERE (id > 10);

-- pair: publication_of_a_schema
-- since: 15
-- both
CREATE TABLE a (id int PRIMARY KEY);
-- from
CREATE PUBLICATION catalog_pub_4 FOR TABLE a;
-- to
CREATE PUBLICATION catalog_pub_4 FOR TABLES IN SCHEMA publication_of_a_schema;

-- pair: publication_of_all_tables
-- from
CREATE PUBLICATION catalog_pub_5;
-- to
CREATE PUBLICATION catalog_pub_5 FOR ALL TABLES WITH (publish = 'truncate');
ALTER PUBLICATION catalog_pub_5 OWNER TO CURRENT_USER;

-- pair: publication_of_a_dropped_table
-- loses: forth
-- from
CREATE TABLE a (id int PRIMARY KEY);
CREATE TABLE b (id int PRIMARY KEY);
CREATE PUBLICATION catalog_pub_6 FOR TABLE a, b;
-- to
CREATE TABLE b (id int PRIMARY KEY);
CREATE PUBLICATION catalog_pub_6 FOR TABLE b;

-- pair: publication_columns_of_another_type
-- since: 15
-- from
CREATE TABLE a (id int PRIMARY KEY, n int);
CREATE PUBLICATION catalog_pub_7 FOR TABLE a (id, n) WHERE (n > 0);
-- to
CREATE TABLE a (id int PRIMARY KEY, n bigint);
CREATE PUBLICATION catalog_pub_7 FOR TABLE a (id, n) WHERE (n > 0);

-- pair: foreign_server
-- from
-- to
CREATE FOREIGN DATA WRAPPER catalog_wrapper_1 OPTIONS (debug 'true');
CREATE SERVER catalog_server_1 TYPE 'db' VERSION '1' FOREIGN DATA WRAPPER catalog_wrapper_1 OPTIONS (host 'elsewhere');
CREATE USER MAPPING FOR catalog_reader SERVER catalog_server_1 OPTIONS (user 'x');
CREATE FOREIGN TABLE ft (id int NOT NULL, n text OPTIONS (column_name 'other')) SERVER catalog_server_1 OPTIONS (table_name 'it''s');
COMMENT ON SERVER catalog_server_1 IS 'far away';

-- pair: foreign_server_options
-- both
CREATE FOREIGN DATA WRAPPER catalog_wrapper_2;
-- from
CREATE SERVER catalog_server_2 FOREIGN DATA WRAPPER catalog_wrapper_2 OPTIONS (host 'a', port '1');
-- to
CREATE SERVER catalog_server_2 VERSION '2' FOREIGN DATA WRAPPER catalog_wrapper_2 OPTIONS (host 'b', dbname 'c');
GRANT USAGE ON FOREIGN SERVER catalog_server_2 TO catalog_reader;

-- pair: foreign_table_columns
-- loses: back
-- both
CREATE FOREIGN DATA WRAPPER catalog_wrapper_3;
CREATE SERVER catalog_server_3 FOREIGN DATA WRAPPER catalog_wrapper_3;
-- from
CREATE FOREIGN TABLE ft (id int, n text OPTIONS (a '1')) SERVER catalog_server_3 OPTIONS (x '1', y '2');
-- to
CREATE FOREIGN TABLE ft (id bigint NOT NULL, n text OPTIONS (b '2'), m int DEFAULT 3, CHECK (id > 0)) SERVER catalog_server_3 OPTIONS (y '3', z '4');

-- pair: user_mappings
-- both
CREATE FOREIGN DATA WRAPPER catalog_wrapper_4;
CREATE SERVER catalog_server_4 FOREIGN DATA WRAPPER catalog_wrapper_4;
-- from
CREATE USER MAPPING FOR catalog_reader SERVER catalog_server_4 OPTIONS (user 'a');
-- to
CREATE USER MAPPING FOR catalog_reader SERVER catalog_server_4 OPTIONS (user 'b', mode 'c');
CREATE USER MAPPING FOR PUBLIC SERVER catalog_server_4;

-- pair: foreign_table_of_postgres_fdw
-- needs: postgres_fdw
-- from
CREATE SERVER catalog_server_5 FOREIGN DATA WRAPPER postgres_fdw OPTIONS (dbname 'a');
-- to
CREATE SERVER catalog_server_5 FOREIGN DATA WRAPPER postgres_fdw OPTIONS (dbname 'b', fetch_size '500');
CREATE FOREIGN TABLE far (id int OPTIONS (column_name 'nr'), s text COLLATE "C") SERVER catalog_server_5 OPTIONS (schema_name 'x', table_name 'y');
CREATE VIEW near AS SELECT id FROM far;

-- pair: schema_created
-- from
-- to
CREATE SCHEMA catalog_extra_1;
CREATE TABLE catalog_extra_1.t (id int);
COMMENT ON SCHEMA catalog_extra_1 IS 'one more';
GRANT USAGE ON SCHEMA catalog_extra_1 TO catalog_reader;

-- pair: table_moves_to_another_schema
-- both
CREATE SCHEMA catalog_extra_2;
-- from
CREATE TABLE t (id int PRIMARY KEY, n int);
-- to
CREATE TABLE catalog_extra_2.t (id int PRIMARY KEY, n int);

-- pair: foreign_key_across_schemas
-- both
CREATE SCHEMA catalog_extra_3;
CREATE TABLE catalog_extra_3.p (id int PRIMARY KEY);
-- from
CREATE TABLE c (p_id int);
-- to
CREATE TABLE c (p_id int REFERENCES catalog_extra_3.p);
CREATE VIEW catalog_extra_3.v AS SELECT p_id FROM c;

-- pair: same_names_in_two_schemas
-- both
CREATE SCHEMA catalog_extra_4;
-- from
CREATE TABLE t (id int);
CREATE TABLE catalog_extra_4.t (id int);
-- to
CREATE TABLE t (id int PRIMARY KEY);
CREATE TABLE catalog_extra_4.t (id int, n int);
CREATE INDEX i ON t (id);
CREATE INDEX i ON catalog_extra_4.t (n);

-- pair: extension_added
-- loses: back
-- alone
-- needs: hstore
-- from
DROP EXTENSION hstore;
CREATE TABLE t (id int);
-- to
CREATE TABLE t (id int, tags hstore);
CREATE INDEX t_tags_idx ON t USING gin (tags);

-- pair: extension_in_a_schema_of_its_own
-- alone
-- needs: citext
-- from
DROP EXTENSION citext;
CREATE SCHEMA ext;
CREATE TABLE t (id int, name text);
-- to
DROP EXTENSION citext;
CREATE SCHEMA ext;
CREATE EXTENSION citext SCHEMA ext;
CREATE TABLE t (id int, name ext.citext UNIQUE);

-- pair: extension_moves
-- alone
-- needs: pg_trgm
-- from
CREATE SCHEMA ext;
CREATE TABLE t (id int, name text);
CREATE INDEX t_name_idx ON t USING gin (name gin_trgm_ops);
-- to
CREATE SCHEMA ext;
ALTER EXTENSION pg_trgm SET SCHEMA ext;
CREATE TABLE t (id int, name text);
CREATE INDEX t_name_idx ON t USING gin (name ext.gin_trgm_ops);

-- pair: extension_objects_are_not_ours
-- needs: pg_trgm
-- from
CREATE TABLE t (id int, name text);
-- to
CREATE TABLE t (id int, name text, CONSTRAINT near CHECK (similarity(name, 'x') >= 0));
CREATE VIEW v AS SELECT id FROM t WHERE name % 'word';

-- pair: language_and_transform
-- from
-- to
CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;
COMMENT ON FUNCTION f() IS 'in a language that is there';
