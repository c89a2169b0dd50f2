-- check: joined back, the three tables are the flat one, row for row
-- needs: reviews
-- Why: a split that loses a row, or gives one the wrong book, is no normal form of anything.

SELECT coalesce(flat.id, joined.id) AS id, flat, joined
  FROM book_reviews_flat AS flat
  FULL JOIN (
        SELECT r.id, u.user_email, u.user_name, b.book_title, b.book_author, b.book_isbn, b.book_published,
               r.rating, r.review, r.reviewed_on
          FROM reviews AS r
          JOIN users AS u ON u.user_email = r.user_email
          JOIN books AS b ON b.id = r.book_id
       ) AS joined ON joined.id = flat.id
 WHERE (flat.*) IS DISTINCT FROM (joined.*);
