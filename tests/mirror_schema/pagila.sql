-- What: a film rental as Pagila has it: lower case already, a domain, an enum, a standalone
-- sequence, partitions by month, triggers and views.
CREATE TYPE mpaa_rating AS ENUM ('G', 'PG', 'PG-13', 'R', 'NC-17');
CREATE DOMAIN year AS integer CONSTRAINT year_check CHECK (VALUE >= 1901 AND VALUE <= 2155);
CREATE SEQUENCE film_film_id_seq;

CREATE TABLE language (language_id integer PRIMARY KEY, name character(20) NOT NULL, last_update timestamptz NOT NULL DEFAULT now());
CREATE TABLE film (
    film_id              integer NOT NULL DEFAULT nextval('film_film_id_seq'::regclass) PRIMARY KEY,
    title                text NOT NULL,
    release_year         year,
    language_id          integer NOT NULL REFERENCES language ON UPDATE CASCADE ON DELETE RESTRICT,
    rental_rate          numeric(4,2) NOT NULL DEFAULT 4.99,
    rating               mpaa_rating DEFAULT 'G'::mpaa_rating,
    special_features     text[],
    fulltext             tsvector NOT NULL
);
CREATE INDEX film_fulltext_idx ON film USING gist (fulltext);
CREATE TABLE payment (
    payment_id   integer NOT NULL,
    amount       numeric(5,2) NOT NULL,
    payment_date timestamptz NOT NULL,
    PRIMARY KEY (payment_date, payment_id)
) PARTITION BY RANGE (payment_date);
CREATE TABLE payment_p2022_01 PARTITION OF payment FOR VALUES FROM ('2022-01-01 00:00:00+00') TO ('2022-02-01 00:00:00+00');
CREATE TABLE payment_p2022_02 PARTITION OF payment FOR VALUES FROM ('2022-02-01 00:00:00+00') TO ('2022-03-01 00:00:00+00');
CREATE INDEX payment_amount_idx ON payment (amount);
CREATE TABLE staff (staff_id serial PRIMARY KEY, username varchar(16) NOT NULL UNIQUE, picture bytea, active boolean NOT NULL DEFAULT true);
CREATE FUNCTION last_updated() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.last_update = now(); RETURN NEW; END';
CREATE TRIGGER last_updated BEFORE UPDATE ON language FOR EACH ROW EXECUTE FUNCTION last_updated();
CREATE VIEW film_list AS SELECT film_id, title, rating FROM film;
