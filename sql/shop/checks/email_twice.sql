-- check: no two users share an e-mail address, whatever its case

SELECT lower(email) AS email, array_agg(id ORDER BY id) AS users
  FROM users
 GROUP BY lower(email)
HAVING count(*) > 1;
