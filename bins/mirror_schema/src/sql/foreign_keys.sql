-- What: foreign keys from or to tables whose rows change, each as its topmost parent has it; whether
-- it has to go meanwhile, since removing rows of the table it points to would do more than that.
-- Parameters: the tables whose rows change; those of them that lose some. Names as SQL.
-- Locks: nothing.
WITH RECURSIVE touched AS (
    SELECT k.oid, k.conparentid AS parent, k.confrelid = ANY ($2::text[]::regclass[]) AS loses
      FROM pg_catalog.pg_constraint k
     WHERE k.contype = 'f'
       AND (k.conrelid = ANY ($1::text[]::regclass[]) OR k.confrelid = ANY ($1::text[]::regclass[]))
     UNION
    SELECT k.oid, k.conparentid, t.loses
      FROM touched t JOIN pg_catalog.pg_constraint k ON k.oid = t.parent)
SELECT k.conrelid::regclass::text AS of_table, pg_catalog.quote_ident(k.conname) AS name, k.condeferrable AS deferrable,
       k.confdeltype <> 'a' AND bool_or(t.loses) AS goes, pg_catalog.pg_get_constraintdef(k.oid) AS definition,
       pg_catalog.obj_description(k.oid, 'pg_constraint') AS comment
  FROM touched t JOIN pg_catalog.pg_constraint k ON k.oid = t.oid
 WHERE k.conparentid = 0
 GROUP BY k.oid, k.conrelid, k.conname, k.condeferrable, k.confdeltype
 ORDER BY 1, 2;
