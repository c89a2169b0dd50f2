-- What: the foreign keys from or to these tables, each as its topmost parent has it: a partition's
--       follows that of the table it is part of.
-- Parameters: $1 the tables' oids.
-- Locks: nothing.
WITH RECURSIVE touched AS (
    SELECT c.oid, c.conparentid AS above, c.conrelid AS child, c.confrelid AS parent
      FROM pg_catalog.pg_constraint AS c
     WHERE c.contype = 'f' AND (c.conrelid = ANY ($1) OR c.confrelid = ANY ($1))
     UNION
    SELECT c.oid, c.conparentid, t.child, t.parent
      FROM touched AS t JOIN pg_catalog.pg_constraint AS c ON c.oid = t.above)
SELECT c.conrelid::regclass::text AS table_name,
       pg_catalog.quote_ident(c.conname) AS name,
       array_agg(DISTINCT t.child) AS children,
       array_agg(DISTINCT t.parent) AS parents,
       c.condeferrable AS is_deferrable,
       c.condeferrable AND c.condeferred AS is_deferred,
       -- What it does to rows that refer to others never waits for the end of the transaction.
       c.confdeltype <> 'a' AS acts_on_delete,
       c.confupdtype <> 'a' AS acts_on_update,
       c.confdeltype = 'r' AS restricts,
       pg_catalog.pg_get_constraintdef(c.oid) AS definition,
       pg_catalog.obj_description(c.oid, 'pg_constraint') AS comment
  FROM touched AS t JOIN pg_catalog.pg_constraint AS c ON c.oid = t.oid
 WHERE c.conparentid = 0
 GROUP BY c.oid, c.conrelid, c.conname, c.condeferrable, c.condeferred, c.confdeltype, c.confupdtype
 ORDER BY 1, 2;
