-- What: the number and the comment of a database; $1 its name.
SELECT d.oid, pg_catalog.shobj_description(d.oid, 'pg_database')
FROM pg_catalog.pg_database AS d
WHERE d.datname = $1
