-- The scratch databases ($1: the beginning of their names) whose owner no longer holds its advisory lock
-- ($2: the first half of its key), and that this role may drop.
SELECT datname::text
  FROM pg_database
 WHERE left(datname, length($1)) = $1
   AND substr(datname, length($1) + 1) ~ '^[0-9a-f]{8}$'
   AND pg_has_role(datdba, 'MEMBER')
   AND NOT EXISTS (
       SELECT FROM pg_locks
        WHERE locktype = 'advisory' AND granted AND classid::bigint = $2::int
          AND objid::bigint = ('x' || right(datname, 8))::bit(32)::bigint)
 ORDER BY datname;
