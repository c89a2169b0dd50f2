-- Large objects, cut by oid into ranges of about equal number: $1 of them at most. Locks nothing.
SELECT pg_catalog.min(m.oid) AS first, pg_catalog.max(m.oid) AS last, pg_catalog.count(*) AS count
FROM (SELECT oid, pg_catalog.ntile($1::int) OVER (ORDER BY oid) AS part
      FROM pg_catalog.pg_largeobject_metadata) AS m
GROUP BY m.part
ORDER BY m.part
