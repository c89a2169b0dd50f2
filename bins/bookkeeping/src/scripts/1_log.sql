-- What:  the log of scripts. The latest row of a script tells which version of it the database has.
-- Locks: nothing that exists.

CREATE TABLE IF NOT EXISTS pgrefit.script_log (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    script     text NOT NULL,
    kind       text NOT NULL,
    checksum   text NOT NULL,
    applied_at timestamptz NOT NULL,
    took       interval NOT NULL,
    by         text NOT NULL DEFAULT session_user
);
