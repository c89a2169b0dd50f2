-- What: one upgrade of the bookkeeping at a time, and none that waits for ever.
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '10s';
SELECT pg_advisory_xact_lock(hashtext('pgrefit.version'));
