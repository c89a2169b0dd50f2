-- What: how far the backend $1 is with its COPY; the size is known of a file alone.
SELECT format('copy of %s', CASE WHEN relid = 0 THEN 'a query' ELSE relid::regclass::text END) AS what,
       CASE WHEN bytes_total > 0 THEN bytes_processed ELSE tuples_processed END AS done,
       bytes_total AS total,
       CASE WHEN bytes_total > 0 THEN 'bytes' ELSE 'rows' END AS unit
  FROM pg_stat_progress_copy WHERE pid = $1;
