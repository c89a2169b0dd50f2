-- kind: repeatable      again: after load
--
-- What:  sales, the one definition of what was sold: a line of an order that was neither cancelled
--        nor returned; and three materialized views over it, each with a unique index, so that it
--        can be refreshed while it is read.
-- Why:   the shop's front page asks for a day, a product or a customer, not for each line.
-- How:   each query stands below as a temporary view. A materialized view that does not exist, or
--        whose query was edited, is made anew; any other is refreshed and keeps its grants.
-- Locks: orders, order_items and products against schema changes; readers of a view wait only where
--        its query was edited.

CREATE OR REPLACE VIEW sales AS
SELECT i.id AS order_item_id, o.id AS order_id, o.user_id, i.product_id, o.ordered_at,
       i.quantity, i.quantity * i.unit_price AS amount
  FROM orders o
  JOIN order_items i ON i.order_id = o.id AND i.ordered_at = o.ordered_at
 WHERE o.status NOT IN ('cancelled', 'returned');

COMMENT ON VIEW sales IS 'Lines of orders that were neither cancelled nor returned.';

CREATE TEMPORARY VIEW daily_sales_summary_query AS
SELECT (ordered_at AT TIME ZONE 'UTC')::date AS day,
       count(DISTINCT order_id) AS orders,
       count(DISTINCT user_id)  AS customers,
       sum(quantity)            AS units,
       sum(amount)              AS revenue
  FROM sales
 GROUP BY 1;

-- Products that never sold are in it, with zeros.
CREATE TEMPORARY VIEW product_performance_query AS
SELECT p.id AS product_id, p.name, p.category_id,
       count(DISTINCT s.order_id)   AS orders,
       coalesce(sum(s.quantity), 0) AS units,
       coalesce(sum(s.amount), 0)   AS revenue,
       min(s.ordered_at)            AS first_sold_at,
       max(s.ordered_at)            AS last_sold_at
  FROM products p
  LEFT JOIN sales s ON s.product_id = p.id
 GROUP BY p.id;

-- What each customer has spent so far; who never bought is no customer.
CREATE TEMPORARY VIEW customer_lifetime_value_query AS
SELECT user_id,
       count(DISTINCT order_id) AS orders,
       sum(amount)              AS revenue,
       min(ordered_at)          AS first_ordered_at,
       max(ordered_at)          AS last_ordered_at
  FROM sales
 GROUP BY user_id;

DO $$
DECLARE
    name   text;
    query  text;
BEGIN
    FOREACH name IN ARRAY ARRAY['daily_sales_summary', 'product_performance', 'customer_lifetime_value'] LOOP
        query := pg_get_viewdef(format('pg_temp.%I', name || '_query')::regclass);
        IF pg_get_viewdef(to_regclass(name)) = query THEN
            EXECUTE format('REFRESH MATERIALIZED VIEW CONCURRENTLY %I', name);
        ELSE
            EXECUTE format('DROP MATERIALIZED VIEW IF EXISTS %I', name);
            EXECUTE format('CREATE MATERIALIZED VIEW %I AS %s', name, query);
        END IF;
        EXECUTE format('DROP VIEW pg_temp.%I', name || '_query');
    END LOOP;
END
$$;

CREATE UNIQUE INDEX IF NOT EXISTS daily_sales_summary_day_key ON daily_sales_summary (day);

CREATE UNIQUE INDEX IF NOT EXISTS product_performance_product_id_key ON product_performance (product_id);

CREATE UNIQUE INDEX IF NOT EXISTS customer_lifetime_value_user_id_key ON customer_lifetime_value (user_id);

CREATE INDEX IF NOT EXISTS customer_lifetime_value_revenue_idx ON customer_lifetime_value (revenue);
