-- check: every order was placed by a user

SELECT o.id AS "order", o.user_id
  FROM orders o
 WHERE NOT EXISTS (SELECT FROM users u WHERE u.id = o.user_id);
