-- check: every item belongs to an order of the same time

SELECT i.id AS item, i.order_id, i.ordered_at
  FROM order_items i
 WHERE NOT EXISTS (SELECT FROM orders o WHERE o.id = i.order_id AND o.ordered_at = i.ordered_at);
