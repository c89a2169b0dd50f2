-- kind: repeatable
-- Notes by day.
CREATE OR REPLACE VIEW days AS SELECT written_on, count(*) AS notes FROM notes GROUP BY written_on;
