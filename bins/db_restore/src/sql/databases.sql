-- What: every database that may be connected to, with its number, comment and size.
SELECT d.datname::text AS name,
       d.oid,
       pg_catalog.shobj_description(d.oid, 'pg_database') AS comment,
       -- NULL of a database that somebody has dropped in this moment, or whose size this role may not know.
       coalesce(CASE WHEN pg_catalog.has_database_privilege(d.oid, 'CONNECT')
                     THEN pg_catalog.pg_size_pretty(pg_catalog.pg_database_size(d.oid)) END,
                'size unknown') AS size
FROM pg_catalog.pg_database AS d
WHERE d.datallowconn
ORDER BY d.datname
