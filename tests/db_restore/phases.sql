-- A shop whose restore can be made to stand still: by a file in the server's data folder, which
-- tells the phase, and by locks on what the test names.

CREATE FUNCTION gate(phase text, n int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    WHILE (pg_catalog.pg_stat_file('gate_' || phase, true)).size IS NOT NULL LOOP
        PERFORM pg_catalog.pg_sleep(0.02);
    END LOOP;
    RETURN n;
END $$;

-- The bounds of a partition are checked as it is attached, before any row is there.
CREATE DOMAIN kind AS int CHECK (gate('pre-data', VALUE) = VALUE);
CREATE TABLE events (id int, kind kind) PARTITION BY LIST (kind);
CREATE TABLE events_1 PARTITION OF events FOR VALUES IN (1);
INSERT INTO events SELECT n, 1 FROM generate_series(1, 1000) AS n;

-- The largest, so that a worker stands at it while the other one loads the rest.
CREATE TABLE gated (id int CHECK (gate('rows', id) = id), note text);
INSERT INTO gated SELECT n, repeat(md5(n::text), 8) FROM generate_series(1, 12000) AS n;
CREATE INDEX slow ON gated (gate('indexes', id));
CREATE STATISTICS slow_statistics ON (gate('analyze', id)) FROM gated;

CREATE TABLE orders (id serial PRIMARY KEY, note text);
INSERT INTO orders (note) SELECT md5(n::text) FROM generate_series(1, 5000) AS n;
CREATE TABLE items (id int PRIMARY KEY, order_id int REFERENCES orders);
INSERT INTO items SELECT n, n FROM generate_series(1, 4000) AS n;

-- What a crash empties, and its trigger, which must not see the rows again.
CREATE UNLOGGED TABLE sessions (id bigint GENERATED ALWAYS AS IDENTITY, seen int);
CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.seen := -1; RETURN NEW; END $$;
INSERT INTO sessions (seen) SELECT n FROM generate_series(1, 500) AS n;
CREATE TRIGGER see BEFORE INSERT ON sessions FOR EACH ROW EXECUTE FUNCTION see();
CREATE VIEW of_nothing AS SELECT 1 AS one;
SELECT lo_from_bytea(4711, 'a large object');
