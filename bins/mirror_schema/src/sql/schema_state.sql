-- What: of a schema in the target, whether the current role may change what is in it, who owns it,
-- whether it is one of our mirrors, and how many relations it holds.
-- Parameter: its name. No row: there is none.
-- Locks: nothing.
SELECT pg_catalog.pg_has_role(n.nspowner, 'USAGE') AS ours,
       pg_catalog.pg_get_userbyid(n.nspowner)::text AS owner,
       EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.relnamespace = n.oid AND c.relname = 'alembic_version') AS mirror,
       (SELECT count(*) FROM pg_catalog.pg_class c WHERE c.relnamespace = n.oid) AS relations
  FROM pg_catalog.pg_namespace n
 WHERE n.nspname = $1;
