-- What: triggers, event triggers and rules.

-- pair: trigger_created
-- from
CREATE TABLE t (a int, b text);
-- to
CREATE TABLE t (a int, b text);
CREATE FUNCTION tick() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER tick BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION tick();

-- pair: trigger_event
-- both
CREATE TABLE t (a int, b text);
CREATE FUNCTION tick() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
-- from
CREATE TRIGGER tick BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION tick();
-- to
CREATE TRIGGER tick AFTER INSERT OR DELETE OR UPDATE OF b, a ON t FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION tick('x', 'it''s');

-- pair: trigger_condition
-- both
CREATE TABLE t (a int, b text);
CREATE FUNCTION tick() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
-- from
CREATE TRIGGER tick BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION tick();
-- to
CREATE TRIGGER tick BEFORE UPDATE ON t FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION tick();
COMMENT ON TRIGGER tick ON t IS 'only on change';

-- pair: trigger_enabled_states
-- both
CREATE TABLE t (a int, b text);
CREATE FUNCTION tick() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER one BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION tick();
CREATE TRIGGER two BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION tick();
CREATE TRIGGER three BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION tick();
-- from
-- to
ALTER TABLE t DISABLE TRIGGER one;
ALTER TABLE t ENABLE REPLICA TRIGGER two;
ALTER TABLE t ENABLE ALWAYS TRIGGER three;

-- pair: trigger_with_transition_tables
-- both
CREATE TABLE t (a int, b text);
CREATE FUNCTION tick() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
-- from
CREATE TRIGGER tick AFTER UPDATE ON t FOR EACH STATEMENT EXECUTE FUNCTION tick();
-- to
CREATE TRIGGER tick AFTER UPDATE ON t REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION tick();

-- pair: constraint_trigger
-- both
CREATE TABLE t (a int, b text);
CREATE FUNCTION tick() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
-- from
-- to
CREATE CONSTRAINT TRIGGER tick AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION tick();

-- pair: trigger_function_replaced
-- from
CREATE TABLE t (a int);
CREATE FUNCTION old_tick() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER tick BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION old_tick();
-- to
CREATE TABLE t (a int);
CREATE FUNCTION new_tick() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER tick BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION new_tick();

-- pair: trigger_on_truncate
-- both
CREATE TABLE t (a int);
CREATE FUNCTION tick() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
-- from
-- to
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON t EXECUTE FUNCTION tick();

-- pair: trigger_on_a_partitioned_table
-- both
CREATE FUNCTION tick() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TABLE t (a int, b int) PARTITION BY RANGE (a);
CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (100);
-- from
-- to
CREATE TRIGGER tick AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION tick();

-- pair: trigger_disabled_on_one_partition
-- both
CREATE FUNCTION tick() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TABLE t (a int, b int) PARTITION BY RANGE (a);
CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (100);
CREATE TRIGGER tick AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION tick();
-- from
-- to
ALTER TABLE t1 DISABLE TRIGGER tick;

-- pair: trigger_of_a_dropped_column
-- loses: forth
-- from
CREATE TABLE t (a int, b int);
CREATE FUNCTION tick() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER tick BEFORE UPDATE OF a, b ON t FOR EACH ROW EXECUTE FUNCTION tick();
-- to
CREATE TABLE t (a int);
CREATE FUNCTION tick() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER tick BEFORE UPDATE OF a ON t FOR EACH ROW EXECUTE FUNCTION tick();

-- pair: trigger_function_changes_under_it
-- from
CREATE TABLE t (a int);
CREATE FUNCTION tick() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER tick BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION tick();
-- to
CREATE TABLE t (a int);
CREATE FUNCTION tick() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER tick BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION tick();

-- pair: event_trigger
-- from
CREATE FUNCTION on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
-- to
CREATE FUNCTION on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE EVENT TRIGGER catalog_watch ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'DROP TABLE') EXECUTE FUNCTION on_ddl();
COMMENT ON EVENT TRIGGER catalog_watch IS 'watches';

-- pair: event_trigger_disabled
-- both
CREATE FUNCTION on_drop() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE EVENT TRIGGER catalog_drops ON sql_drop EXECUTE FUNCTION on_drop();
-- from
-- to
ALTER EVENT TRIGGER catalog_drops DISABLE;

-- pair: event_trigger_event
-- both
CREATE FUNCTION on_any() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
-- from
CREATE EVENT TRIGGER catalog_any ON ddl_command_start WHEN TAG IN ('CREATE SERVER') EXECUTE FUNCTION on_any();
-- to
CREATE EVENT TRIGGER catalog_any ON table_rewrite EXECUTE FUNCTION on_any();

-- pair: rule_created
-- both
CREATE TABLE t (a int, b text);
CREATE TABLE log (a int);
-- from
-- to
CREATE RULE keep AS ON UPDATE TO t WHERE OLD.a <> NEW.a DO ALSO INSERT INTO log VALUES (NEW.a);
COMMENT ON RULE keep ON t IS 'kept';

-- pair: rule_changed
-- both
CREATE TABLE t (a int, b text);
CREATE TABLE log (a int);
-- from
CREATE RULE keep AS ON DELETE TO t DO ALSO INSERT INTO log VALUES (OLD.a);
-- to
CREATE RULE keep AS ON DELETE TO t DO INSTEAD (INSERT INTO log VALUES (OLD.a); DELETE FROM log WHERE a < 0);

-- pair: rule_disabled
-- both
CREATE TABLE t (a int, b text);
CREATE RULE no_delete AS ON DELETE TO t DO INSTEAD NOTHING;
-- from
-- to
ALTER TABLE t DISABLE RULE no_delete;
