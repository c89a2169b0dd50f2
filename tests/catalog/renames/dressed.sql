-- What: a table dressed in everything that names it or its columns. Each case of renames.txt is this
--       file with other names in it.

CREATE TYPE state AS ENUM ('fresh', 'paid', 'gone');
CREATE DOMAIN zip AS text CONSTRAINT zip_check CHECK (VALUE <> '');
CREATE SEQUENCE member_numbers START 1000;
CREATE TABLE clubs (id int PRIMARY KEY, title text);
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE FUNCTION folded(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT lower($1) $$;

CREATE TABLE members (
    id        bigint GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME members_id_seq) CONSTRAINT members_pkey PRIMARY KEY,
    club_id   int CONSTRAINT members_club_id_fkey REFERENCES clubs (id),
    email     varchar(100) NOT NULL CONSTRAINT members_email_key UNIQUE,
    forename  text COLLATE "C",
    surname   text NOT NULL DEFAULT 'nobody',
    whole     text GENERATED ALWAYS AS (coalesce(forename, '') || ' ' || surname) STORED,
    number    int DEFAULT nextval('member_numbers'),
    condition state NOT NULL DEFAULT 'fresh',
    home      zip,
    joined    date,
    CONSTRAINT members_surname_check CHECK (surname <> '')
);
CREATE INDEX members_surname_idx ON members (folded(surname)) WHERE condition = 'fresh';
CREATE INDEX members_joined_idx ON members USING brin (joined) WITH (pages_per_range = 32);
CREATE STATISTICS members_stat ON club_id, surname FROM members;
ALTER TABLE members ALTER surname SET STATISTICS 200;
ALTER TABLE members ALTER forename SET STORAGE EXTERNAL;

CREATE TABLE posts (
    id        int PRIMARY KEY,
    member_id bigint CONSTRAINT posts_member_id_fkey REFERENCES members (id) ON DELETE CASCADE
);
CREATE VIEW active AS SELECT id AS member, surname AS family FROM members WHERE condition = 'fresh';
CREATE MATERIALIZED VIEW per_club AS SELECT club_id AS club, count(*) AS n FROM members GROUP BY club_id;
CREATE UNIQUE INDEX per_club_idx ON per_club (club);
CREATE TRIGGER members_stamp BEFORE UPDATE OF surname ON members FOR EACH ROW EXECUTE FUNCTION stamp();
ALTER TABLE members ENABLE ROW LEVEL SECURITY;
CREATE POLICY members_own ON members FOR SELECT TO catalog_reader USING (email = current_user);
COMMENT ON TABLE members IS 'who belongs';
COMMENT ON COLUMN members.surname IS 'the family''s';
COMMENT ON INDEX members_surname_idx IS 'for the list';
GRANT SELECT, INSERT ON members TO catalog_writer;
GRANT SELECT (surname, email) ON members TO catalog_reader;
GRANT SELECT ON active TO catalog_reader;

INSERT INTO clubs VALUES (1, 'chess'), (2, 'go');
INSERT INTO members (club_id, email, forename, surname, condition, home, joined)
VALUES (1, 'a@b', 'A', 'B', 'fresh', '1', '2020-01-01'), (2, 'c@d', NULL, 'D', 'paid', NULL, NULL), (NULL, 'e@f', 'E', 'F', 'gone', '3', '2021-01-01');
INSERT INTO posts VALUES (1, 1), (2, 3);
