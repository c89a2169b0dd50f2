-- check: days add up from their hours, and months from their days
-- needs: monthly_sales

SELECT 'day' AS level, day AS bucket, daily.revenue, hours.revenue AS revenue_of_parts
  FROM daily_sales AS daily
  FULL JOIN (
    SELECT (hour AT TIME ZONE 'UTC')::date AS day, sum(orders) AS orders, sum(units) AS units, sum(revenue) AS revenue
      FROM hourly_sales
     GROUP BY 1
  ) AS hours USING (day)
 WHERE (daily.orders, daily.units, daily.revenue) IS DISTINCT FROM (hours.orders, hours.units, hours.revenue)
UNION ALL
SELECT 'month', month, monthly.revenue, days.revenue
  FROM monthly_sales AS monthly
  FULL JOIN (
    SELECT date_trunc('month', day)::date AS month, sum(orders) AS orders, sum(units) AS units, sum(revenue) AS revenue
      FROM daily_sales
     GROUP BY 1
  ) AS days USING (month)
 WHERE (monthly.orders, monthly.units, monthly.revenue) IS DISTINCT FROM (days.orders, days.units, days.revenue);
