-- check: no index was left invalid by an interrupted CREATE INDEX CONCURRENTLY

SELECT indexrelid::regclass AS index, indrelid::regclass AS "table"
  FROM pg_index
 WHERE NOT indisvalid OR NOT indisready;
