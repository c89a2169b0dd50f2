-- check: an invoice has the time of its first line

SELECT i.no AS invoice, i.invoiced_at, min(l.recorded_at) AS first_line
  FROM invoices i
  JOIN invoice_lines l ON l.invoice_no = i.no
 GROUP BY i.no
HAVING i.invoiced_at <> min(l.recorded_at);
