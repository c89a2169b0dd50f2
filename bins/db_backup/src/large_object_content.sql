-- (oid, offset, bytea) of the large objects of a range of oids, in pieces of 256 KiB, for
-- COPY (…) TO STDOUT. Through the functions, since only superusers may read pg_largeobject.
-- 262144 is also the flag INV_READ, for which the server checks the right to SELECT. Locks nothing.
SELECT o.oid, p.at, pg_catalog.lo_get(o.oid, p.at, 262144)
FROM (SELECT f.oid, pg_catalog.lo_lseek64(f.fd, 0, 2) AS size, pg_catalog.lo_close(f.fd) AS closed
      FROM (SELECT m.oid, pg_catalog.lo_open(m.oid, 262144) AS fd
            FROM pg_catalog.pg_largeobject_metadata AS m
            WHERE m.oid BETWEEN 0 AND 4294967295 -- range
            ORDER BY m.oid
            OFFSET 0) AS f
      OFFSET 0) AS o,
     LATERAL pg_catalog.generate_series(0::bigint, o.size - 1, 262144) AS p (at)
