-- The latest run of each script, of books of version 1.
SELECT DISTINCT ON (script) script, checksum, applied_at,
       to_char(applied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"')
  FROM pgrefit.script_log
 ORDER BY script, id DESC
