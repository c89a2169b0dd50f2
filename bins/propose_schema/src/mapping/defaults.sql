-- What: defaults that are plain values, as text.
-- Parameters: $1 the table's oid.
SELECT a.attname::text AS name,
       (regexp_match(pg_get_expr(d.adbin, d.adrelid), '^''?([^''()]*)''?(::[a-z ]+)?$'))[1] AS value
FROM pg_attrdef AS d
JOIN pg_attribute AS a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
WHERE d.adrelid = $1::oid AND a.attgenerated = ''
  AND pg_get_expr(d.adbin, d.adrelid) ~ '^(''[^'']*''(::[a-z ]+)?|[0-9.]+|true|false)$'
