-- check: no price is negative or not a number, and no quantity below one

SELECT 'products' AS "table", id, price AS money, NULL::integer AS quantity
  FROM products
 WHERE price < 0 OR price = 'NaN'
UNION ALL
SELECT 'order_items', id, unit_price, quantity
  FROM order_items
 WHERE unit_price < 0 OR unit_price = 'NaN' OR quantity < 1;
