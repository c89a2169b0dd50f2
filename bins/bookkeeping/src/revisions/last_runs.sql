-- What: what happened last to each revision as a whole.
SELECT DISTINCT ON (revision)
       revision, direction, checksum, to_char(started_at, 'YYYY-MM-DD HH24:MI TZ') AS started_at, by_whom
  FROM pgrefit.revision_log
 WHERE statement IS NULL
 ORDER BY revision, id DESC;
