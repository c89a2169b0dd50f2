-- What: who flies, and with what.

CREATE TABLE airlines (
    id       integer PRIMARY KEY,
    name     text NOT NULL,
    alias    text,
    iata     text,
    icao     text,
    callsign text,
    country  text,
    active   boolean NOT NULL,
    CONSTRAINT airlines_country_fkey FOREIGN KEY (country) REFERENCES countries (name),
    CONSTRAINT airlines_iata_check CHECK (iata ~ '^[A-Z0-9]{2}$'),
    CONSTRAINT airlines_icao_check CHECK (icao ~ '^[A-Z0-9]{3}$')
);

CREATE TABLE planes (
    name text PRIMARY KEY,
    iata text,
    icao text
);

COMMENT ON TABLE airlines IS 'IATA codes are given anew when an airline is gone, so that they are not unique.';
COMMENT ON COLUMN airlines.country IS 'NULL where the export names none.';
