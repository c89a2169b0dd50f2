-- check: every customer has an invoice

SELECT c.id AS customer
  FROM customers c
 WHERE NOT EXISTS (SELECT FROM invoices i WHERE i.customer_id = c.id);
