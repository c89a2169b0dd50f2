-- (oid, owner, grants, comment) of every large object, for COPY (…) TO STDOUT. Locks nothing.
SELECT m.oid,
       pg_catalog.pg_get_userbyid(m.lomowner),
       CASE WHEN m.lomacl IS NOT NULL THEN
           COALESCE((SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                                'grantee', CASE WHEN a.grantee <> 0 THEN pg_catalog.pg_get_userbyid(a.grantee) END,
                                'grantor', pg_catalog.pg_get_userbyid(a.grantor),
                                'privilege', a.privilege_type,
                                'grantable', a.is_grantable) ORDER BY a.grantee, a.privilege_type)
                     FROM pg_catalog.aclexplode(m.lomacl) AS a), '[]') END,
       pg_catalog.obj_description(m.oid, 'pg_largeobject')
FROM pg_catalog.pg_largeobject_metadata AS m
ORDER BY m.oid
