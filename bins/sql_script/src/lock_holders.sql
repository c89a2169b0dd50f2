-- What: who keeps the backend $1 from the lock it waits for.
SELECT a.pid, a.usename::text AS usename, a.state, a.query,
       to_char(coalesce(a.xact_start, a.backend_start), 'HH24:MI:SS TZ') AS since
  FROM pg_stat_activity a
 WHERE a.pid = ANY (pg_blocking_pids($1))
 ORDER BY a.xact_start;
