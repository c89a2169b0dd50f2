-- revision: 6b7ea4182d6e
-- down_revision: fd8e6c8dad22
-- branch_labels: none      depends_on: none
-- message: insert the data from ground truth
-- transaction: on
--
-- What: readers, books and reviews out of the flat table, which stays as it is.
-- Locks: the three tables against everyone, the flat one against writers, until the end.

-- +upgrade
LOCK TABLE users, books, reviews IN ACCESS EXCLUSIVE MODE;
LOCK TABLE book_reviews_flat IN SHARE MODE;

-- Rows go in without keys and indexes, which are built at once after them: one sort instead of
-- millions of descents, and one join per foreign key instead of a look-up per row.
ALTER TABLE reviews DROP CONSTRAINT reviews_user_email_fkey, DROP CONSTRAINT reviews_book_id_fkey, DROP CONSTRAINT reviews_pkey;
ALTER TABLE users DROP CONSTRAINT users_pkey;
DROP INDEX reviews_user_email_idx, reviews_book_id_idx, books_identity_idx;

SET LOCAL work_mem = '256MB';
SET LOCAL maintenance_work_mem = '512MB';

INSERT INTO users (user_email, user_name)
SELECT DISTINCT user_email, user_name FROM book_reviews_flat;

INSERT INTO books (book_title, book_author, book_isbn, book_published)
SELECT DISTINCT book_title, book_author, book_isbn, book_published FROM book_reviews_flat;

ANALYZE books;

-- A review belongs to the book that IS NOT DISTINCT FROM its own in all four columns. Said like that
-- it is no join condition that can be hashed, and every row meets every book: hours. As '' and 0 occur
-- in neither table, equality of the coalesced values is the same and hashes. The four conditions
-- multiply into an estimate of one row, for which the planner may take nested loops: so without them.
SET LOCAL enable_nestloop = off;
SET LOCAL enable_mergejoin = off;

INSERT INTO reviews (id, user_email, book_id, rating, review, reviewed_on)
SELECT f.id, f.user_email, b.id, f.rating, f.review, f.reviewed_on
  FROM book_reviews_flat AS f
  JOIN books AS b
    ON b.book_title = f.book_title
   AND coalesce(b.book_author, '') = coalesce(f.book_author, '')
   AND coalesce(b.book_isbn, '') = coalesce(f.book_isbn, '')
   AND coalesce(b.book_published, 0) = coalesce(f.book_published, 0);

SET LOCAL enable_nestloop = on;
SET LOCAL enable_mergejoin = on;

ALTER TABLE users ADD CONSTRAINT users_pkey PRIMARY KEY (user_email);
CREATE UNIQUE INDEX books_identity_idx ON books
       (book_title, coalesce(book_author, ''), coalesce(book_isbn, ''), coalesce(book_published, 0));
ALTER TABLE reviews ADD CONSTRAINT reviews_pkey PRIMARY KEY (id) WITH (fillfactor = 100);
CREATE INDEX reviews_user_email_idx ON reviews (user_email) WITH (fillfactor = 80);
CREATE INDEX reviews_book_id_idx ON reviews (book_id, reviewed_on) WITH (fillfactor = 80);

ANALYZE users, reviews;
ALTER TABLE reviews
    ADD CONSTRAINT reviews_user_email_fkey FOREIGN KEY (user_email) REFERENCES users (user_email)
        ON UPDATE CASCADE ON DELETE CASCADE,
    ADD CONSTRAINT reviews_book_id_fkey FOREIGN KEY (book_id) REFERENCES books (id) ON DELETE CASCADE;

SELECT setval(pg_get_serial_sequence('reviews', 'id'), max(id)) FROM reviews HAVING max(id) IS NOT NULL;

-- +downgrade
-- What was written since is nowhere else, and so is not thrown away.
DO $$
BEGIN
    IF EXISTS (
        SELECT FROM reviews AS r
          FULL JOIN book_reviews_flat AS f ON f.id = r.id
         WHERE (r.id, r.user_email, r.rating, r.review, r.reviewed_on)
               IS DISTINCT FROM (f.id, f.user_email, f.rating, f.review, f.reviewed_on)
    ) THEN
        RAISE 'reviews and book_reviews_flat have gone apart since the upgrade';
    END IF;
END
$$;
TRUNCATE reviews, books, users RESTART IDENTITY;
