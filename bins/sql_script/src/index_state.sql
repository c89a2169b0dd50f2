-- What: the index $2 of the table $1: its full name, and whether its build was finished.
SELECT format('%I.%I', n.nspname, c.relname) AS name, i.indisvalid
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indexrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE i.indrelid = to_regclass($1) AND c.relname = $2;
