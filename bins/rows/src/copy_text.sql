-- The settings under which rows are read and written; pg_dump's own, and no time limits, not even
-- those that only newer servers have. No locks.
SET search_path = '';
SET TimeZone = 'UTC';
SET DateStyle = 'ISO, YMD';
SET IntervalStyle = 'postgres';
SET bytea_output = 'hex';
SET extra_float_digits = 3;
SET xmloption = content;
SET quote_all_identifiers = off;
SET standard_conforming_strings = on;
SET synchronize_seqscans = off;
SET row_security = off;
SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SELECT pg_catalog.set_config(s.name, '0', false)
FROM pg_catalog.pg_settings AS s
WHERE s.name IN ('idle_session_timeout', 'transaction_timeout');
