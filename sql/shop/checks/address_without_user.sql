-- check: every address belongs to a user

SELECT a.id AS address, a.user_id
  FROM addresses a
 WHERE NOT EXISTS (SELECT FROM users u WHERE u.id = a.user_id);
