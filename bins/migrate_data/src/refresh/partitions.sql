-- What: the partitions of a table below it, parents first, each with what makes it one; nothing
--       where a partition key is more than columns that the mapping fills.
-- Parameters: $1 the table's oid, $2 the names of the columns that the mapping fills.
WITH tree AS (
    SELECT t.relid, t.parentrelid, t.level, p.partattrs::smallint[] AS key,
           row_number() OVER (ORDER BY t.level, t.relid) AS number
    FROM pg_partition_tree($1::oid::regclass) AS t
    LEFT JOIN pg_partitioned_table AS p ON p.partrelid = t.relid
)
SELECT t.number,
       parent.number AS parent,
       pg_get_expr(c.relpartbound, c.oid) AS bound,
       pg_get_partkeydef(t.relid) AS key
FROM tree AS t
JOIN pg_class AS c ON c.oid = t.relid
LEFT JOIN tree AS parent ON parent.relid = t.parentrelid
WHERE (SELECT bool_and(key.attnum <> 0 AND a.attname::text = ANY ($2::text[]))
       FROM tree AS of_tree
       CROSS JOIN unnest(of_tree.key) AS key(attnum)
       LEFT JOIN pg_attribute AS a ON a.attrelid = of_tree.relid AND a.attnum = key.attnum)
ORDER BY t.number
