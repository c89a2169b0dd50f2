-- A query per table that tells what its rows are, column by column, whatever table and column are called:
-- oid, file (another one once the table is written anew), number, name and type of the column, how many
-- values, their hash, and that of the labels that they are, whatever those are called.
SELECT coalesce(string_agg(query, E'\nUNION ALL\n' ORDER BY oid), $$SELECT 0::oid, 0::oid, 0::int2, ''::text, ''::text, 0::bigint, ''::text, ''::text WHERE false$$)
  FROM (
    SELECT c.oid,
           string_agg(format($$SELECT %s::oid, %s::oid, %s::int2, %L::text, %L::text, count(*), coalesce(md5(string_agg(coalesce(%I::text, '∅'), '|' ORDER BY %I::text)), ''), %s FROM ONLY %s$$,
                             c.oid, c.relfilenode, attnum, c.oid::regclass || '.' || attname, format_type(atttypid, atttypmod) || coalesce(' of ' || format_type(nullif(typbasetype, 0), typtypmod), ''), attname, attname,
                             CASE typtype WHEN 'e' THEN format($$md5(string_agg((SELECT oid FROM pg_enum WHERE enumtypid = %s AND enumlabel = %I::text)::text, '|' ORDER BY %I))$$, atttypid, attname, attname) ELSE 'NULL::text' END,
                             c.oid::regclass), E'\nUNION ALL\n') AS query
      FROM pg_class AS c
      JOIN pg_attribute ON attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
      JOIN pg_type ON pg_type.oid = atttypid
     WHERE c.relkind = 'r'
       AND c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
       AND (coalesce(current_setting('pgrefit.tables', true), '') = ''
            OR c.oid IN (SELECT given FROM unnest(string_to_array(current_setting('pgrefit.tables', true), ' ')::oid[]) AS given
                         UNION
                         SELECT relid FROM unnest(string_to_array(current_setting('pgrefit.tables', true), ' ')::oid[]) AS given,
                                           pg_partition_tree(given)))
     GROUP BY c.oid
  ) AS tables;
