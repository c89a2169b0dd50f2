-- Values that are written in more than one way, or mean something in COPY.
CREATE TYPE mood AS ENUM ('good', 'it''s "bad"');
CREATE TYPE pair AS (one int, two text);
CREATE DOMAIN yes AS boolean;
CREATE TABLE of_types (
    id serial PRIMARY KEY, truth boolean, sure yes, padded char(6), letter "char", short varchar(9) COLLATE "C",
    net inet, nets cidr, price money, big numeric, tiny real, wide float8, at timestamptz, lasts interval,
    raw bytea, list text[], either mood, pair pair, keyed jsonb, kind regclass, span int4range, bits bit varying
);
INSERT INTO of_types VALUES
    (1, true, false, 'ab', 'x', 'c', '10.0.0.1', '10.0.0.0/8', 12.5, 1.50, 0.1, 1e-300,
     '2026-11-21 12:00+02', '1 mon -3 days', '\x00ff5c', '{a,NULL,"b \\ c"}', 'it''s "bad"', (1, E'a\tb'),
     '{"a": "\\n"}', 'of_types', '[1,5)', '101'),
    (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
     NULL, NULL, NULL, NULL, NULL, (NULL, NULL), NULL, NULL, NULL, NULL),
    (3, false, true, '', '', '', '::1/64', '::/0', -0.01, 'NaN', '-Infinity', '-0', 'infinity', '0',
     '', '{}', 'good', NULL, 'null', NULL, 'empty', '');
-- Not every server is built with it.
DO $$ BEGIN
    ALTER TABLE of_types ADD tree xml;
    UPDATE of_types SET tree = CASE id WHEN 1 THEN '<a>&amp;</a>' WHEN 3 THEN '' END::xml;
EXCEPTION WHEN feature_not_supported THEN
END $$;
CREATE TABLE of_texts (one text, two text NOT NULL);
INSERT INTO of_texts VALUES
    (NULL, ''), ('', ''), ('\N', '\\N'), (E'a\tb', 'c'), ('a', E'b\tc'), (E'\b\f\n\r\t\v\\', '\.'),
    (repeat('🦀', 40), repeat(E'\\', 50)), (E'\x01N\x01', E'\n'), ('twice', ''), ('twice', '');
