-- What: whether $2 is still a partition of $1, and whether its detaching was begun.
SELECT inhdetachpending FROM pg_inherits WHERE inhparent = to_regclass($1) AND inhrelid = to_regclass($2);
