-- What: foreign keys, alone, in chains and in circles.

-- pair: foreign_key_added
-- from
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE c (p_id int);
-- to
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE c (p_id int REFERENCES p);

-- pair: foreign_key_with_both_tables
-- loses: back
-- from
-- to
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE c (p_id int REFERENCES p);

-- pair: foreign_key_actions
-- from
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE c (p_id int REFERENCES p);
-- to
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE c (p_id int REFERENCES p ON DELETE CASCADE ON UPDATE SET NULL);

-- pair: foreign_key_match_full
-- from
CREATE TABLE p (a int, b int, PRIMARY KEY (a, b));
CREATE TABLE c (a int, b int, FOREIGN KEY (a, b) REFERENCES p);
-- to
CREATE TABLE p (a int, b int, PRIMARY KEY (a, b));
CREATE TABLE c (a int, b int, FOREIGN KEY (a, b) REFERENCES p MATCH FULL);

-- pair: foreign_key_set_null_on_some_columns
-- since: 15
-- from
CREATE TABLE p (a int, b int, PRIMARY KEY (a, b));
CREATE TABLE c (a int, b int, FOREIGN KEY (a, b) REFERENCES p);
-- to
CREATE TABLE p (a int, b int, PRIMARY KEY (a, b));
CREATE TABLE c (a int, b int, FOREIGN KEY (a, b) REFERENCES p ON DELETE SET NULL (b));

-- pair: foreign_key_deferrable
-- from
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE c (p_id int REFERENCES p);
-- to
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE c (p_id int REFERENCES p DEFERRABLE INITIALLY DEFERRED);

-- pair: foreign_key_deferrable_immediate
-- from
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE c (p_id int REFERENCES p DEFERRABLE INITIALLY DEFERRED);
-- to
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE c (p_id int REFERENCES p DEFERRABLE INITIALLY IMMEDIATE);

-- pair: foreign_key_not_valid
-- from
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE c (p_id int);
-- to
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE c (p_id int);
ALTER TABLE c ADD CONSTRAINT c_p FOREIGN KEY (p_id) REFERENCES p NOT VALID;

-- pair: foreign_key_validated
-- from
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE c (p_id int);
ALTER TABLE c ADD CONSTRAINT c_p FOREIGN KEY (p_id) REFERENCES p NOT VALID;
-- to
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE c (p_id int);
ALTER TABLE c ADD CONSTRAINT c_p FOREIGN KEY (p_id) REFERENCES p;

-- pair: foreign_key_points_elsewhere
-- from
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE q (id int PRIMARY KEY);
CREATE TABLE c (p_id int CONSTRAINT c_fkey REFERENCES p);
-- to
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE q (id int PRIMARY KEY);
CREATE TABLE c (p_id int CONSTRAINT c_fkey REFERENCES q);

-- pair: foreign_key_of_other_columns
-- from
CREATE TABLE p (id int PRIMARY KEY, code int UNIQUE);
CREATE TABLE c (a int, b int, CONSTRAINT c_fkey FOREIGN KEY (a) REFERENCES p (id));
-- to
CREATE TABLE p (id int PRIMARY KEY, code int UNIQUE);
CREATE TABLE c (a int, b int, CONSTRAINT c_fkey FOREIGN KEY (b) REFERENCES p (code));

-- pair: foreign_key_circle
-- loses: back
-- from
-- to
CREATE TABLE a (id int PRIMARY KEY, b_id int);
CREATE TABLE b (id int PRIMARY KEY, a_id int REFERENCES a);
ALTER TABLE a ADD FOREIGN KEY (b_id) REFERENCES b;

-- pair: foreign_key_circle_of_three_changes
-- from
CREATE TABLE a (id int PRIMARY KEY, n int); CREATE TABLE b (id int PRIMARY KEY, n int); CREATE TABLE c (id int PRIMARY KEY, n int);
ALTER TABLE a ADD CONSTRAINT ab FOREIGN KEY (n) REFERENCES b;
ALTER TABLE b ADD CONSTRAINT bc FOREIGN KEY (n) REFERENCES c;
ALTER TABLE c ADD CONSTRAINT ca FOREIGN KEY (n) REFERENCES a;
-- to
CREATE TABLE a (id bigint PRIMARY KEY, n bigint); CREATE TABLE b (id bigint PRIMARY KEY, n bigint); CREATE TABLE c (id bigint PRIMARY KEY, n bigint);
ALTER TABLE a ADD CONSTRAINT ab FOREIGN KEY (n) REFERENCES c;
ALTER TABLE b ADD CONSTRAINT bc FOREIGN KEY (n) REFERENCES a;
ALTER TABLE c ADD CONSTRAINT ca FOREIGN KEY (n) REFERENCES b;

-- pair: foreign_key_to_itself
-- loses: back
-- from
CREATE TABLE node (id int PRIMARY KEY);
-- to
CREATE TABLE node (id int PRIMARY KEY, parent int REFERENCES node ON DELETE CASCADE);

-- pair: foreign_key_and_its_target_both_new
-- rows: none
-- loses: back
-- from
CREATE TABLE c (code text);
-- to
CREATE TABLE p (code text NOT NULL);
CREATE UNIQUE INDEX p_code_idx ON p (code);
CREATE TABLE c (code text REFERENCES p (code));

-- pair: foreign_key_to_a_unique_index
-- from
CREATE TABLE p (id int, code int);
CREATE UNIQUE INDEX p_code_idx ON p (code);
CREATE TABLE c (code int CONSTRAINT c_code REFERENCES p (code));
-- to
CREATE TABLE p (id int, code int);
CREATE UNIQUE INDEX p_code_idx ON p (code) INCLUDE (id);
CREATE UNIQUE INDEX p_code_key ON p (code);
CREATE TABLE c (code int CONSTRAINT c_code REFERENCES p (code));

-- pair: foreign_key_comment
-- from
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE c (p_id int CONSTRAINT c_p REFERENCES p);
COMMENT ON CONSTRAINT c_p ON c IS 'belongs to';
-- to
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE c (p_id int CONSTRAINT c_p REFERENCES p ON DELETE CASCADE);
COMMENT ON CONSTRAINT c_p ON c IS 'belongs to';

-- pair: foreign_key_to_a_partitioned_table
-- from
CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM (0) TO (100);
CREATE TABLE c (p_id int);
-- to
CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM (0) TO (100);
CREATE TABLE c (p_id int REFERENCES p);

-- pair: foreign_key_of_a_partitioned_table
-- from
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE c (at int, p_id int) PARTITION BY RANGE (at);
CREATE TABLE c_1 PARTITION OF c FOR VALUES FROM (0) TO (100);
-- to
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE c (at int, p_id int REFERENCES p) PARTITION BY RANGE (at);
CREATE TABLE c_1 PARTITION OF c FOR VALUES FROM (0) TO (100);

-- pair: foreign_key_not_enforced
-- since: 18
-- from
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE c (p_id int);
-- to
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE c (p_id int REFERENCES p NOT ENFORCED);
