-- check: a customer's country is that of a latest invoice

SELECT c.id AS customer, c.country_id
  FROM customers c
 WHERE NOT EXISTS (
       SELECT FROM invoices i
         JOIN invoice_lines l ON l.invoice_no = i.no
        WHERE i.customer_id = c.id AND i.country_id = c.country_id
          AND l.recorded_at = (SELECT max(m.recorded_at) FROM invoices j JOIN invoice_lines m ON m.invoice_no = j.no
                                WHERE j.customer_id = c.id)
       );
