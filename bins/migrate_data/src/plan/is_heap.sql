-- What: whether a place names one row of a table: it is no view, and has neither partitions nor
--       children, which have the same places.
-- Parameters: $1 the oid.
SELECT c.relkind = 'r'
       AND EXISTS (SELECT FROM pg_am AS a WHERE a.oid = c.relam AND a.amname = 'heap')
       AND NOT EXISTS (SELECT FROM pg_inherits AS h WHERE h.inhparent = c.oid)
FROM pg_class AS c
WHERE c.oid = $1
