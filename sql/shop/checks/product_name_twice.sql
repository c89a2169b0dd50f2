-- check: no two products share a name, whatever its case and blanks

SELECT lower(regexp_replace(name, '\s+', ' ', 'g')) AS name, array_agg(id ORDER BY id) AS products
  FROM products
 GROUP BY 1
HAVING count(*) > 1;
