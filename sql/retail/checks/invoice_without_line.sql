-- check: every invoice has a line

SELECT i.no AS invoice
  FROM invoices i
 WHERE NOT EXISTS (SELECT FROM invoice_lines l WHERE l.invoice_no = i.no);
