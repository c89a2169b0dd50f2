-- What: the quarantined rows of a run by reason, the first three of each.
-- Parameters: $1 the run.
SELECT source, target, column_name, coalesce(sqlstate, rule) AS rule, reason, rows, number, key, value
FROM (SELECT *,
             count(*) OVER (PARTITION BY source, target, column_name, reason) AS rows,
             row_number() OVER (PARTITION BY source, target, column_name, reason ORDER BY length(key), key) AS number
      FROM pgrefit.quarantine
      WHERE run = $1) AS numbered
WHERE number <= 3
ORDER BY rows DESC, source, target, column_name, reason, number
