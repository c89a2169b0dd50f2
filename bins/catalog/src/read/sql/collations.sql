-- Collations. Their columns have changed from version to version, so they are read by name.
SELECT c.tableoid AS class, c.oid, 0 AS sub, 'collation' AS kind,
       ARRAY[n.nspname, c.collname]::text[] AS path,
       pg_get_userbyid(c.collowner)::text AS owner,
       '(' || concat_ws(', ',
         'PROVIDER = ' || CASE c.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END,
         CASE WHEN NOT c.collisdeterministic THEN 'DETERMINISTIC = false' END,
         CASE WHEN c.collprovider = 'c' AND j.known ->> 'collcollate' IS DISTINCT FROM j.known ->> 'collctype'
              THEN concat('LC_COLLATE = ', quote_literal(j.known ->> 'collcollate'),
                          ', LC_CTYPE = ', quote_literal(j.known ->> 'collctype'))
              ELSE 'LOCALE = ' || quote_literal(coalesce(j.known ->> 'colllocale', j.known ->> 'colliculocale',
                                                         j.known ->> 'collcollate')) END,
         'RULES = ' || quote_literal(j.known ->> 'collicurules')) || ')' AS definition
FROM pg_collation c
JOIN pg_namespace n ON n.oid = c.collnamespace
CROSS JOIN LATERAL (SELECT to_jsonb(c) AS known) j
WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'pgrefit')
