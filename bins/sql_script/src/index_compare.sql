-- What: the index $1, and whether it is as the one on the scratch table, but for their names.
SELECT pg_get_indexdef(existing.indexrelid) AS existing,
       (existing.indisunique, substring(pg_get_indexdef(existing.indexrelid) FROM ' USING .*'))
       IS NOT DISTINCT FROM
       (scratch.indisunique, substring(pg_get_indexdef(scratch.indexrelid) FROM ' USING .*')) AS same
  FROM pg_index existing, pg_index scratch
 WHERE existing.indexrelid = to_regclass($1)
   AND scratch.indexrelid = to_regclass('pg_temp.pgrefit_scratch_index');
