-- (oid, offset, bytea) of every large object in pieces of 256 KiB, as db_backup writes them.
-- Locks nothing.
SELECT o.oid, p.at, pg_catalog.lo_get(o.oid, p.at, 262144)
FROM (SELECT f.oid, pg_catalog.lo_lseek64(f.fd, 0, 2) AS size, pg_catalog.lo_close(f.fd) AS closed
      FROM (SELECT m.oid, pg_catalog.lo_open(m.oid, 262144) AS fd
            FROM pg_catalog.pg_largeobject_metadata AS m
            OFFSET 0) AS f
      OFFSET 0) AS o,
     LATERAL pg_catalog.generate_series(0::bigint, o.size - 1, 262144) AS p (at)
