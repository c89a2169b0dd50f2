-- A script ran to its end: $1 name, $2 kind, $3 checksum, $4 when it began.
INSERT INTO pgrefit.script_log (script, kind, checksum, started_at, took)
VALUES ($1, $2, $3, $4, clock_timestamp() - $4)
