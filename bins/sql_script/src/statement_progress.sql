-- What: what the backend $1 is at, and how much of how much it has done of it.
SELECT format('index on %s, %s', relid::regclass,
              CASE WHEN current_locker_pid > 0 THEN format('%s (backend %s)', phase, current_locker_pid) ELSE phase END) AS what,
       CASE WHEN phase LIKE 'waiting%' THEN lockers_done WHEN tuples_total > 0 THEN tuples_done ELSE blocks_done END AS done,
       CASE WHEN phase LIKE 'waiting%' THEN lockers_total WHEN tuples_total > 0 THEN tuples_total ELSE blocks_total END AS total,
       CASE WHEN phase LIKE 'waiting%' THEN 'transactions' WHEN tuples_total > 0 THEN 'rows' ELSE 'blocks' END AS unit
  FROM pg_stat_progress_create_index WHERE pid = $1
UNION ALL
SELECT format('%s of %s, %s', lower(command), relid::regclass, phase), heap_blks_scanned, heap_blks_total, 'blocks'
  FROM pg_stat_progress_cluster WHERE pid = $1
UNION ALL
SELECT format('vacuum of %s, %s', relid::regclass, phase),
       CASE WHEN phase = 'vacuuming heap' THEN heap_blks_vacuumed ELSE heap_blks_scanned END, heap_blks_total, 'blocks'
  FROM pg_stat_progress_vacuum WHERE pid = $1
UNION ALL
SELECT format('analyze of %s, %s', relid::regclass, phase), sample_blks_scanned, sample_blks_total, 'blocks'
  FROM pg_stat_progress_analyze WHERE pid = $1
-- CLUSTER and VACUUM FULL end with index builds, which they tell of in their own row as well.
 LIMIT 1;
