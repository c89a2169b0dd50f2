-- Extended statistics.
SELECT s.tableoid AS class, s.oid, 0 AS sub, 'statistics' AS kind,
       ARRAY[n.nspname, s.stxname]::text[] AS path,
       pg_get_userbyid(s.stxowner)::text AS owner,
       pg_get_statisticsobjdef(s.oid) AS definition,
       CASE WHEN s.stxstattarget >= 0 THEN s.stxstattarget::text END AS target
FROM pg_statistic_ext s
JOIN pg_namespace n ON n.oid = s.stxnamespace
WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'pgrefit')
