-- revision: b2
-- down_revision: a1
-- branch_labels: none      depends_on: none
-- message: an index, online
-- transaction: off

-- +upgrade
CREATE INDEX CONCURRENTLY notes_person_id ON notes (person_id);

-- +downgrade
DROP INDEX CONCURRENTLY notes_person_id;
