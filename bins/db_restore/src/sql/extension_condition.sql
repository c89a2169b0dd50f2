-- What: the condition that chooses the user's rows of an extension's table; $1 its quoted name.
SELECT coalesce(config.condition, '')
FROM pg_catalog.pg_extension AS e,
     ROWS FROM (pg_catalog.unnest(e.extconfig), pg_catalog.unnest(e.extcondition)) AS config (oid, condition)
WHERE config.oid = pg_catalog.to_regclass($1)::pg_catalog.oid
