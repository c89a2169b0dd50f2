-- What: the columns of a table that are unique by themselves, as they are or in small letters,
--       without the primary key.
-- Parameters: $1 the table's oid.
SELECT a.attname::text AS name,
       bool_or(i.indkey[0] = 0) AS ignores_case
FROM pg_index AS i
JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum > 0 AND NOT a.attisdropped
WHERE i.indrelid = $1::oid AND i.indisunique AND NOT i.indisprimary AND i.indnkeyatts = 1 AND i.indpred IS NULL
  AND (i.indkey[0] = a.attnum
       OR i.indkey[0] = 0 AND pg_get_indexdef(i.indexrelid, 1, false) IN
          (format('lower(%I)', a.attname), format('lower((%I)::text)', a.attname)))
GROUP BY a.attname, a.attnum
ORDER BY a.attnum
