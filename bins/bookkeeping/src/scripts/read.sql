-- The latest run of each script.
SELECT DISTINCT ON (script) script, checksum, started_at,
       to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"')
  FROM pgrefit.script_log
 ORDER BY script, id DESC
