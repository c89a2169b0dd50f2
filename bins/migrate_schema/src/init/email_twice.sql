-- check: no two users have the same e-mail address but for its case
-- needs: users

SELECT lower(email) AS email, count(*) FROM users GROUP BY lower(email) HAVING count(*) > 1;
