-- check: every country has an invoice

SELECT c.id AS country, c.name
  FROM countries c
 WHERE NOT EXISTS (SELECT FROM invoices i WHERE i.country_id = c.id);
