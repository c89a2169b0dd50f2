-- What: the source's tables that hold rows of their own: whether we may read them, and how many
-- blocks they have where ranges of blocks can be read (heap, PostgreSQL 14 and later).
-- Parameter: the schemas.
-- Locks: nothing.
SELECT ARRAY[n.nspname, c.relname]::text[] AS path,
       pg_catalog.has_table_privilege(c.oid, 'SELECT') AS readable,
       CASE WHEN am.amname = 'heap' AND pg_catalog.current_setting('server_version_num')::int >= 140000
            THEN pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::bigint
            ELSE 0 END AS blocks
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_am am ON am.oid = c.relam
 WHERE n.nspname = ANY ($1) AND c.relkind = 'r';
