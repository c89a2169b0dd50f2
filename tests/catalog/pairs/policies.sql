-- What: row security policies.

-- pair: policy_created
-- both
CREATE TABLE t (id int, owner_name text);
-- from
-- to
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON t USING (owner_name = current_user) WITH CHECK (owner_name = current_user AND id > 0);

-- pair: policy_expressions
-- both
CREATE TABLE t (id int, owner_name text);
-- from
CREATE POLICY own ON t USING (owner_name = current_user);
-- to
CREATE POLICY own ON t USING (owner_name = session_user) WITH CHECK (id > 0);

-- pair: policy_expression_removed
-- both
CREATE TABLE t (id int, owner_name text);
-- from
CREATE POLICY own ON t USING (id > 0) WITH CHECK (id > 0);
-- to
CREATE POLICY own ON t USING (id > 0);

-- pair: policy_roles
-- both
CREATE TABLE t (id int);
-- from
CREATE POLICY own ON t TO catalog_reader USING (true);
-- to
CREATE POLICY own ON t TO catalog_reader, catalog_writer USING (true);
COMMENT ON POLICY own ON t IS 'both';

-- pair: policy_command
-- both
CREATE TABLE t (id int);
-- from
CREATE POLICY own ON t FOR SELECT USING (id > 0);
-- to
CREATE POLICY own ON t FOR UPDATE USING (id > 0);

-- pair: policy_becomes_restrictive
-- both
CREATE TABLE t (id int);
-- from
CREATE POLICY own ON t USING (id > 0);
-- to
CREATE POLICY own ON t AS RESTRICTIVE USING (id > 0);

-- pair: policy_with_a_subselect
-- both
CREATE TABLE members (org int, who text);
CREATE TABLE t (id int, org int);
-- from
CREATE POLICY own ON t USING (id > 0);
-- to
CREATE POLICY own ON t USING (org IN (SELECT m.org FROM members AS m WHERE m.who = current_user));

-- pair: policy_calls_a_function
-- from
CREATE TABLE t (id int);
-- to
CREATE FUNCTION allowed(int) RETURNS bool LANGUAGE sql STABLE AS $$ SELECT $1 > 0 $$;
CREATE TABLE t (id int);
CREATE POLICY own ON t USING (allowed(id));

-- pair: policy_function_changes_its_argument
-- from
CREATE FUNCTION allowed(int) RETURNS bool LANGUAGE sql STABLE AS $$ SELECT $1 > 0 $$;
CREATE TABLE t (id int);
CREATE POLICY own ON t USING (allowed(id));
-- to
CREATE FUNCTION allowed(bigint) RETURNS bool LANGUAGE sql STABLE AS $$ SELECT $1 > 0 $$;
CREATE TABLE t (id int);
CREATE POLICY own ON t USING (allowed(id::bigint));

-- pair: policy_of_a_dropped_column
-- loses: forth
-- from
CREATE TABLE t (id int, gone text);
CREATE POLICY own ON t USING (gone = 'x');
-- to
CREATE TABLE t (id int);
CREATE POLICY own ON t USING (id = 1);

-- pair: policies_of_two_tables_on_each_other
-- both
CREATE TABLE a (id int);
CREATE TABLE b (id int);
-- from
-- to
CREATE POLICY pa ON a USING (id IN (SELECT id FROM b));
CREATE POLICY pb ON b USING (id IN (SELECT id FROM a));

-- pair: policies_130
-- both
CREATE TABLE t (id int, who text);
-- from
DO $$ BEGIN FOR n IN 1..130 LOOP EXECUTE format('CREATE POLICY p%s ON t FOR SELECT USING (id = %s AND who IN (''a'', ''b''))', n, n); END LOOP; END $$;
-- to
DO $$ BEGIN FOR n IN 1..130 LOOP EXECUTE format('CREATE POLICY p%s ON t FOR SELECT USING (((id = (%s)::int)) AND (who = ANY (ARRAY[''a'', ''b''])))', n, n + n / 130); END LOOP; END $$;
