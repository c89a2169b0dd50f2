-- check: no user has the same address twice

SELECT user_id, street, city, postal_code, country, count(*) AS times
  FROM addresses
 GROUP BY user_id, street, city, postal_code, country
HAVING count(*) > 1;
