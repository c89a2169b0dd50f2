-- check: an invoice's kind is what its number says

SELECT no AS invoice, kind
  FROM invoices
 WHERE kind <> CASE left(no, 1) WHEN 'C' THEN 'cancellation' WHEN 'A' THEN 'adjustment' ELSE 'sale' END::invoice_kind;
