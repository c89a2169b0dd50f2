-- What: how many heap pages a plain table has, 0 where its rows cannot be told by their page, and
--       how many rows PostgreSQL believes there are.
-- Parameters: $1 the quoted name.
SELECT CASE WHEN c.relkind = 'r' AND a.amname = 'heap' AND current_setting('server_version_num')::integer >= 140000
            THEN pg_relation_size(c.oid) / current_setting('block_size')::bigint
            ELSE 0 END AS pages,
       greatest(c.reltuples, 0)::float8 AS rows
FROM pg_class AS c
LEFT JOIN pg_am AS a ON a.oid = c.relam
WHERE c.oid = to_regclass($1)
