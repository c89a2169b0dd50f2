-- kind: repeatable      again: after load
--
-- What:  hourly_sales, daily_sales, monthly_sales (UTC), kept by refresh_sales_rollups().
-- Why:   the dashboard reads a few rows. Sums and counts are stored, never averages: an average of
--        averages is wrong, a quotient of sums is right at every level.
-- How:   triggers note the hours that a statement touched in sales_dirty_hours, which only grows
--        and has no key, so that writers never wait for one another. A refresh takes the notes,
--        computes those hours anew, and rolls their days and months up from the hours. A watermark
--        on time would lose whatever is committed late; a note comes with its commit.
-- Locks: orders and order_items, against writes, until the script ends, so that nothing is missed
--        between the triggers and the first computation.
-- Limit: CREATE TABLE IF NOT EXISTS sees no edit: to change a table's columns, drop it above.
--        Rows written to a partition by its own name pass the triggers by.

CREATE TABLE IF NOT EXISTS hourly_sales (
    hour    timestamptz PRIMARY KEY,
    orders  bigint NOT NULL,
    units   bigint NOT NULL,
    revenue numeric NOT NULL
);

CREATE TABLE IF NOT EXISTS daily_sales (
    day     date PRIMARY KEY,
    orders  bigint NOT NULL,
    units   bigint NOT NULL,
    revenue numeric NOT NULL
);

CREATE TABLE IF NOT EXISTS monthly_sales (
    month   date PRIMARY KEY,
    orders  bigint NOT NULL,
    units   bigint NOT NULL,
    revenue numeric NOT NULL
);

CREATE TABLE IF NOT EXISTS sales_dirty_hours (hour timestamptz);

COMMENT ON TABLE sales_dirty_hours IS 'Hours to compute anew at the next refresh; NULL stands for all of them.';

CREATE OR REPLACE FUNCTION note_dirty_sales() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    CASE TG_OP
        WHEN 'INSERT' THEN
            INSERT INTO sales_dirty_hours
            SELECT DISTINCT date_trunc('hour', ordered_at, 'UTC') FROM new_rows;
        WHEN 'UPDATE' THEN
            INSERT INTO sales_dirty_hours
            SELECT date_trunc('hour', ordered_at, 'UTC') FROM old_rows
             UNION
            SELECT date_trunc('hour', ordered_at, 'UTC') FROM new_rows;
        WHEN 'DELETE' THEN
            INSERT INTO sales_dirty_hours
            SELECT DISTINCT date_trunc('hour', ordered_at, 'UTC') FROM old_rows;
        WHEN 'TRUNCATE' THEN
            INSERT INTO sales_dirty_hours VALUES (NULL);
    END CASE;
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION note_dirty_sales() IS 'Notes the hours that a statement touched, as they were and as they are.';

-- Only one event may have transition tables, hence a trigger for each.
CREATE OR REPLACE TRIGGER note_dirty_sales_insert AFTER INSERT ON orders
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_dirty_sales();
CREATE OR REPLACE TRIGGER note_dirty_sales_update AFTER UPDATE ON orders
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_dirty_sales();
CREATE OR REPLACE TRIGGER note_dirty_sales_delete AFTER DELETE ON orders
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION note_dirty_sales();
CREATE OR REPLACE TRIGGER note_dirty_sales_truncate AFTER TRUNCATE ON orders
    FOR EACH STATEMENT EXECUTE FUNCTION note_dirty_sales();

CREATE OR REPLACE TRIGGER note_dirty_sales_insert AFTER INSERT ON order_items
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_dirty_sales();
CREATE OR REPLACE TRIGGER note_dirty_sales_update AFTER UPDATE ON order_items
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_dirty_sales();
CREATE OR REPLACE TRIGGER note_dirty_sales_delete AFTER DELETE ON order_items
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION note_dirty_sales();
CREATE OR REPLACE TRIGGER note_dirty_sales_truncate AFTER TRUNCATE ON order_items
    FOR EACH STATEMENT EXECUTE FUNCTION note_dirty_sales();

-- The lock lets one refresh run at a time; writers of orders never wait for it. A change committed
-- while hours are computed is either in them already or has its note left for the next refresh.
CREATE OR REPLACE FUNCTION refresh_sales_rollups() RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    everything boolean;
    hours      timestamptz[];
    days       date[];
    months     date[];
BEGIN
    LOCK TABLE hourly_sales IN SHARE ROW EXCLUSIVE MODE;

    WITH taken AS (DELETE FROM sales_dirty_hours RETURNING hour)
    SELECT coalesce(bool_or(hour IS NULL), false), array_agg(DISTINCT hour) FILTER (WHERE hour IS NOT NULL)
      INTO everything, hours
      FROM taken;
    -- Past a thousand hours, one pass over everything costs less than a look-up for each.
    everything := everything OR cardinality(hours) > 1000;

    IF everything THEN
        DELETE FROM hourly_sales;
        INSERT INTO hourly_sales
        SELECT date_trunc('hour', ordered_at, 'UTC'), count(DISTINCT order_id), sum(quantity), sum(amount)
          FROM sales
         GROUP BY 1;
    ELSE
        DELETE FROM hourly_sales WHERE hour = ANY (hours);
        INSERT INTO hourly_sales
        SELECT dirty.hour, count(DISTINCT order_id), sum(quantity), sum(amount)
          FROM unnest(hours) AS dirty (hour)
          JOIN sales ON ordered_at >= dirty.hour AND ordered_at < dirty.hour + interval '1 hour'
         GROUP BY 1;
        SELECT array_agg(DISTINCT (hour AT TIME ZONE 'UTC')::date),
               array_agg(DISTINCT date_trunc('month', hour AT TIME ZONE 'UTC')::date)
          INTO days, months
          FROM unnest(hours) AS dirty (hour);
    END IF;

    DELETE FROM daily_sales WHERE everything OR day = ANY (days);
    INSERT INTO daily_sales
    SELECT (hour AT TIME ZONE 'UTC')::date AS of_day, sum(orders), sum(units), sum(revenue)
      FROM hourly_sales
     WHERE everything OR (hour AT TIME ZONE 'UTC')::date = ANY (days)
     GROUP BY of_day;

    DELETE FROM monthly_sales WHERE everything OR month = ANY (months);
    INSERT INTO monthly_sales
    SELECT date_trunc('month', day)::date AS of_month, sum(orders), sum(units), sum(revenue)
      FROM daily_sales
     WHERE everything OR date_trunc('month', day)::date = ANY (months)
     GROUP BY of_month;
END
$$;

COMMENT ON FUNCTION refresh_sales_rollups() IS 'Computes the noted hours anew, with their days and months.';

-- All of them: after the first run, after an edit of this file, after a load.
INSERT INTO sales_dirty_hours VALUES (NULL);

SELECT refresh_sales_rollups();
