-- Who is connected to database $1, one line each. Locks nothing.
SELECT format('%s %s%s from %s, %s since %s', pid, usename,
              CASE WHEN application_name = '' THEN '' ELSE ' ' || application_name END,
              coalesce(host(client_addr), 'this machine'),
              coalesce(state, 'running'),
              to_char(coalesce(state_change, backend_start), 'HH24:MI:SS TZ'))
FROM pg_stat_activity
WHERE datname = $1 AND backend_type = 'client backend'
UNION ALL
SELECT format('prepared transaction %L of %s, to be ended by COMMIT PREPARED or ROLLBACK PREPARED', gid, owner)
FROM pg_prepared_xacts
WHERE database = $1
