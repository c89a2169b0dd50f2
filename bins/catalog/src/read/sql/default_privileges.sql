-- Default privileges: of a role, in one schema or in all, for one kind of object.
SELECT d.tableoid AS class, d.oid, 0 AS sub, 'default_privileges' AS kind,
       ARRAY[pg_get_userbyid(d.defaclrole), coalesce(n.nspname, ''),
             CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS'
                                  WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS' ELSE 'LARGE OBJECTS' END]::text[] AS path,
       pg_get_userbyid(d.defaclrole)::text AS role,
       d.defaclacl::text[] AS acl
FROM pg_default_acl d
LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
