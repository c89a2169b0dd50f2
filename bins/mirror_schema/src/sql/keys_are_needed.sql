-- What: whether a foreign key of another schema points into these.
-- Parameter: the schemas.
-- Locks: nothing.
SELECT EXISTS (
    SELECT FROM pg_catalog.pg_constraint k
      JOIN pg_catalog.pg_class t ON t.oid = k.confrelid
      JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
      JOIN pg_catalog.pg_class f ON f.oid = k.conrelid
      JOIN pg_catalog.pg_namespace fn ON fn.oid = f.relnamespace
     WHERE k.contype = 'f' AND tn.nspname = ANY ($1) AND fn.nspname <> ALL ($1));
