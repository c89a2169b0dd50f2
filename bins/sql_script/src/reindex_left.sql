-- What: copies that a REINDEX CONCURRENTLY of the index or table $1 did not finish, those of the
-- table's TOAST index included.
WITH named AS (
    SELECT coalesce((SELECT indrelid FROM pg_index WHERE indexrelid = to_regclass($1)), to_regclass($1)) AS oid
)
SELECT format('%I.%I', n.nspname, c.relname)
  FROM named
  JOIN pg_class t ON t.oid = named.oid
  JOIN pg_index i ON i.indrelid IN (t.oid, t.reltoastrelid)
  JOIN pg_class c ON c.oid = i.indexrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE NOT i.indisvalid
   AND c.relname ~ '_cc(new|old)\d*$';
