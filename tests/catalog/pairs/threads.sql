-- What: what users of other tools reported, each as a case. Named after the report.

-- pair: alembic_868_enum_labels_come_go_and_change_place
-- rows: from
-- from
CREATE TYPE level AS ENUM ('low', 'mid', 'high', 'unused');
CREATE TABLE t (id int, l level NOT NULL DEFAULT 'low');
-- to
CREATE TYPE level AS ENUM ('none', 'low', 'high', 'mid');
CREATE TABLE t (id int, l level NOT NULL DEFAULT 'low');

-- pair: alembic_postgresql_enum_134_unique_partial_index_survives
-- rows: none
-- from
CREATE TYPE state AS ENUM ('open', 'closed', 'never');
CREATE TABLE ticket (id int, who int, s state DEFAULT 'open');
CREATE UNIQUE INDEX one_open_each ON ticket (who) WHERE s = 'open';
-- to
CREATE TYPE state AS ENUM ('closed', 'open');
CREATE TABLE ticket (id int, who int, s state DEFAULT 'open');
CREATE UNIQUE INDEX one_open_each ON ticket (who) WHERE s = 'open';

-- pair: migra_124_enum_change_keeps_defaults
-- from
CREATE TYPE mood AS ENUM ('sad', 'ok', 'x');
CREATE TABLE t (a mood DEFAULT 'sad', b mood[] DEFAULT ARRAY['ok'::mood], c text DEFAULT 'ok'::mood::text);
INSERT INTO t VALUES ('ok');
-- to
CREATE TYPE mood AS ENUM ('ok', 'sad');
CREATE TABLE t (a mood DEFAULT 'sad', b mood[] DEFAULT ARRAY['ok'::mood], c text DEFAULT 'ok'::mood::text);

-- pair: alembic_508_check_of_another_meaning_under_the_same_name
-- from
CREATE TABLE t (id int, n int, CONSTRAINT n_ok CHECK (n > 0));
-- to
CREATE TABLE t (id int, n int, CONSTRAINT n_ok CHECK (n > 0 AND n <> 13));

-- pair: alembic_1842_check_without_a_name_is_the_same
-- loses: back
-- from
CREATE TABLE t (id int, n int CHECK (n > 0), CHECK (n < 100 AND id > 0));
-- to
CREATE TABLE t (id int, n int CHECK ((n > (0))), m int, CHECK (((n < 100)) AND (id > 0)));

-- pair: alembic_1454_server_defaults_are_deterministic
-- loses: back
-- from
CREATE TABLE t (a timestamp DEFAULT CURRENT_TIMESTAMP, b timestamptz DEFAULT timezone('utc', now()), c jsonb DEFAULT '{}', d uuid DEFAULT gen_random_uuid(), e interval DEFAULT '1 day', f bytea DEFAULT '\x00', g numeric(5, 2) DEFAULT 0, h double precision DEFAULT 0.1, i text[] DEFAULT ARRAY[]::text[], j varchar(3) DEFAULT 'abc', k "char" DEFAULT 'c', l inet DEFAULT '127.0.0.1', m point DEFAULT '(1,2)');
-- to
CREATE TABLE t (a timestamp DEFAULT CURRENT_TIMESTAMP, b timestamptz DEFAULT timezone('utc'::text, now()), c jsonb DEFAULT '{}'::jsonb, d uuid DEFAULT gen_random_uuid(), e interval DEFAULT '1 day'::interval, f bytea DEFAULT '\x00'::bytea, g numeric(5, 2) DEFAULT 0, h double precision DEFAULT 0.1::double precision, i text[] DEFAULT '{}'::text[], j varchar(3) DEFAULT 'abc'::character varying, k "char" DEFAULT 'c'::"char", l inet DEFAULT '127.0.0.1'::inet, m point DEFAULT '(1,2)'::point, n int);

-- pair: alembic_1321_expression_index
-- from
CREATE TABLE t (id int, a text, b text);
CREATE INDEX t_expr ON t (lower(a), (coalesce(b, '')));
-- to
CREATE TABLE t (id int, a text, b text);
CREATE INDEX t_expr ON t (lower(a), (coalesce(b, 'x')));

-- pair: alembic_1059_circle_of_foreign_keys
-- rows: none
-- loses: back
-- from
CREATE TABLE dept (id int PRIMARY KEY, head int);
-- to
CREATE TABLE dept (id int PRIMARY KEY, head int);
CREATE TABLE emp (id int PRIMARY KEY, dept int REFERENCES dept, boss int REFERENCES emp);
ALTER TABLE dept ADD CONSTRAINT head_is_emp FOREIGN KEY (head) REFERENCES emp DEFERRABLE;

-- pair: alembic_785_views_change
-- from
CREATE TABLE t (id int, n int);
CREATE VIEW v AS SELECT id FROM t;
CREATE MATERIALIZED VIEW m AS SELECT id FROM v;
-- to
CREATE TABLE t (id int, n int);
CREATE VIEW v AS SELECT n AS id, id AS n FROM t;
CREATE MATERIALIZED VIEW m AS SELECT id, n FROM v;

-- pair: alembic_utils_89_dependants_of_a_view
-- from
CREATE TABLE t (id int, n int);
CREATE VIEW a AS SELECT id, n FROM t;
CREATE VIEW b AS SELECT id FROM a;
CREATE VIEW c AS SELECT id FROM b;
-- to
CREATE TABLE t (id int, n int);
CREATE VIEW a AS SELECT id FROM t;
CREATE VIEW b AS SELECT id FROM a;
CREATE VIEW c AS SELECT id FROM b;

-- pair: stripe_280_type_under_a_view
-- from
CREATE TABLE t (id int, amount numeric(10, 2));
CREATE VIEW sums AS SELECT sum(amount) AS amount FROM t;
-- to
CREATE TABLE t (id int, amount numeric(14, 2));
CREATE VIEW sums AS SELECT sum(amount) AS amount FROM t;

-- pair: stripe_129_plpgsql_has_no_dependencies
-- loses: back
-- from
-- to
CREATE FUNCTION a_caller(n int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN stripe_129_plpgsql_has_no_dependencies.z_callee(n); END $$;
CREATE FUNCTION z_callee(n int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN n; END $$;
CREATE TABLE t (id int DEFAULT a_caller(1));
CREATE VIEW v AS SELECT a_caller(id) AS n FROM t;

-- pair: stripe_81_index_that_is_replaced
-- from
CREATE TABLE t (id int, a int, b int);
CREATE INDEX by_a ON t (a);
-- to
CREATE TABLE t (id int, a int, b int);
CREATE INDEX by_a ON t (a, b);

-- pair: pgschema_569_view_function_view
-- loses: back
-- from
-- to
CREATE TABLE t (id int, n int);
CREATE VIEW z_first AS SELECT id, n FROM t;
CREATE FUNCTION m_second() RETURNS SETOF z_first LANGUAGE sql AS $$ SELECT * FROM pgschema_569_view_function_view.z_first $$;
CREATE VIEW a_third AS SELECT id FROM m_second();
CREATE TABLE b_fourth (id int DEFAULT 1, CHECK (id > 0));
CREATE FUNCTION c_fifth(b_fourth) RETURNS int LANGUAGE sql AS $$ SELECT $1.id $$;
CREATE VIEW d_sixth AS SELECT c_fifth(b_fourth) AS n FROM b_fourth;

-- pair: pgschema_580_function_between_tables
-- loses: back
-- rows: none
-- from
CREATE TABLE z (id int);
-- to
CREATE FUNCTION ok(int) RETURNS bool IMMUTABLE LANGUAGE sql AS $$ SELECT $1 > 0 $$;
CREATE DOMAIN ok_int AS int CHECK (ok(VALUE));
CREATE TABLE a (id ok_int);
CREATE FUNCTION of_a(a) RETURNS int LANGUAGE sql AS $$ SELECT $1.id::int $$;
CREATE TABLE z (id int, a a, CHECK (of_a(a) > 0));

-- pair: pgschema_276_function_before_the_table_it_returns
-- loses: back
-- from
-- to
CREATE TABLE zebra (id int);
CREATE FUNCTION apes() RETURNS SETOF zebra LANGUAGE sql AS $$ SELECT 1 $$;
CREATE FUNCTION bears(zebra[]) RETURNS zebra LANGUAGE sql AS $$ SELECT $1[1] $$;

-- pair: toolbelt_263_type_under_a_policy_and_a_view
-- rows: from
-- from
CREATE TABLE t (id int, org int);
CREATE VIEW v AS SELECT org FROM t;
CREATE POLICY p ON t USING (org = 1);
-- to
CREATE TABLE t (id int, org text);
CREATE VIEW v AS SELECT org FROM t;
CREATE POLICY p ON t USING (org = '1');

-- pair: toolbelt_394_trigger_on_a_view_survives
-- from
CREATE TABLE t (id int, n int);
CREATE VIEW v AS SELECT id, n FROM t;
CREATE FUNCTION put() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER put INSTEAD OF UPDATE ON v FOR EACH ROW EXECUTE FUNCTION put();
CREATE TRIGGER take INSTEAD OF DELETE ON v FOR EACH ROW EXECUTE FUNCTION put();
GRANT SELECT, UPDATE ON v TO catalog_writer;
-- to
CREATE TABLE t (id int, n bigint);
CREATE VIEW v AS SELECT n, id FROM t;
CREATE FUNCTION put() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER put INSTEAD OF UPDATE ON v FOR EACH ROW EXECUTE FUNCTION put();
CREATE TRIGGER take INSTEAD OF DELETE ON v FOR EACH ROW EXECUTE FUNCTION put();
GRANT SELECT, UPDATE ON v TO catalog_writer;

-- pair: drizzle_6211_default_that_cannot_be_cast
-- from
CREATE TYPE role_name AS ENUM ('admin', 'user');
CREATE TABLE t (id int, r text NOT NULL DEFAULT 'user');
INSERT INTO t VALUES (1, 'admin');
-- to
CREATE TYPE role_name AS ENUM ('admin', 'user');
CREATE TABLE t (id int, r role_name NOT NULL DEFAULT 'user');

-- pair: marquez_2298_type_under_a_chain_of_views
-- loses: back
-- from
CREATE TABLE run (id int, at timestamp);
CREATE VIEW a AS SELECT id, at FROM run;
CREATE VIEW b AS SELECT max(at) AS at FROM a;
CREATE MATERIALIZED VIEW c AS SELECT at::date AS day FROM b;
-- to
CREATE TABLE run (id int, at timestamptz);
CREATE VIEW a AS SELECT id, at FROM run;
CREATE VIEW b AS SELECT max(at) AS at FROM a;
CREATE MATERIALIZED VIEW c AS SELECT (at AT TIME ZONE 'UTC')::date AS day FROM b;

-- pair: supabase_1716_column_grants_are_seen
-- both
CREATE TABLE t (id int, n int);
-- from
GRANT SELECT ON t TO catalog_reader;
-- to
GRANT SELECT ON t TO catalog_reader;
GRANT UPDATE (n) ON t TO catalog_reader;

-- pair: supabase_4068_revoke_of_what_was_granted
-- both
CREATE TABLE t (id int, n int);
-- from
GRANT ALL ON t TO catalog_reader, catalog_writer;
-- to
GRANT SELECT ON t TO catalog_reader;

-- pair: migra_160_owner_is_seen
-- both
CREATE TABLE t (id int);
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;
-- from
ALTER TABLE t OWNER TO catalog_writer;
ALTER FUNCTION f() OWNER TO catalog_writer;
-- to
ALTER TABLE t OWNER TO catalog_owner;
ALTER FUNCTION f() OWNER TO catalog_owner;

-- pair: pgmold_54_hundreds_of_policies_reach_zero
-- both
CREATE TABLE t (id int, who text, org int);
-- from
CREATE POLICY a ON t FOR SELECT USING (((who)::text = 'x') OR org = ANY ('{1,2}'::int[]));
CREATE POLICY b ON t FOR UPDATE USING (who = (SELECT current_user)) WITH CHECK (EXISTS (SELECT 1 FROM t AS o WHERE o.id = t.id));
-- to
CREATE POLICY a ON t FOR SELECT USING (who = 'x' OR org IN (1, 2));
CREATE POLICY b ON t FOR UPDATE USING (who = (SELECT current_user)) WITH CHECK (EXISTS (SELECT 1 FROM t o WHERE (o.id = t.id)));
CREATE POLICY c ON t FOR DELETE USING (false);

-- pair: pgmold_87_partition_children
-- loses: back
-- from
CREATE TABLE log (at date NOT NULL, n int) PARTITION BY RANGE (at);
CREATE TABLE log_2020 PARTITION OF log FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
-- to
CREATE TABLE log (at date NOT NULL, n int, note text) PARTITION BY RANGE (at);
CREATE TABLE log_2020 PARTITION OF log FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE INDEX log_n_idx ON log (n);

-- pair: atlas_3553_index_of_partitions
-- loses: back
-- from
CREATE TABLE log (at date NOT NULL, n int) PARTITION BY RANGE (at);
CREATE TABLE log_2020 PARTITION OF log FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE INDEX log_n_idx ON log (n);
-- to
CREATE TABLE log (at date NOT NULL, n int) PARTITION BY RANGE (at);
CREATE TABLE log_2020 PARTITION OF log FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE log_2021 PARTITION OF log FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
CREATE INDEX log_n_idx ON log (n);
CREATE UNIQUE INDEX log_key ON log (at, n);

-- pair: pgschema_436_exclusion_needs_an_extension
-- loses: back
-- needs: btree_gist
-- from
-- to
CREATE TABLE booking (room int NOT NULL, during tstzrange NOT NULL, EXCLUDE USING gist (room WITH =, during WITH &&));

-- pair: pgadmin_10295_row_type_in_a_check
-- from
CREATE TABLE t (a int, b int);
-- to
CREATE TABLE t (a int, b int);
CREATE FUNCTION fits(t) RETURNS bool IMMUTABLE LANGUAGE sql AS $$ SELECT $1.a IS NULL OR $1.a < 100 $$;
ALTER TABLE t ADD CONSTRAINT t_fits CHECK (fits(t.*));

-- pair: alembic_539_partitions_are_no_tables_to_drop
-- from
CREATE TABLE log (at date, n int) PARTITION BY RANGE (at);
CREATE TABLE log_a PARTITION OF log FOR VALUES FROM ('2020-01-01') TO ('2020-02-01');
CREATE TABLE log_b PARTITION OF log FOR VALUES FROM ('2020-02-01') TO ('2020-03-01');
-- to
CREATE TABLE log (at date, n bigint) PARTITION BY RANGE (at);
CREATE TABLE log_a PARTITION OF log FOR VALUES FROM ('2020-01-01') TO ('2020-02-01');
CREATE TABLE log_b PARTITION OF log FOR VALUES FROM ('2020-02-01') TO ('2020-03-01');

-- pair: supabase_2264_function_and_trigger_and_policy_together
-- loses: back
-- from
CREATE TABLE profile (id int PRIMARY KEY, who text);
-- to
CREATE TABLE profile (id int PRIMARY KEY, who text, at timestamptz DEFAULT now());
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$ BEGIN NEW.at = now(); RETURN NEW; END $$;
CREATE TRIGGER stamp BEFORE UPDATE ON profile FOR EACH ROW EXECUTE FUNCTION stamp();
CREATE FUNCTION mine(profile) RETURNS bool STABLE LANGUAGE sql AS $$ SELECT $1.who = current_user $$;
ALTER TABLE profile ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON profile USING (mine(profile));

-- pair: stripe_packing_column_order_is_left_alone
-- loses: back
-- from
CREATE TABLE t (a bool, b bigint, c bool, d text);
-- to
CREATE TABLE t (b bigint, d text, a bool, c bool, e int);
