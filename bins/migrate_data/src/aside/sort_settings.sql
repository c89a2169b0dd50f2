-- What: has a foreign key checked by sorting, within the transaction.
-- Why: see sorted_check.sql. With the parent's key all but free to read, its order decides, which
--      the child's rows often have already; the planner's own choice would sort both anew.
SET LOCAL enable_hashjoin = off;
SET LOCAL enable_nestloop = off;
SET LOCAL random_page_cost = 0.1;
SET LOCAL cpu_index_tuple_cost = 0;
