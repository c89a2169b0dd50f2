-- What: what stands on something that must be rebuilt comes back whole.

-- pair: type_change_under_everything
-- loses: back
-- from
CREATE TABLE t (id int PRIMARY KEY, price int DEFAULT 5, city text, total int GENERATED ALWAYS AS (id * 2) STORED);
CREATE INDEX t_price_idx ON t (price) WHERE price > 10;
CREATE TABLE other (id int PRIMARY KEY, note text);
CREATE FUNCTION put() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE VIEW v AS SELECT id, price FROM t WHERE price > 0;
CREATE MATERIALIZED VIEW m AS SELECT price, count(*) AS n FROM v GROUP BY price;
CREATE UNIQUE INDEX m_price_idx ON m (price);
CREATE VIEW w WITH (security_barrier = true) AS SELECT m.n, other.note FROM m JOIN other ON other.id = m.n;
CREATE TRIGGER put INSTEAD OF INSERT ON v FOR EACH ROW EXECUTE FUNCTION put();
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
CREATE POLICY cheap ON t FOR SELECT TO catalog_reader USING (price < 100);
CREATE STATISTICS t_stat ON price, city FROM t;
COMMENT ON VIEW v IS 'with a price'; COMMENT ON COLUMN v.price IS 'in cents';
COMMENT ON MATERIALIZED VIEW m IS 'how many'; COMMENT ON INDEX m_price_idx IS 'by price'; COMMENT ON TRIGGER put ON v IS 'puts';
ALTER VIEW w OWNER TO catalog_owner; GRANT SELECT ON v, m, w TO catalog_reader; GRANT UPDATE (price) ON v TO catalog_writer;
-- to
CREATE TABLE t (id int PRIMARY KEY, price numeric(12, 2) DEFAULT 5, city text, total int GENERATED ALWAYS AS (id * 2) STORED);
CREATE INDEX t_price_idx ON t (price) WHERE price > 10;
CREATE TABLE other (id int PRIMARY KEY, note text);
CREATE FUNCTION put() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE VIEW v AS SELECT id, price FROM t WHERE price > 0;
CREATE MATERIALIZED VIEW m AS SELECT price, count(*) AS n FROM v GROUP BY price;
CREATE UNIQUE INDEX m_price_idx ON m (price);
CREATE VIEW w WITH (security_barrier = true) AS SELECT m.n, other.note FROM m JOIN other ON other.id = m.n;
CREATE TRIGGER put INSTEAD OF INSERT ON v FOR EACH ROW EXECUTE FUNCTION put();
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
CREATE POLICY cheap ON t FOR SELECT TO catalog_reader USING (price < 100);
CREATE STATISTICS t_stat ON price, city FROM t;
COMMENT ON VIEW v IS 'with a price'; COMMENT ON COLUMN v.price IS 'in cents';
COMMENT ON MATERIALIZED VIEW m IS 'how many'; COMMENT ON INDEX m_price_idx IS 'by price'; COMMENT ON TRIGGER put ON v IS 'puts';
ALTER VIEW w OWNER TO catalog_owner; GRANT SELECT ON v, m, w TO catalog_reader; GRANT UPDATE (price) ON v TO catalog_writer;

-- pair: unpopulated_stays_unpopulated
-- from
CREATE TABLE t (id int, price int);
CREATE MATERIALIZED VIEW full_one AS SELECT price FROM t;
CREATE MATERIALIZED VIEW empty_one AS SELECT price FROM t WITH NO DATA;
-- to
CREATE TABLE t (id int, price bigint);
CREATE MATERIALIZED VIEW full_one AS SELECT price FROM t;
CREATE MATERIALIZED VIEW empty_one AS SELECT price FROM t WITH NO DATA;

-- pair: rule_of_a_rebuilt_view
-- from
CREATE TABLE t (id int);
CREATE VIEW v AS SELECT id FROM t;
CREATE RULE v_update AS ON UPDATE TO v DO INSTEAD NOTHING;
COMMENT ON RULE v_update ON v IS 'none';
-- to
CREATE TABLE t (id bigint);
CREATE VIEW v AS SELECT id FROM t;
CREATE RULE v_update AS ON UPDATE TO v DO INSTEAD NOTHING;
COMMENT ON RULE v_update ON v IS 'none';

-- pair: enum_change_under_everything
-- from
CREATE TYPE state AS ENUM ('new', 'old', 'dead');
CREATE TABLE t (id int PRIMARY KEY, s state NOT NULL DEFAULT 'new', many state[] DEFAULT '{new,old}', CONSTRAINT known CHECK (s <> 'dead' OR id < 0));
INSERT INTO t VALUES (1, 'new', '{old}'), (2, 'old', NULL);
CREATE UNIQUE INDEX one_old ON t (s) WHERE s = 'old';
CREATE VIEW v AS SELECT s, count(*) AS n FROM t GROUP BY s;
CREATE MATERIALIZED VIEW m AS SELECT s FROM v WHERE s IN ('new', 'old');
CREATE FUNCTION label(state) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT $1::text $$;
CREATE INDEX t_label_idx ON t (label(s));
CREATE POLICY alive ON t USING (s <> 'old');
CREATE FUNCTION tick() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER tick BEFORE UPDATE ON t FOR EACH ROW WHEN (NEW.s = 'old') EXECUTE FUNCTION tick();
GRANT SELECT ON v TO catalog_reader;
-- to
CREATE TYPE state AS ENUM ('old', 'new', 'newer');
CREATE TABLE t (id int PRIMARY KEY, s state NOT NULL DEFAULT 'new', many state[] DEFAULT '{new,old}', CONSTRAINT known CHECK (s <> 'newer' OR id < 0));
CREATE UNIQUE INDEX one_old ON t (s) WHERE s = 'old';
CREATE VIEW v AS SELECT s, count(*) AS n FROM t GROUP BY s;
CREATE MATERIALIZED VIEW m AS SELECT s FROM v WHERE s IN ('new', 'old');
CREATE FUNCTION label(state) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT $1::text $$;
CREATE INDEX t_label_idx ON t (label(s));
CREATE POLICY alive ON t USING (s <> 'old');
CREATE FUNCTION tick() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER tick BEFORE UPDATE ON t FOR EACH ROW WHEN (NEW.s = 'old') EXECUTE FUNCTION tick();
GRANT SELECT ON v TO catalog_reader;

-- pair: function_signature_under_everything
-- from
CREATE FUNCTION norm(text) RETURNS varchar LANGUAGE sql IMMUTABLE AS $$ SELECT lower($1)::varchar $$;
CREATE TABLE t (id int, name text DEFAULT norm('X'), folded varchar GENERATED ALWAYS AS (norm(name)) STORED, CONSTRAINT filled CHECK (norm(name) <> ''));
CREATE INDEX t_norm_idx ON t (norm(name));
CREATE VIEW v AS SELECT norm(name) AS n FROM t;
CREATE POLICY own ON t USING (norm(name) = 'x');
-- to
CREATE FUNCTION norm(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT lower($1) $$;
CREATE TABLE t (id int, name text DEFAULT norm('X'), folded text GENERATED ALWAYS AS (norm(name)) STORED, CONSTRAINT filled CHECK (norm(name) <> ''));
CREATE INDEX t_norm_idx ON t (norm(name));
CREATE VIEW v AS SELECT norm(name) AS n FROM t;
CREATE POLICY own ON t USING (norm(name) = 'x');

-- pair: column_dropped_under_everything
-- loses: forth
-- from
CREATE TABLE t (id int PRIMARY KEY, gone int, kept text, twice int GENERATED ALWAYS AS (gone * 2) STORED, CONSTRAINT c CHECK (gone > 0));
CREATE INDEX t_gone_idx ON t (gone);
CREATE UNIQUE INDEX t_kept_idx ON t (kept) WHERE gone > 0;
CREATE VIEW v AS SELECT * FROM t;
CREATE VIEW w AS SELECT kept FROM v WHERE gone > 1;
CREATE MATERIALIZED VIEW m AS SELECT sum(gone) AS n, kept FROM t GROUP BY kept;
CREATE POLICY own ON t USING (gone > 0);
CREATE STATISTICS st ON gone, kept FROM t;
-- to
CREATE TABLE t (id int PRIMARY KEY, kept text);
CREATE UNIQUE INDEX t_kept_idx ON t (kept);
CREATE VIEW v AS SELECT * FROM t;
CREATE VIEW w AS SELECT kept FROM v;
CREATE MATERIALIZED VIEW m AS SELECT count(*) AS n, kept FROM t GROUP BY kept;
CREATE POLICY own ON t USING (id > 0);

-- pair: domain_type_under_everything
-- loses: back
-- rows: from
-- from
CREATE DOMAIN money_like AS int CHECK (VALUE >= 0);
CREATE TABLE t (id int, price money_like DEFAULT 3);
CREATE INDEX t_price_idx ON t (price);
CREATE VIEW v AS SELECT price FROM t;
CREATE FUNCTION f(money_like) RETURNS money_like LANGUAGE sql AS $$ SELECT $1 $$;
-- to
CREATE DOMAIN money_like AS numeric(12, 2) CHECK (VALUE >= 0);
CREATE TABLE t (id int, price money_like DEFAULT 3);
CREATE INDEX t_price_idx ON t (price);
CREATE VIEW v AS SELECT price FROM t;
CREATE FUNCTION f(money_like) RETURNS money_like LANGUAGE sql AS $$ SELECT $1 $$;

-- pair: rule_and_trigger_between_two_tables
-- loses: back
-- from
CREATE TABLE a (id int, n int);
CREATE TABLE b (id int, n int);
CREATE RULE copy_it AS ON INSERT TO a DO ALSO INSERT INTO b VALUES (NEW.id, NEW.n);
-- to
CREATE TABLE a (id int, n int);
CREATE TABLE b (id int, m text, n bigint);
CREATE RULE copy_it AS ON INSERT TO a DO ALSO INSERT INTO b VALUES (NEW.id, 'x', NEW.n);

-- pair: key_under_a_foreign_key_and_a_grouping_view
-- from
CREATE TABLE p (id int CONSTRAINT p_pkey PRIMARY KEY, name text);
CREATE TABLE c (p_id int CONSTRAINT c_p REFERENCES p);
CREATE VIEW v AS SELECT p.id, p.name, count(c.p_id) AS n FROM p LEFT JOIN c ON c.p_id = p.id GROUP BY p.id;
COMMENT ON VIEW v IS 'counts';
-- to
CREATE TABLE p (id bigint CONSTRAINT p_pkey PRIMARY KEY, name text);
CREATE TABLE c (p_id bigint CONSTRAINT c_p REFERENCES p);
CREATE VIEW v AS SELECT p.id, p.name, count(c.p_id) AS n FROM p LEFT JOIN c ON c.p_id = p.id GROUP BY p.id;
COMMENT ON VIEW v IS 'counts';

-- pair: function_over_the_row_of_a_rebuilt_view
-- from
CREATE TABLE t (id int, n int);
CREATE VIEW v AS SELECT id, n FROM t;
CREATE FUNCTION total(v) RETURNS int LANGUAGE sql STABLE AS $$ SELECT $1.id $$;
CREATE FUNCTION all_of_it() RETURNS SETOF v LANGUAGE sql STABLE AS $$ SELECT * FROM function_over_the_row_of_a_rebuilt_view.v $$;
CREATE VIEW w AS SELECT * FROM all_of_it();
-- to
CREATE TABLE t (id int, n bigint);
CREATE VIEW v AS SELECT id, n FROM t;
CREATE FUNCTION total(v) RETURNS int LANGUAGE sql STABLE AS $$ SELECT $1.id $$;
CREATE FUNCTION all_of_it() RETURNS SETOF v LANGUAGE sql STABLE AS $$ SELECT * FROM function_over_the_row_of_a_rebuilt_view.v $$;
CREATE VIEW w AS SELECT * FROM all_of_it();
