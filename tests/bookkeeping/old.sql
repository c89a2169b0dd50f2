-- The old database of the books that tests/bookkeeping keeps.
CREATE TABLE old_people (id int PRIMARY KEY, mail text);
INSERT INTO old_people VALUES (1, 'ana@x.org'), (2, 'Ana@X.org'), (3, 'ben@x.org'), (4, 'nobody');
CREATE TABLE old_notes (id int PRIMARY KEY, mail text, day text);
INSERT INTO old_notes VALUES (1, 'ana@x.org', '2021-02-03'), (2, 'ben@x.org', '2021-02-03'),
    (3, 'ben@x.org', '2021-02-31'), (4, 'eve@x.org', '2021-02-04'), (5, 'ANA@x.org', '2021-02-05');
