-- check: every item is of a product

SELECT i.id AS item, i.product_id
  FROM order_items i
 WHERE NOT EXISTS (SELECT FROM products p WHERE p.id = i.product_id);
