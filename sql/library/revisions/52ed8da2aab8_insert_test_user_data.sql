-- revision: 52ed8da2aab8
-- down_revision: 970fb5810ea7
-- branch_labels: none      depends_on: none
-- message: insert test user data
-- transaction: on          settings: rows
--
-- What: made-up reviews, the same for the same ROWS (3,000,000 unless set): thirty of each reader, a
-- hundred of each edition. Every title has two editions; of some the second has no ISBN, so only
-- who takes NULL for a value of its own attaches its reviews to the right one.
-- psql takes the number from PGOPTIONS='-c pgrefit.rows=1000'.
-- Locks: the flat table, against other writers of it.

-- +upgrade
LOCK TABLE book_reviews_flat IN EXCLUSIVE MODE;

INSERT INTO book_reviews_flat
       (user_email, user_name, book_title, book_author, book_isbn, book_published, rating, review, reviewed_on)
SELECT 'reader' || reader || '@example.org',
       'Reader ' || reader,
       'The Story of ' || title,
       CASE WHEN title % 13 > 0 THEN 'Author ' || title % 997 END,
       CASE WHEN edition = 0 OR title % 3 > 0 THEN '978' || lpad(book::text, 10, '0') END,
       CASE WHEN title % 17 > 0 THEN 1900 + (title + 7 * edition) % 120 END,
       1 + (n / 3 + book) % 5,
       CASE WHEN n % 10 > 0 THEN
           CASE n % 3 WHEN 0 THEN 'Could not put it down, and gave it to two friends afterwards. '
                      WHEN 1 THEN 'Slow in the middle; the last chapters make up for it. '
                      ELSE 'Not for me, though I see why others like it. ' END
           || 'Read for the ' || 1 + n % 4 || '. time.' END,
       date '2005-01-01' + (n * 7 % 7300)::integer
  FROM (SELECT coalesce(nullif(current_setting('pgrefit.rows', true), ''), '3000000')::bigint AS rows) AS wish,
       generate_series(1, rows) AS n,
       LATERAL (SELECT n * 48271 % 2147483647 AS dice) AS thrown,
       LATERAL (SELECT dice % greatest(rows / 30, 1) AS reader, dice % greatest(rows / 100, 1) AS book) AS picked,
       LATERAL (SELECT book / 2 AS title, book % 2 AS edition) AS of_book;

-- Without statistics the revisions to come would be planned for a small table.
ANALYZE book_reviews_flat;

-- +downgrade
TRUNCATE book_reviews_flat RESTART IDENTITY;
