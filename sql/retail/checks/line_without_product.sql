-- check: every line is of a product

SELECT l.id AS line, l.product_code
  FROM invoice_lines l
 WHERE NOT EXISTS (SELECT FROM products p WHERE p.code = l.product_code);
