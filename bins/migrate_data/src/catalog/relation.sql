-- What: one relation as people name it (schema optional, by the search path), and its primary key.
-- Parameters: $1 the quoted name.
SELECT c.oid AS oid,
       c.relkind::text AS kind,
       n.nspname::text AS schema,
       c.relname::text AS name,
       ARRAY(
           SELECT a.attname::text
           FROM pg_index AS i
           CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k(attnum, position)
           JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
           WHERE i.indrelid = c.oid AND i.indisprimary
           ORDER BY k.position
       ) AS primary_key,
       ARRAY(
           SELECT a.attname::text
           FROM pg_index AS i
           JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
           WHERE i.indrelid = c.oid AND i.indisunique AND i.indnkeyatts = 1
             AND i.indpred IS NULL AND i.indexprs IS NULL AND i.indisvalid
       ) AS unique_columns,
       c.reltuples::float8 AS estimated_rows
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.oid = to_regclass($1)
