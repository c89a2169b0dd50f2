-- check: no key, foreign key, check or index of the schema is missing, invalid or was never validated
-- needs: reviews
-- Why: the rows were moved while some were set aside.

SELECT wanted.name
  FROM unnest(ARRAY[
           'users_pkey', 'users_user_email_check',
           'books_pkey', 'books_book_author_check', 'books_book_isbn_check', 'books_book_published_check',
           'reviews_pkey', 'reviews_user_email_fkey', 'reviews_book_id_fkey', 'reviews_rating_check',
           'reviews_reviewed_on_check'
       ]) AS wanted (name)
  LEFT JOIN pg_constraint AS c ON c.conname = wanted.name AND c.connamespace = current_schema()::regnamespace
 WHERE c.oid IS NULL OR NOT c.convalidated
 UNION ALL
SELECT wanted.name
  FROM unnest(ARRAY['books_identity_idx', 'reviews_user_email_idx', 'reviews_book_id_idx']) AS wanted (name)
  LEFT JOIN pg_index AS i ON i.indexrelid = to_regclass(wanted.name)
 WHERE i.indexrelid IS NULL OR NOT i.indisvalid;
