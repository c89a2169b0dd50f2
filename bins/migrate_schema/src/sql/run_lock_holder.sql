-- What: the backend that holds the run lock ($1, $2) of this database.
SELECT l.pid, to_char(a.backend_start, 'HH24:MI:SS TZ') AS since
  FROM pg_locks l
  LEFT JOIN pg_stat_activity a ON a.pid = l.pid
 WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2
   AND l.classid = $1::int::oid AND l.objid = $2::int::oid
   AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database());
