-- What: one row per source of a run, in the order they were loaded.
-- Parameters: $1 the run.
SELECT s.source,
       s.rows,
       coalesce(sum(c.read), 0)::bigint AS read,
       coalesce(sum(c.loaded), 0)::bigint AS loaded,
       coalesce(sum(c.merged), 0)::bigint AS merged,
       coalesce(sum(c.quarantined), 0)::bigint AS quarantined,
       count(*) FILTER (WHERE c.committed_at IS NULL) AS open_chunks,
       count(*) AS chunks,
       coalesce(s.seconds, 0) AS seconds
FROM pgrefit.load_source AS s
LEFT JOIN pgrefit.load_chunk AS c USING (run, source)
WHERE s.run = $1
GROUP BY s.run, s.source, s.position, s.rows, s.seconds
ORDER BY s.position
