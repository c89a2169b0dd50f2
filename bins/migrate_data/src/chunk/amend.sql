-- What: moves rows of a chunk from quarantined to loaded and merged, and adds what they made.
-- Parameters: $1 run, $2 source, $3 chunk, $4 loaded, $5 merged, $6 rows by target, $7 replaced
--             values by target.column.
UPDATE pgrefit.load_chunk AS c
SET loaded = loaded + $4,
    merged = merged + $5,
    quarantined = quarantined - $4 - $5,
    target_rows = (SELECT coalesce(jsonb_object_agg(key, sum), '{}')
                   FROM (SELECT key, sum(value::bigint)
                         FROM (SELECT * FROM jsonb_each_text(c.target_rows)
                               UNION ALL SELECT * FROM jsonb_each_text($6::text::jsonb)) AS counts
                         GROUP BY key) AS sums (key, sum)),
    replaced = (SELECT coalesce(jsonb_object_agg(key, sum), '{}')
                FROM (SELECT key, sum(value::bigint)
                      FROM (SELECT * FROM jsonb_each_text(c.replaced)
                            UNION ALL SELECT * FROM jsonb_each_text($7::text::jsonb)) AS counts
                      GROUP BY key) AS sums (key, sum))
WHERE run = $1 AND source = $2 AND chunk = $3
