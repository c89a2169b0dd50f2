-- What: where the sequences of some schemas are; identity columns' too.
-- Parameter: the schemas.
-- Locks: nothing.
SELECT ARRAY[schemaname, sequencename]::text[] AS path, coalesce(last_value, start_value) AS value,
       last_value IS NOT NULL AS is_called
  FROM pg_catalog.pg_sequences
 WHERE schemaname = ANY ($1);
