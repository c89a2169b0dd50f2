-- Who holds the advisory lock ($1, $2) of this database.
SELECT pid, coalesce(nullif(application_name, ''), usename::text, 'another session') AS name
  FROM pg_locks
  JOIN pg_stat_activity USING (pid)
 WHERE locktype = 'advisory' AND granted AND objsubid = 2
   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
   AND classid = $1::int::oid AND objid = $2::int::oid
