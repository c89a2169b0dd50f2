-- What: settings of a session that builds indexes and checks foreign keys.
-- Why: sorts and hashes of millions of rows stay in memory; a server that allows more keeps its
--      own setting. Compiling the check of a foreign key takes longer than it saves.
SELECT set_config('maintenance_work_mem', greatest(setting::bigint, 262144) || 'kB', false)
FROM pg_settings WHERE name = 'maintenance_work_mem';
SET jit = off;
