-- kind: repeatable      again: after load
--
-- What:  net revenue by country and month, and by product. Cancellations and returns count against
--        the sale; adjustments, which are about debts, do not count.
-- Why:   both read all lines, and change only with a load.
-- How:   each query stands below as a temporary view. A materialized view that does not exist, or
--        whose query was edited, is made anew; any other is refreshed and keeps its grants.
-- Locks: invoices, invoice_lines, products and countries against schema changes; readers of a view
--        wait only where its query was edited.

CREATE TEMPORARY VIEW monthly_country_revenue_query AS
SELECT c.id AS country_id, c.name AS country,
       date_trunc('month', i.invoiced_at AT TIME ZONE 'Europe/London')::date AS month,
       count(DISTINCT i.no) FILTER (WHERE i.kind = 'sale')         AS sales,
       count(DISTINCT i.no) FILTER (WHERE i.kind = 'cancellation') AS cancellations,
       sum(l.quantity)                AS units,
       sum(l.quantity * l.unit_price) AS revenue
  FROM invoices i
  JOIN invoice_lines l ON l.invoice_no = i.no
  JOIN countries c ON c.id = i.country_id
 WHERE i.kind <> 'adjustment'
 GROUP BY c.id, 3;

CREATE TEMPORARY VIEW product_sales_query AS
SELECT p.code, p.description,
       count(DISTINCT i.no)                            AS invoices,
       count(DISTINCT i.customer_id)                   AS customers,
       coalesce(sum(l.quantity), 0)                    AS units,
       coalesce(sum(l.quantity * l.unit_price), 0)     AS revenue,
       min(l.recorded_at)                              AS first_at,
       max(l.recorded_at)                              AS last_at
  FROM products p
  LEFT JOIN (invoice_lines l JOIN invoices i ON i.no = l.invoice_no AND i.kind <> 'adjustment')
         ON l.product_code = p.code
 GROUP BY p.code;

DO $$
DECLARE
    name  text;
    query text;
BEGIN
    FOREACH name IN ARRAY ARRAY['monthly_country_revenue', 'product_sales'] LOOP
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

CREATE UNIQUE INDEX IF NOT EXISTS monthly_country_revenue_key ON monthly_country_revenue (country_id, month);

CREATE UNIQUE INDEX IF NOT EXISTS product_sales_code_key ON product_sales (code);

CREATE INDEX IF NOT EXISTS product_sales_revenue_idx ON product_sales (revenue);
