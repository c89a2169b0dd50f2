-- How many objects of each kind there are, bookkeeping aside. An index that belongs to a key, or to
-- a partition as part of its parent's, is not counted by itself; an invalid one is none.
SELECT kind, plural, count(*)
  FROM pg_class AS c
  JOIN pg_namespace AS n ON n.oid = relnamespace
  LEFT JOIN pg_index AS i ON i.indexrelid = c.oid
  CROSS JOIN LATERAL (
    VALUES (1, relkind IN ('r', 'p') AND relispartition, 'partition', 'partitions'),
           (2, relkind = 'm', 'materialized view', 'materialized views'),
           (3, relkind IN ('r', 'p') AND NOT relispartition, 'table', 'tables'),
           (4, relkind = 'v', 'view', 'views'),
           (5, relkind IN ('i', 'I') AND NOT relispartition AND indisvalid
               AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = c.oid), 'index', 'indexes')
  ) AS kinds (position, matches, kind, plural)
 WHERE matches AND nspname NOT LIKE 'pg\_%' AND nspname NOT IN ('information_schema', 'pgrefit')
 GROUP BY position, kind, plural
 ORDER BY position
