-- What: every database that may be connected to, with its number, comment and size.
SELECT d.datname::text AS name,
       d.oid,
       pg_catalog.shobj_description(d.oid, 'pg_database') AS comment,
       -- NULL of a database that somebody has dropped in this moment.
       coalesce(pg_catalog.pg_size_pretty(pg_catalog.pg_database_size(d.oid)), 'gone') AS size
FROM pg_catalog.pg_database AS d
WHERE d.datallowconn
ORDER BY d.datname
