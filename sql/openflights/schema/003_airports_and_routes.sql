-- What: where one flies, and from where to where.

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
