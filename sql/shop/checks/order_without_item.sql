-- check: every order has an item

SELECT o.id AS "order", o.ordered_at
  FROM orders o
 WHERE NOT EXISTS (SELECT FROM order_items i WHERE i.order_id = o.id AND i.ordered_at = o.ordered_at);
