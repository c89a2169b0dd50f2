-- check: no two users share an e-mail address, whatever its case

SELECT lower(email) AS email, count(*) AS times, min(id) AS first, max(id) AS last
  FROM users
 GROUP BY lower(email)
HAVING count(*) > 1;
