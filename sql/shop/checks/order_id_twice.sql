-- check: an order's id is unique across all months, which the key of a partitioned table cannot hold

SELECT id AS "order", array_agg(ordered_at ORDER BY ordered_at) AS times
  FROM orders
 GROUP BY id
HAVING count(*) > 1;
