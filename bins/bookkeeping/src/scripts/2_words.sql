-- What: the same words for the same things in every log: started_at, took, by_whom.
-- Locks: the log, for a moment.
ALTER TABLE pgrefit.script_log RENAME COLUMN applied_at TO started_at;
ALTER TABLE pgrefit.script_log RENAME COLUMN by TO by_whom;
