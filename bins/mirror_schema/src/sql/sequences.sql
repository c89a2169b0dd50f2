-- What: where the sequences of a schema are; identity columns' too.
-- Parameter: the schema.
-- Locks: nothing.
SELECT sequencename::text AS name, coalesce(last_value, start_value) AS value, last_value IS NOT NULL AS is_called
  FROM pg_catalog.pg_sequences
 WHERE schemaname = $1;
