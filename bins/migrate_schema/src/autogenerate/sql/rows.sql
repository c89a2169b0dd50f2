-- What: three made-up rows for every table that has none, as far as its constraints take them, so that a
--       proof can see whether rows survive. Tables: those whose oids the setting pgrefit.tables holds, with
--       their partitions, or all.
-- How:  every column first, then only those that must have a value, then with texts that look like an
--       e-mail address, as checks often ask for one.
-- Locks: as INSERT does.

DO $$
DECLARE
    wanted  constant text := current_setting('pgrefit.tables', true);
    target  record;
    missing int := -1;
    before  int;
    filled  boolean;
    style   int := 1;
BEGIN
    -- Foreign keys decide the order; what fails is tried again as long as something new got rows.
    LOOP
        before := missing;
        missing := 0;
        FOR target IN
            SELECT c.oid::regclass AS name,
                   string_agg(quote_ident(attname), ', ' ORDER BY attnum) AS columns,
                   string_agg(format('%s::%s', CASE
                       WHEN base.typcategory = 'E' THEN format('(enum_range(NULL::%s))[1 + (n - 1) %% cardinality(enum_range(NULL::%1$s))]', base.oid::regtype)
                       WHEN base.typcategory = 'A' THEN '''{}'''
                       WHEN base.typcategory = 'R' THEN '''empty'''
                       WHEN base.typcategory = 'B' THEN '(n % 2 = 0)'
                       WHEN base.typcategory = 'N' AND base.oid <> 'money'::regtype THEN 'n'
                       WHEN base.oid = 'uuid'::regtype THEN 'md5(n::text)'
                       WHEN base.oid IN ('json'::regtype, 'jsonb'::regtype) THEN '''{}'''
                       WHEN base.oid IN ('date'::regtype, 'timestamp'::regtype, 'timestamptz'::regtype) THEN '(''2020-01-0'' || n)'
                       WHEN base.oid IN ('time'::regtype, 'timetz'::regtype) THEN '(''0'' || n || '':00'')'
                       WHEN base.oid = 'interval'::regtype THEN '(n || '' days'')'
                       WHEN base.oid = 'point'::regtype THEN 'format(''(%s,%s)'', n, n)'
                       WHEN base.oid IN ('bit'::regtype, 'varbit'::regtype) THEN 'repeat(''1'', ' || CASE WHEN atttypmod > 0 THEN atttypmod ELSE 1 END || ')'
                       WHEN base.oid IN ('bpchar'::regtype, 'varchar'::regtype) AND atttypmod > 4 THEN format('right(''r'' || n, %s)', atttypmod - 4)
                       WHEN base.typcategory = 'S' OR base.oid IN ('"char"'::regtype, 'bytea'::regtype, 'tsvector'::regtype) THEN CASE WHEN style < 3 THEN '(''r'' || n)' ELSE '(''r'' || n || ''@x.example'')' END
                       ELSE 'NULL' END, format_type(atttypid, atttypmod)), ', ' ORDER BY attnum) AS values
              FROM pg_class AS c
              JOIN pg_attribute AS a ON attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attidentity <> 'a'
                                    AND (style = 1 OR attnotnull)
              JOIN pg_type AS declared ON declared.oid = atttypid
              JOIN pg_type AS base ON base.oid = coalesce(nullif(declared.typbasetype, 0), declared.oid)
             WHERE c.relkind = 'r'
               AND c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
               AND (coalesce(wanted, '') = ''
                    OR c.oid IN (SELECT given FROM unnest(string_to_array(wanted, ' ')::oid[]) AS given
                                 UNION
                                 SELECT relid FROM unnest(string_to_array(wanted, ' ')::oid[]) AS given, pg_partition_tree(given)))
             GROUP BY c.oid
             ORDER BY c.oid
        LOOP
            EXECUTE format('SELECT EXISTS (SELECT FROM ONLY %s)', target.name) INTO filled;
            CONTINUE WHEN filled;
            BEGIN
                EXECUTE format('INSERT INTO %s (%s) SELECT %s FROM generate_series(1, 3) AS n', target.name, target.columns, target.values);
            EXCEPTION WHEN OTHERS THEN
                missing := missing + 1;
            END;
        END LOOP;
        EXIT WHEN missing = 0 OR missing = before AND style = 3;
        IF missing = before THEN
            style := style + 1;
        END IF;
    END LOOP;
END
$$;
