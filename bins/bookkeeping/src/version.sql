-- What: which version of its tables each part of the bookkeeping has.
-- Why: an older pgrefit's tables are brought up to date by the next one, step by step; a newer one's
--      are refused.
-- Locks: nothing that exists.
CREATE SCHEMA IF NOT EXISTS pgrefit;

CREATE TABLE IF NOT EXISTS pgrefit.version (
    part        text PRIMARY KEY,
    version     integer NOT NULL,
    upgraded_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE pgrefit.version IS 'the version of each part of pgrefit''s own tables';
