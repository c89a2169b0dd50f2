-- check: an order's id is unique across all months, which the key of a partitioned table cannot hold

SELECT id AS "order", count(*) AS times, min(ordered_at) AS first, max(ordered_at) AS last
  FROM orders
 GROUP BY id
HAVING count(*) > 1;
