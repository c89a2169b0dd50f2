-- Row security policies.
SELECT p.tableoid AS class, p.oid, 0 AS sub, 'policy' AS kind,
       ARRAY[n.nspname, c.relname, p.polname]::text[] AS path,
       CASE WHEN NOT p.polpermissive THEN 'true' END AS restrictive,
       CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'
                     WHEN 'd' THEN 'DELETE' END AS command,
       CASE WHEN p.polroles <> '{0}' THEN
         (SELECT string_agg(quote_ident(pg_get_userbyid(role)), ', ' ORDER BY pg_get_userbyid(role))
          FROM unnest(p.polroles) role) END AS roles,
       pg_get_expr(p.polqual, p.polrelid) AS "using",
       pg_get_expr(p.polwithcheck, p.polrelid) AS "check"
FROM pg_policy p
JOIN pg_class c ON c.oid = p.polrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'pgrefit')
