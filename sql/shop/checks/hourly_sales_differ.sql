-- check: each hour of hourly_sales that is not to be refreshed equals its lines
-- needs: hourly_sales

WITH lines AS (
    SELECT date_trunc('hour', ordered_at, 'UTC') AS hour, count(DISTINCT order_id) AS orders,
           sum(quantity) AS units, sum(amount) AS revenue
      FROM sales
     GROUP BY 1
)
SELECT hour,
       hourly.orders, lines.orders AS orders_of_lines,
       hourly.units, lines.units AS units_of_lines,
       hourly.revenue, lines.revenue AS revenue_of_lines
  FROM hourly_sales AS hourly
  FULL JOIN lines USING (hour)
 WHERE (hourly.orders, hourly.units, hourly.revenue) IS DISTINCT FROM (lines.orders, lines.units, lines.revenue)
   AND NOT EXISTS (
       SELECT FROM sales_dirty_hours AS dirty
        WHERE dirty.hour IS NULL OR dirty.hour IN (lines.hour, hourly.hour)
   );
