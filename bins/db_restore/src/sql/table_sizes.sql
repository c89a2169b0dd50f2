-- Pages and bytes (TOAST included) of the tables by their place in the list, $1. No pages: the
-- table is not to be read by ranges of them. Locks nothing.
SELECT named.place,
       CASE WHEN method.amname = 'heap' AND current_setting('server_version_num')::int >= 140000
            THEN pg_relation_size(class.oid) / current_setting('block_size')::bigint
            ELSE 0
       END,
       pg_table_size(class.oid)
FROM unnest($1::text[]) WITH ORDINALITY AS named (name, place)
JOIN pg_class AS class ON class.oid = named.name::regclass
LEFT JOIN pg_am AS method ON method.oid = class.relam
