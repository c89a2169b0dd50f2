-- Who holds the advisory lock $1 of this database.
SELECT pid, coalesce(nullif(application_name, ''), usename::text, 'another session') AS name
  FROM pg_locks
  JOIN pg_stat_activity USING (pid)
 WHERE locktype = 'advisory' AND granted AND objsubid = 1
   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
   AND classid::bigint << 32 | objid::bigint = $1
