-- check: no two books agree in title, author, ISBN and year, unknown counted as a value
-- needs: books

SELECT book_title, book_author, book_isbn, book_published, count(*)
  FROM books
 GROUP BY book_title, book_author, book_isbn, book_published
HAVING count(*) > 1;
