-- What: what happened last to each revision as a whole, of books of version 1.
SELECT DISTINCT ON (revision)
       revision, direction, checksum, to_char(started, 'YYYY-MM-DD HH24:MI TZ') AS started, by_whom
  FROM pgrefit.revision_log
 WHERE statement IS NULL
 ORDER BY revision, id DESC;
