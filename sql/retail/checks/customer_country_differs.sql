-- check: a customer's country is that of a latest invoice

WITH last_line AS (
    SELECT i.customer_id, i.country_id, max(l.recorded_at) AS country_last,
           max(max(l.recorded_at)) OVER (PARTITION BY i.customer_id) AS customer_last
      FROM invoices i
      JOIN invoice_lines l ON l.invoice_no = i.no
     WHERE i.customer_id IS NOT NULL
     GROUP BY i.customer_id, i.country_id
)
SELECT id AS customer, country_id FROM customers
EXCEPT
SELECT customer_id, country_id FROM last_line WHERE country_last = customer_last;
