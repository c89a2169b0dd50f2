-- Creates the large objects that the temporary table names, each with its owner, grants and
-- comment. Grants are NULL where they are the default ones.
DO $$
DECLARE
    object record;
    given  record;
BEGIN
    FOR object IN SELECT * FROM pg_temp.large_object LOOP
        PERFORM pg_catalog.lo_create(object.id);
        IF object.comment IS NOT NULL THEN
            EXECUTE format('COMMENT ON LARGE OBJECT %s IS %L', object.id, object.comment);
        END IF;
        IF object.grants IS NOT NULL THEN
            EXECUTE format('REVOKE ALL ON LARGE OBJECT %s FROM PUBLIC, %I', object.id, current_user);
            FOR given IN SELECT * FROM jsonb_to_recordset(object.grants)
                         AS grants (grantee text, privilege text, grantable boolean) LOOP
                IF given.privilege NOT IN ('SELECT', 'UPDATE') THEN
                    RAISE 'the backup names a privilege that large objects do not have';
                END IF;
                EXECUTE format('GRANT %s ON LARGE OBJECT %s TO %s%s', given.privilege, object.id,
                    coalesce(quote_ident(given.grantee), 'PUBLIC'),
                    CASE WHEN given.grantable THEN ' WITH GRANT OPTION' ELSE '' END);
            END LOOP;
        END IF;
        IF object.owner <> current_user THEN
            EXECUTE format('ALTER LARGE OBJECT %s OWNER TO %I', object.id, object.owner);
        END IF;
    END LOOP;
END
$$;
DROP TABLE pg_temp.large_object;
