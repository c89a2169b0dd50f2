-- check: a cancellation takes goods back

SELECT i.no AS invoice, l.id AS line, l.quantity
  FROM invoices i
  JOIN invoice_lines l ON l.invoice_no = i.no
 WHERE i.kind = 'cancellation' AND l.quantity > 0;
