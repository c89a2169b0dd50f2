-- check: only an adjustment has a price below nothing

SELECT i.no AS invoice, l.id AS line, l.unit_price
  FROM invoices i
  JOIN invoice_lines l ON l.invoice_no = i.no
 WHERE i.kind <> 'adjustment' AND (l.unit_price < 0 OR l.unit_price = 'NaN');
