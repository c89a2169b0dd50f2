-- What: begins the transaction in which a session asks its checks.
-- Why: nothing may be written; a check reads whole tables, so that hashing them in memory pays and
--      compiling the query does not.

BEGIN READ ONLY;
SELECT set_config('work_mem', greatest(setting::bigint, 131072) || 'kB', true)
FROM pg_settings WHERE name = 'work_mem';
SET LOCAL jit = off;
