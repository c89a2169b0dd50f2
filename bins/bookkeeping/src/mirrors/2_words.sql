-- What: the same words for the same things in every log: started_at, written_at.
-- Locks: both tables, for a moment.
ALTER TABLE pgrefit.mirror RENAME COLUMN written TO written_at;
ALTER TABLE pgrefit.mirror_load RENAME COLUMN begun TO started_at;
