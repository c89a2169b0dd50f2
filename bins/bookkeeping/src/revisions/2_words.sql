-- What: the same words for the same things in every log: started_at, took, by_whom.
-- Locks: the journal, for a moment.
ALTER TABLE pgrefit.revision_log RENAME COLUMN started TO started_at;
