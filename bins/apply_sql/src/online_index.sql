-- The index named $2 on the table $1, as SQL spells that.
SELECT index.oid::regclass::text, pg_index.indisvalid
  FROM pg_index
  JOIN pg_class AS index ON index.oid = indexrelid
 WHERE indrelid = to_regclass($1) AND relname = $2
