-- Tables, partitioned ones and partitions among them, and foreign tables.
SELECT c.tableoid AS class, c.oid, 0 AS sub,
       CASE c.relkind WHEN 'f' THEN 'foreign_table' ELSE 'table' END AS kind,
       ARRAY[n.nspname, c.relname]::text[] AS path,
       pg_get_userbyid(c.relowner)::text AS owner,
       c.relacl::text[] AS acl,
       CASE c.relkind WHEN 'p' THEN pg_get_partkeydef(c.oid) END AS partition_by,
       CASE WHEN c.reloftype <> 0 THEN c.reloftype::regtype::text END AS of_type,
       CASE c.relpersistence WHEN 'u' THEN 'unlogged' END AS persistence,
       CASE WHEN c.reloptions IS NOT NULL THEN
         (SELECT json_agg(o ORDER BY o) FROM unnest(c.reloptions) o)::text END AS options,
       CASE WHEN toast.reloptions IS NOT NULL THEN
         (SELECT json_agg('toast.' || o ORDER BY o) FROM unnest(toast.reloptions) o)::text END AS toast_options,
       method.amname::text AS access_method,
       CASE WHEN method.oid >= 16384 THEN 'true' END AS any_option,
       CASE WHEN c.reltablespace <> 0 THEN
         (SELECT s.spcname::text FROM pg_tablespace s WHERE s.oid = c.reltablespace) END AS tablespace,
       CASE WHEN c.relrowsecurity THEN 'true' END AS row_security,
       CASE WHEN c.relforcerowsecurity THEN 'true' END AS force_row_security,
       CASE WHEN c.relkind IN ('r', 'p') THEN
         CASE c.relreplident WHEN 'n' THEN 'NOTHING' WHEN 'f' THEN 'FULL' END END AS replica_identity,
       server.srvname::text AS server,
       (SELECT json_agg(o ORDER BY o) FROM unnest(f.ftoptions) o)::text AS foreign_options
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_am method ON method.oid = c.relam AND (method.amname <> 'heap' OR c.relkind = 'p')
LEFT JOIN pg_class toast ON toast.oid = c.reltoastrelid
LEFT JOIN pg_foreign_table f ON f.ftrelid = c.oid
LEFT JOIN pg_foreign_server server ON server.oid = f.ftserver
WHERE c.relkind IN ('r', 'p', 'f')
  AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'pgrefit')
