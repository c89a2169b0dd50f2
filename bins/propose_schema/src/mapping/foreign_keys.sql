-- What: the foreign keys of a table: where they lead, and their columns in pairs.
-- Parameters: $1 the table's oid.
SELECT t.relname::text AS target,
       ARRAY(SELECT a.attname::text FROM unnest(c.conkey) WITH ORDINALITY AS k(attnum, position)
             JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = k.attnum ORDER BY k.position) AS columns,
       ARRAY(SELECT a.attname::text FROM unnest(c.confkey) WITH ORDINALITY AS k(attnum, position)
             JOIN pg_attribute AS a ON a.attrelid = c.confrelid AND a.attnum = k.attnum ORDER BY k.position) AS taken
FROM pg_constraint AS c
JOIN pg_class AS t ON t.oid = c.confrelid
WHERE c.contype = 'f' AND c.conrelid = $1::oid AND c.conparentid = 0
ORDER BY c.conname
