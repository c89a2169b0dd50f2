-- What: the journal of revisions: every statement that ran, when, for how long and by whom.
-- Why: it tells an edited revision from the one that ran, and lets a revision without a
-- transaction go on where it stopped.
-- Locks: nothing that exists.

CREATE TABLE IF NOT EXISTS pgrefit.revision_log (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    revision  text NOT NULL,
    direction text NOT NULL CHECK (direction IN ('upgrade', 'downgrade', 'stamp')),
    statement integer,                     -- from 1; NULL: the revision as a whole, at its end
    checksum  text,                        -- SHA-256 of the statement or the revision; NULL: a stamp
    started   timestamptz NOT NULL,
    took      interval,                    -- NULL: begun, and not known to have ended
    by_whom   text NOT NULL DEFAULT session_user
);

COMMENT ON TABLE pgrefit.revision_log IS 'every statement of a revision that ran';
