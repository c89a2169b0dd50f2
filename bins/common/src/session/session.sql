-- What: the terms on which our own statements run: every setting that changes what a value means, how
--       it is written, which rows are seen, or how long a statement may take.
-- Why: a server, a database, a role or PGOPTIONS may have set any of them. One message, sent once
--      for each connection. Whoever wants other limits for a while sets them after it.
-- Locks: nothing.

SET DateStyle = 'ISO, YMD';
SET IntervalStyle = 'postgres';
SET TimeZone = 'UTC';
SET bytea_output = 'hex';
SET extra_float_digits = 3;
SET xmloption = content;
SET standard_conforming_strings = on;
SET array_nulls = on;
SET transform_null_equals = off;
SET quote_all_identifiers = off;
-- An error rather than fewer rows.
SET row_security = off;
SET client_min_messages = warning;
SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
-- Only newer servers know these two.
SELECT pg_catalog.set_config(s.name, '0', false)
FROM (VALUES ('idle_session_timeout'), ('transaction_timeout')) AS s (name)
WHERE pg_catalog.current_setting(s.name, true) OPERATOR(pg_catalog.<>) '0';
