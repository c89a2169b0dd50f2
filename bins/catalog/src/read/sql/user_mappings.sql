-- User mappings. The options of others, which may hold passwords, are NULL to who may not see them.
SELECT 'pg_user_mapping'::regclass::oid AS class, u.umid AS oid, 0 AS sub, 'user_mapping' AS kind,
       ARRAY[u.srvname, u.usename]::text[] AS path,
       (SELECT json_agg(o ORDER BY o) FROM unnest(u.umoptions) o)::text AS foreign_options
FROM pg_user_mappings u
