-- revision: a1
-- down_revision: none
-- branch_labels: none      depends_on: none
-- message: people and notes
-- transaction: on

-- +upgrade
CREATE TABLE people (id bigint PRIMARY KEY, email text NOT NULL UNIQUE);
CREATE TABLE notes (id bigint PRIMARY KEY, person_id bigint NOT NULL REFERENCES people, written_on date NOT NULL);

-- +downgrade
DROP TABLE notes, people;
