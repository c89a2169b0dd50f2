-- check: every product is on a line

SELECT p.code AS product
  FROM products p
 WHERE NOT EXISTS (SELECT FROM invoice_lines l WHERE l.product_code = p.code);
