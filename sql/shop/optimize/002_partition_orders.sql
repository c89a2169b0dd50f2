-- kind: repeatable      again: after load
--
-- What:  orders by month (UTC): orders_2024_03, …, and orders_default for all else. Made are the
--        months that hold an order and those around today. Run again after a load it gives the
--        months that have gathered in orders_default partitions of their own.
-- Why:   a month is read, vacuumed, detached and archived by itself.
-- How:   the table that holds the rows, orders itself or orders_default, steps aside; its rows go to
--        a new bare one, in one pass; keys and indexes are built on the result, which is several
--        times faster than under way. Nothing is moved by DELETE: order_items would follow by ON
--        DELETE CASCADE. Keys in and out, indexes, triggers, grants and comment are carried over.
-- Locks: orders and order_items, against everything, while rows move; where none have to, orders
--        for the moment in which a coming month is made.
-- Limit: stops at what it could not carry over: policies, rules, publications, identity and
--        generated columns, grants on columns, views. An order outside of 1900 to 2199, a slip of
--        the pen, stays in orders_default.

DO $$
DECLARE
    first_day  constant timestamptz := '1900-01-01 00:00:00+00';
    end_day    constant timestamptz := '2200-01-01 00:00:00+00';
    month_name constant text := '"orders_"YYYY_MM';
    make_month constant text := 'CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)';
    is_plain    boolean := (SELECT relkind = 'r' FROM pg_class WHERE oid = 'orders'::regclass);
    rows_wait   boolean := true;
    before      bigint;
    parent      text;
    month       timestamp;
    filled      record;
    foreign_key record;
    afterwards  text[] := '{}';
    statement   text;
BEGIN
    IF NOT is_plain THEN
        rows_wait := EXISTS (
            SELECT FROM orders_default WHERE ordered_at >= first_day AND ordered_at < end_day
        );
    END IF;

    IF rows_wait THEN
        LOCK TABLE orders, order_items IN ACCESS EXCLUSIVE MODE;
        SELECT count(*) INTO before FROM orders;

        -- Foreign keys that point here are made again at the end, which checks them anew.
        FOR foreign_key IN
            SELECT conrelid::regclass AS owner, conname AS name, pg_get_constraintdef(oid) AS definition
              FROM pg_constraint
             WHERE contype = 'f' AND confrelid = 'orders'::regclass AND conparentid = 0
        LOOP
            afterwards := afterwards || format('ALTER TABLE %s ADD CONSTRAINT %I %s',
                                               foreign_key.owner, foreign_key.name, foreign_key.definition);
            EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', foreign_key.owner, foreign_key.name);
        END LOOP;
    END IF;

    IF is_plain THEN
        IF EXISTS (SELECT FROM pg_policy WHERE polrelid = 'orders'::regclass)
            OR EXISTS (SELECT FROM pg_rewrite WHERE ev_class = 'orders'::regclass)
            OR EXISTS (SELECT FROM pg_publication_rel WHERE prrelid = 'orders'::regclass)
            OR EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'orders'::regclass
                       AND (attidentity <> '' OR attgenerated <> '' OR attacl IS NOT NULL))
        THEN
            RAISE EXCEPTION 'orders has a policy, rule, publication, identity or generated column, or a grant on a column'
                USING HINT = 'Take it off before orders is partitioned, and put it back after.';
        END IF;

        -- Every way in which orders is dressed, as statements that dress its successor: its own
        -- keys before those that point to it.
        SELECT coalesce(array_agg(dressing ORDER BY step), '{}') || afterwards
          INTO afterwards
          FROM (
            SELECT CASE contype WHEN 'f' THEN 2 ELSE 1 END AS step,
                   format('ALTER TABLE orders ADD CONSTRAINT %I %s', conname, pg_get_constraintdef(oid)) AS dressing
              FROM pg_constraint
             WHERE conrelid = 'orders'::regclass AND contype IN ('p', 'u', 'x', 'f')
            UNION ALL
            SELECT 3, pg_get_indexdef(indexrelid)
              FROM pg_index
             WHERE indrelid = 'orders'::regclass
               AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))
            UNION ALL
            SELECT 4, pg_get_triggerdef(oid)
              FROM pg_trigger
             WHERE tgrelid = 'orders'::regclass AND NOT tgisinternal
            UNION ALL
            SELECT 5, format('GRANT %s ON orders TO %s%s', privilege_type,
                             CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END,
                             CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
              FROM pg_class, aclexplode(relacl)
             WHERE pg_class.oid = 'orders'::regclass
            UNION ALL
            SELECT 6, format('ALTER TABLE orders OWNER TO %s', relowner::regrole)
              FROM pg_class
             WHERE oid = 'orders'::regclass
            UNION ALL
            SELECT 7, format('COMMENT ON TABLE orders IS %L', obj_description('orders'::regclass, 'pg_class'))
          ) AS dressings;

        ALTER TABLE orders RENAME TO orders_holder;
        parent := 'orders';
    ELSIF rows_wait THEN
        ALTER TABLE orders DETACH PARTITION orders_default;
        ALTER TABLE orders_default RENAME TO orders_holder;
        parent := 'orders_bare';
    END IF;

    IF rows_wait THEN
        EXECUTE format('CREATE TABLE %I (LIKE orders_holder INCLUDING ALL EXCLUDING INDEXES)
                        PARTITION BY RANGE (ordered_at)', parent);
        FOR month IN
            SELECT DISTINCT date_trunc('month', ordered_at AT TIME ZONE 'UTC')
              FROM orders_holder
             WHERE ordered_at >= first_day AND ordered_at < end_day
             ORDER BY 1
        LOOP
            EXECUTE format(make_month, to_char(month, month_name), parent, month AT TIME ZONE 'UTC',
                           (month + interval '1 month') AT TIME ZONE 'UTC');
        END LOOP;
        EXECUTE format('CREATE TABLE orders_default PARTITION OF %I DEFAULT', parent);
        EXECUTE format('INSERT INTO %I SELECT * FROM orders_holder', parent);
        DROP TABLE orders_holder;

        IF parent <> 'orders' THEN
            FOR filled IN
                SELECT oid::regclass AS name, pg_get_expr(relpartbound, oid) AS bounds
                  FROM pg_class
                 WHERE oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = parent::regclass)
                 ORDER BY relname = 'orders_default'
            LOOP
                EXECUTE format('ALTER TABLE %I DETACH PARTITION %s', parent, filled.name);
                EXECUTE format('ALTER TABLE orders ATTACH PARTITION %s %s', filled.name, filled.bounds);
            END LOOP;
            EXECUTE format('DROP TABLE %I', parent);
        END IF;

        FOREACH statement IN ARRAY afterwards LOOP
            EXECUTE statement;
        END LOOP;
        IF before <> (SELECT count(*) FROM orders) THEN
            RAISE EXCEPTION 'orders held % rows before and % after', before, (SELECT count(*) FROM orders);
        END IF;
    END IF;

    FOR month IN
        SELECT date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => n)
          FROM generate_series(-1, 3) AS n
    LOOP
        IF to_regclass(to_char(month, month_name)) IS NULL THEN
            EXECUTE format(make_month, to_char(month, month_name), 'orders', month AT TIME ZONE 'UTC',
                           (month + interval '1 month') AT TIME ZONE 'UTC');
        END IF;
    END LOOP;
END
$$;

-- One user's orders, the latest first.
CREATE INDEX IF NOT EXISTS orders_user_id_ordered_at_idx ON orders (user_id, ordered_at);

CREATE INDEX IF NOT EXISTS orders_ordered_at_idx ON orders (ordered_at);

-- What is still to be done.
CREATE INDEX IF NOT EXISTS orders_open_idx ON orders (status, ordered_at) WHERE status IN ('pending', 'paid');

ANALYZE orders, order_items, products;
