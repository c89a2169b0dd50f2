-- revision: 4b1d7c20e9f3
-- down_revision: none
-- branch_labels: none      depends_on: none
-- message: countries, airlines, planes, airports, routes
-- transaction: on
--
-- Locks: nothing that exists.

-- +upgrade
CREATE TABLE countries (
    name  text PRIMARY KEY,
    iso   text,
    dafif text,
    CONSTRAINT countries_iso_check CHECK (iso ~ '^[A-Z]{2}$')
);

COMMENT ON TABLE countries IS 'Those of the list, and those that only airports name, without codes.';

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

CREATE TABLE airports (
    id          integer PRIMARY KEY,
    name        text NOT NULL,
    city        text,
    country     text NOT NULL,
    iata        text,
    icao        text,
    latitude    double precision NOT NULL,
    longitude   double precision NOT NULL,
    altitude_ft integer NOT NULL,
    utc_offset  numeric(4, 2),
    dst         text,
    time_zone   text,
    CONSTRAINT airports_iata_key UNIQUE (iata),
    CONSTRAINT airports_country_fkey FOREIGN KEY (country) REFERENCES countries (name),
    CONSTRAINT airports_place_check CHECK (latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180),
    CONSTRAINT airports_dst_check CHECK (dst IN ('E', 'A', 'S', 'O', 'Z', 'N', 'U'))
);

CREATE TABLE routes (
    id           bigint PRIMARY KEY,
    airline_code text NOT NULL,
    airline_id   integer,
    from_code    text NOT NULL,
    from_id      integer,
    to_code      text NOT NULL,
    to_id        integer,
    codeshare    boolean NOT NULL,
    stops        smallint NOT NULL,
    equipment    text,
    CONSTRAINT routes_airline_id_fkey FOREIGN KEY (airline_id) REFERENCES airlines (id),
    CONSTRAINT routes_from_id_fkey FOREIGN KEY (from_id) REFERENCES airports (id),
    CONSTRAINT routes_to_id_fkey FOREIGN KEY (to_id) REFERENCES airports (id),
    CONSTRAINT routes_stops_check CHECK (stops >= 0)
);

COMMENT ON TABLE routes IS 'One row per line of the export, by its number.';
COMMENT ON COLUMN routes.airline_id IS 'NULL where the export knows the code only; so are from_id and to_id.';
COMMENT ON COLUMN routes.equipment IS 'IATA codes of planes, separated by blanks, as in the export.';

-- +downgrade
DROP TABLE routes;
DROP TABLE airports;
DROP TABLE planes;
DROP TABLE airlines;
DROP TABLE countries;
