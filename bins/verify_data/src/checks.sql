-- What: begins the transaction in which a session asks its checks.
-- Why: nothing may be written; a check reads whole tables, so that hashing them in memory pays and
--      compiling the query does not. What is asked was read a moment ago: an index whose order
--      serves is cheaper than to hash millions of keys that are all different (measured 0.8 s
--      and 2.5 s for 2.8 million).

BEGIN READ ONLY;
SELECT set_config('work_mem', greatest(setting::bigint, 131072) || 'kB', true)
FROM pg_settings WHERE name = 'work_mem';
SET LOCAL jit = off;
SET LOCAL random_page_cost = 0.3;
