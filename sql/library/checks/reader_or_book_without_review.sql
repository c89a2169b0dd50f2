-- check: every reader and every book has a review
-- needs: reviews
-- Why: neither exists in the flat table but by one.

SELECT 'users' AS kind, user_email AS key FROM users AS u
 WHERE NOT EXISTS (SELECT FROM reviews AS r WHERE r.user_email = u.user_email)
 UNION ALL
SELECT 'books', id::text FROM books AS b
 WHERE NOT EXISTS (SELECT FROM reviews AS r WHERE r.book_id = b.id);
