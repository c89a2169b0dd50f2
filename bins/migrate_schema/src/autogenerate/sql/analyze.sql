-- What: statistics of the catalogs themselves; a database that was just filled has none, and its catalogs
--       would be read by plans for empty tables. A small sample does for that.
SET default_statistics_target = 10;
ANALYZE pg_class, pg_attribute, pg_attrdef, pg_constraint, pg_depend, pg_description, pg_index, pg_inherits,
        pg_proc, pg_trigger, pg_type;
RESET default_statistics_target;
