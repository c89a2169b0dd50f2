-- What: the unique and exclusion indexes of a table beside its primary key, each with its columns;
--       NULL where expressions or a predicate make it more than its columns.
-- Parameters: $1 the table's oid.
SELECT CASE WHEN i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL
            THEN ARRAY(SELECT a.attname::text
                       FROM unnest(i.indkey::smallint[]) WITH ORDINALITY AS k(attnum, position)
                       JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
                       WHERE k.position <= i.indnkeyatts
                       ORDER BY k.position)
       END AS columns
FROM pg_index AS i
WHERE i.indrelid = $1 AND NOT i.indisprimary AND (i.indisunique OR i.indisexclusion)
