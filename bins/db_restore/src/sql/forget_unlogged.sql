-- After a crash of the server unlogged tables are empty, whatever the journal says. Where the
-- server was started since the restore began, they are emptied and their chunks are to do again.
DO $$
DECLARE
    unlogged regclass;
BEGIN
    IF EXISTS (SELECT FROM pgrefit_restoring.server WHERE started = pg_postmaster_start_time()) THEN
        RETURN;
    END IF;
    FOR unlogged IN SELECT oid FROM pg_class WHERE relpersistence = 'u' AND relkind = 'r' LOOP
        EXECUTE format('TRUNCATE ONLY %s', unlogged);
        DELETE FROM pgrefit_restoring.done WHERE of = unlogged;
    END LOOP;
    UPDATE pgrefit_restoring.server SET started = pg_postmaster_start_time();
END
$$
