-- check: no line is a copy of another

SELECT invoice_no, product_code, description, quantity, unit_price, recorded_at, array_agg(id ORDER BY id) AS lines
  FROM invoice_lines
 GROUP BY invoice_no, product_code, description, quantity, unit_price, recorded_at
HAVING count(*) > 1;
