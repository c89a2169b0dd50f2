-- What: the foreign keys from and to these tables.
-- Parameters: $1 the tables' oids.
SELECT c.conrelid::regclass::text AS table_name,
       c.conname::text AS name,
       c.conrelid AS child,
       c.confrelid AS parent,
       c.condeferrable AS is_deferrable,
       c.condeferrable AND c.condeferred AS is_deferred,
       -- What it does to rows that refer to others never waits for the end of the transaction.
       c.confdeltype = 'a' AND c.confupdtype = 'a' AS only_checks,
       c.confdeltype = 'r' AS restricts,
       pg_get_constraintdef(c.oid) AS definition,
       obj_description(c.oid, 'pg_constraint') AS comment
FROM pg_constraint AS c
WHERE c.contype = 'f' AND c.conparentid = 0 AND (c.conrelid = ANY ($1) OR c.confrelid = ANY ($1))
ORDER BY 1, 2
