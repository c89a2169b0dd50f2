-- check: no name or product description is empty, or has control characters, blanks at its ends or two in a row

SELECT kind, id, value
  FROM (
    SELECT 'countries.name' AS kind, id::text, name AS value FROM countries
    UNION ALL
    SELECT 'products.code', code, code FROM products
    UNION ALL
    SELECT 'products.description', code, description FROM products
  ) AS texts
 WHERE value ~ '^\s|\s\s|\s$|[\x01-\x1f\x7f-\x9f]' OR value = '';
