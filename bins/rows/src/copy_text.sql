-- What rows are read and written under beside our terms: names in values are qualified, and a table
-- is read from its beginning. No locks.
SET search_path = '';
SET synchronize_seqscans = off;
