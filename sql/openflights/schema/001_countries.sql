-- What: countries by name, as airports and airlines name them.

CREATE TABLE countries (
    name  text PRIMARY KEY,
    iso   text,
    dafif text,
    CONSTRAINT countries_iso_check CHECK (iso ~ '^[A-Z]{2}$')
);

COMMENT ON TABLE countries IS 'Those of the list, and those that only airports name, without codes.';
