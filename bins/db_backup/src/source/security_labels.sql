-- What has a security label that pg_dump leaves to others: this database, and the large objects, of
-- which the archive holds none. Locks nothing.
SELECT pg_catalog.format('the security label of the database (provider %s)', l.provider)
FROM pg_catalog.pg_shseclabel AS l
JOIN pg_catalog.pg_database AS d ON d.oid = l.objoid AND d.datname = pg_catalog.current_database()
WHERE l.classoid = 'pg_catalog.pg_database'::regclass
UNION ALL
SELECT pg_catalog.format('the security labels of %s large objects (provider %s)', pg_catalog.count(*), l.provider)
FROM pg_catalog.pg_seclabel AS l
WHERE l.classoid = 'pg_catalog.pg_largeobject'::regclass
GROUP BY l.provider
ORDER BY 1
