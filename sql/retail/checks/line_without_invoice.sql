-- check: every line belongs to an invoice

SELECT l.id AS line, l.invoice_no
  FROM invoice_lines l
 WHERE NOT EXISTS (SELECT FROM invoices i WHERE i.no = l.invoice_no);
