-- check: no text is empty, or has control characters, blanks at its ends or two in a row

SELECT kind, id, value
  FROM (
    SELECT 'users.full_name' AS kind, id, full_name AS value FROM users
    UNION ALL
    SELECT 'products.name', id, name FROM products
    UNION ALL
    SELECT 'orders.note', id, note FROM orders
    UNION ALL
    SELECT 'addresses', id, unnest(ARRAY[street, city, postal_code, country]) FROM addresses
  ) AS texts
 WHERE value ~ '^\s|\s\s|\s$|[\x01-\x1f\x7f-\x9f]' OR value = '';
