-- What: indexes of every kind.

-- pair: index_added
-- from
CREATE TABLE t (a int, b text);
-- to
CREATE TABLE t (a int, b text);
CREATE INDEX t_a_idx ON t (a);

-- pair: index_of_other_columns
-- from
CREATE TABLE t (a int, b text);
CREATE INDEX i ON t (a);
-- to
CREATE TABLE t (a int, b text);
CREATE INDEX i ON t (b, a);

-- pair: index_becomes_unique
-- from
CREATE TABLE t (a int, b text);
CREATE INDEX i ON t (a);
-- to
CREATE TABLE t (a int, b text);
CREATE UNIQUE INDEX i ON t (a);

-- pair: index_partial
-- from
CREATE TABLE t (a int, b text);
CREATE INDEX i ON t (a);
-- to
CREATE TABLE t (a int, b text);
CREATE INDEX i ON t (a) WHERE b IN ('x', 'y') AND a IS NOT NULL;

-- pair: index_predicate_written_otherwise
-- loses: back
-- from
CREATE TABLE t (a int, b text);
CREATE INDEX i ON t (a) WHERE b IN ('x', 'y');
-- to
CREATE TABLE t (a int, b text, c int);
CREATE INDEX i ON t USING btree (a ASC NULLS LAST) WHERE (b = ANY (ARRAY['x'::text, 'y'::text]));

-- pair: index_on_expressions
-- from
CREATE TABLE t (a int, b text);
-- to
CREATE TABLE t (a int, b text);
CREATE INDEX i ON t (lower(b), (a % 10) DESC);

-- pair: index_on_an_own_function
-- from
CREATE TABLE t (a int, b text);
-- to
CREATE FUNCTION folded(text) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT lower($1) $$;
CREATE TABLE t (a int, b text);
CREATE UNIQUE INDEX i ON t (folded(b));

-- pair: index_function_changes_its_body
-- from
CREATE FUNCTION folded(text) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT lower($1) $$;
CREATE TABLE t (a int, b text);
CREATE INDEX i ON t (folded(b));
-- to
CREATE FUNCTION folded(text) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT upper($1) $$;
CREATE TABLE t (a int, b text);
CREATE INDEX i ON t (folded(b));

-- pair: index_include
-- from
CREATE TABLE t (a int, b text, c int);
CREATE INDEX i ON t (a);
-- to
CREATE TABLE t (a int, b text, c int);
CREATE INDEX i ON t (a) INCLUDE (b, c);

-- pair: index_order_and_nulls
-- from
CREATE TABLE t (a int, b text);
CREATE INDEX i ON t (a, b);
-- to
CREATE TABLE t (a int, b text);
CREATE INDEX i ON t (a DESC NULLS LAST, b ASC NULLS FIRST);

-- pair: index_opclass_and_collation
-- from
CREATE TABLE t (a int, b text);
CREATE INDEX i ON t (b);
-- to
CREATE TABLE t (a int, b text);
CREATE INDEX i ON t (b COLLATE "C" text_pattern_ops);

-- pair: index_trigrams
-- needs: pg_trgm
-- from
CREATE TABLE t (a int, b text);
-- to
CREATE TABLE t (a int, b text);
CREATE INDEX i ON t USING gin (b gin_trgm_ops);
CREATE INDEX j ON t USING gist (b gist_trgm_ops (siglen = 32));

-- pair: index_methods
-- from
CREATE TABLE t (a int, b text, d jsonb, p point, at timestamptz);
-- to
CREATE TABLE t (a int, b text, d jsonb, p point, at timestamptz);
CREATE INDEX h ON t USING hash (b);
CREATE INDEX g ON t USING gin (d jsonb_path_ops) WITH (fastupdate = off);
CREATE INDEX s ON t USING gist (p);
CREATE INDEX q ON t USING spgist (p);
CREATE INDEX r ON t USING brin (at) WITH (pages_per_range = 16, autosummarize = on);

-- pair: index_options
-- from
CREATE TABLE t (a int);
CREATE INDEX i ON t (a);
-- to
CREATE TABLE t (a int);
CREATE INDEX i ON t (a) WITH (fillfactor = 50, deduplicate_items = off);

-- pair: index_options_reset
-- from
CREATE TABLE t (a int);
CREATE INDEX i ON t (a) WITH (fillfactor = 50);
-- to
CREATE TABLE t (a int);
CREATE INDEX i ON t (a);

-- pair: index_nulls_not_distinct
-- since: 15
-- from
CREATE TABLE t (a int);
CREATE UNIQUE INDEX i ON t (a);
-- to
CREATE TABLE t (a int);
CREATE UNIQUE INDEX i ON t (a) NULLS NOT DISTINCT;

-- pair: index_statistics_of_an_expression
-- from
CREATE TABLE t (a int, b int);
CREATE INDEX i ON t ((a + b));
-- to
CREATE TABLE t (a int, b int);
CREATE INDEX i ON t ((a + b));
ALTER INDEX i ALTER COLUMN 1 SET STATISTICS 400;

-- pair: index_comment_kept_when_rebuilt
-- from
CREATE TABLE t (a int, b int);
CREATE INDEX i ON t (a);
COMMENT ON INDEX i IS 'for the list';
-- to
CREATE TABLE t (a int, b int);
CREATE INDEX i ON t (b);
COMMENT ON INDEX i IS 'for the list';

-- pair: indexes_exchange_names
-- from
CREATE TABLE t (a int, b int);
CREATE INDEX one ON t (a);
CREATE INDEX two ON t (b);
-- to
CREATE TABLE t (a int, b int);
CREATE INDEX two ON t (a);
CREATE INDEX one ON t (b);

-- pair: index_of_a_dropped_column
-- loses: forth
-- from
CREATE TABLE t (a int, b int, c int);
CREATE INDEX i ON t (a, b);
CREATE INDEX j ON t (c) WHERE b > 0;
-- to
CREATE TABLE t (a int, c int);
CREATE INDEX j ON t (c);


-- pair: full_text_index
-- from
CREATE TABLE doc (id int, title text, body text);
-- to
CREATE TABLE doc (id int, title text, body text, words tsvector GENERATED ALWAYS AS (to_tsvector('simple', coalesce(title, '') || ' ' || coalesce(body, ''))) STORED);
CREATE INDEX doc_words_idx ON doc USING gin (words);
